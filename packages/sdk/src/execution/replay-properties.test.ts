import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FunctionContext } from "../functions/context.ts";
import { clientOf } from "./testing/client-of.ts";
import { MiniServer } from "./testing/mini-server.ts";
import { EACH_STEP, recordOf } from "./testing/record-of.ts";

/** A function made of steps, as data. */
type Plan =
  | { readonly kind: "step"; readonly id: string; readonly value: number }
  | { readonly kind: "failing"; readonly id: string }
  | { readonly kind: "sleep"; readonly id: string }
  | { readonly kind: "turns"; readonly count: number }
  | { readonly kind: "sequence"; readonly parts: readonly Plan[] }
  | { readonly kind: "parallel"; readonly parts: readonly Plan[] }
  | { readonly kind: "loop"; readonly times: number; readonly body: Plan };

const id = fc.constantFrom("a", "b", "c", "d");

const plan = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("step" as const), id, value: fc.nat(9) }),
    fc.record({ kind: fc.constant("failing" as const), id }),
    fc.record({ kind: fc.constant("sleep" as const), id }),
    fc.record({ kind: fc.constant("turns" as const), count: fc.nat(150) }),
    fc.record({
      kind: fc.constant("sequence" as const),
      parts: fc.array(tie("plan"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("parallel" as const),
      parts: fc.array(tie("plan"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("loop" as const),
      times: fc.integer({ min: 1, max: 3 }),
      body: tie("plan"),
    }),
  ),
})).plan;

/** What steps do, in a run or without one. */
interface Steps {
  step(id: string, act: () => number): Promise<number>;
  sleep(id: string): Promise<void>;
}

/** Executes a plan; its result says what each part came to, whatever the order in which parts finished. */
async function follow(node: Plan, steps: Steps): Promise<unknown> {
  switch (node.kind) {
    case "step":
      return steps.step(node.id, () => node.value);
    case "failing":
      try {
        return await steps.step(node.id, () => {
          throw new Error(`no ${node.id}`);
        });
      } catch (error) {
        return error instanceof Error ? error.message : "odd";
      }
    case "sleep":
      await steps.sleep(node.id);
      return "slept";
    case "turns":
      for (let turn = 0; turn < node.count; turn++) await Promise.resolve();
      return null;
    case "sequence": {
      const results: unknown[] = [];
      for (const part of node.parts) results.push(await follow(part, steps));
      return results;
    }
    case "parallel":
      return Promise.all(node.parts.map((part) => follow(part, steps)));
    case "loop": {
      const results: unknown[] = [];
      for (let round = 0; round < node.times; round++) results.push(await follow(node.body, steps));
      return results;
    }
  }
}

/** A plan whose ids all differ: repeats of one id in parallel branches are numbered by who comes first. */
function withOwnIds(node: Plan, path = ""): Plan {
  switch (node.kind) {
    case "step":
    case "failing":
    case "sleep":
      return { ...node, id: `${node.id}${path}` };
    case "turns":
      return node;
    case "sequence":
    case "parallel":
      return { ...node, parts: node.parts.map((part, index) => withOwnIds(part, `${path}.${index}`)) };
    case "loop":
      return { ...node, body: withOwnIds(node.body, `${path}.`) };
  }
}

for (const checkpointing of [null, EACH_STEP, { ...EACH_STEP, bufferedSteps: 3 }]) {
  const mode = checkpointing === null ? "one step a call" : `checkpoints of ${checkpointing.bufferedSteps}`;
  test(`any graph of steps comes to what it comes to without a server, in any order (${mode})`, async () => {
    await fc.assert(
      fc.asyncProperty(plan, fc.infiniteStream(fc.nat(1000)), async (drawn, choices) => {
        const node = withOwnIds(drawn);
        const runs = new Map<string, number>();
        const count = (name: string): void => void runs.set(name, (runs.get(name) ?? 0) + 1);
        const expected = await follow(node, {
          step: async (_, act) => act(),
          sleep: async () => undefined,
        });
        const server = new MiniServer({ choose: (due) => (choices.next().value ?? 0) % due, callsMax: 500 });
        const handler = async ({ step }: FunctionContext): Promise<unknown> =>
          follow(node, {
            step: (name, act) =>
              step.run(name, () => {
                count(name);
                return act();
              }),
            sleep: (name) => step.sleep(name, "1h"),
          });
        const record = recordOf(handler, { checkpointing, retries: 0 });
        const end = await server.run(record, clientOf({ api: server.api }));
        assert.equal(end.status, "completed");
        assert.deepEqual(end.value, JSON.parse(JSON.stringify(expected)));
        const loops = JSON.stringify(node).includes('"loop"');
        if (!loops) for (const [name, times] of runs) assert.equal(times, 1, `${name} ran ${times} times`);
      }),
      { numRuns: 60 },
    );
  });
}
