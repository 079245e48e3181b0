import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FunctionContext } from "../functions/context.ts";
import { execute } from "./execute.ts";
import { callOf } from "./testing/call-of.ts";
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
  | { readonly kind: "race"; readonly isGroup: boolean; readonly parts: readonly Plan[] }
  | { readonly kind: "loop"; readonly times: number; readonly body: Plan };

const id = fc.constantFrom("a", "b", "c", "d");

const parts = (each: fc.Arbitrary<Plan>): fc.Arbitrary<Plan[]> =>
  fc.array(each, { minLength: 1, maxLength: 3 });

const plans = fc.letrec<{ plan: Plan; racing: Plan }>((tie) => ({
  plan: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ kind: fc.constant("step" as const), id, value: fc.nat(9) }),
    fc.record({ kind: fc.constant("failing" as const), id }),
    fc.record({ kind: fc.constant("sleep" as const), id }),
    fc.record({ kind: fc.constant("turns" as const), count: fc.nat(150) }),
    fc.record({
      kind: fc.constant("sequence" as const),
      parts: parts(tie("plan")),
    }),
    fc.record({
      kind: fc.constant("parallel" as const),
      parts: parts(tie("plan")),
    }),
    fc.record({
      kind: fc.constant("loop" as const),
      times: fc.integer({ min: 1, max: 3 }),
      body: tie("plan"),
    }),
  ),
  racing: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("plan"),
    fc.record({
      kind: fc.constant("race" as const),
      isGroup: fc.boolean(),
      parts: parts(tie("racing")),
    }),
    fc.record({ kind: fc.constant("sequence" as const), parts: parts(tie("racing")) }),
    fc.record({ kind: fc.constant("parallel" as const), parts: parts(tie("racing")) }),
  ),
}));

/** What steps do, in a run or without one. */
interface Steps {
  step(id: string, act: () => number): Promise<number>;
  sleep(id: string): Promise<void>;
  group(act: () => Promise<unknown>): Promise<unknown>;
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
    case "race": {
      const race = async (): Promise<unknown> =>
        Promise.race(node.parts.map(async (part, index) => [index, await follow(part, steps)]));
      return node.isGroup ? steps.group(race) : race();
    }
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
    case "race":
      return { ...node, parts: node.parts.map((part, index) => withOwnIds(part, `${path}.${index}`)) };
    case "loop":
      return { ...node, body: withOwnIds(node.body, `${path}.`) };
  }
}

/** A plan as a function's handler. */
function handlerOf(node: Plan, count: (name: string) => void = () => undefined) {
  return async ({ step, group }: FunctionContext): Promise<unknown> =>
    follow(node, {
      step: (name, act) =>
        step.run(name, () => {
          count(name);
          return act();
        }),
      sleep: (name) => step.sleep(name, "1h"),
      group: (act) => group.parallel(act),
    });
}

for (const checkpointing of [null, EACH_STEP, { ...EACH_STEP, bufferedSteps: 3 }]) {
  const mode = checkpointing === null ? "one step a call" : `checkpoints of ${checkpointing.bufferedSteps}`;
  const choices = fc.infiniteStream(fc.nat(1000));

  test(`any graph of steps comes to what it comes to without a server, in any order (${mode})`, async () => {
    await fc.assert(
      fc.asyncProperty(plans.plan, choices, async (drawn, chosen) => {
        const node = withOwnIds(drawn);
        const runs = new Map<string, number>();
        const count = (name: string): void => void runs.set(name, (runs.get(name) ?? 0) + 1);
        const expected = await follow(node, {
          step: async (_, act) => act(),
          sleep: async () => undefined,
          group: async (act) => act(),
        });
        const server = new MiniServer({ choose: (due) => (chosen.next().value ?? 0) % due, callsMax: 500 });
        const record = recordOf(handlerOf(node, count), { checkpointing, retries: 0 });
        const end = await server.run(record, clientOf({ api: server.api }));
        assert.equal(end.status, "completed");
        assert.deepEqual(end.value, JSON.parse(JSON.stringify(expected)));
        const loops = JSON.stringify(node).includes('"loop"');
        if (!loops) for (const [name, times] of runs) assert.equal(times, 1, `${name} ran ${times} times`);
      }),
      { numRuns: 40 },
    );
  });

  test(`whoever won a race wins it in every replay (${mode})`, async () => {
    await fc.assert(
      fc.asyncProperty(plans.racing, choices, async (drawn, chosen) => {
        const record = recordOf(handlerOf(withOwnIds(drawn)), { checkpointing, retries: 0 });
        const server = new MiniServer({ choose: (due) => (chosen.next().value ?? 0) % due, callsMax: 500 });
        const client = clientOf({ api: server.api });
        const end = await server.run(record, client);
        assert.equal(end.status, "completed");
        const again = await execute(callOf({ memos: server.memos }), {
          record: { ...record, checkpointing: null },
          client,
        });
        assert.deepEqual([again.status, JSON.parse(again.body)], [200, end.value]);
      }),
      { numRuns: 40 },
    );
  });
}
