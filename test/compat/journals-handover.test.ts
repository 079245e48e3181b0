import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import type { FunctionSpec, Sdk, SdkVersion, StepTools } from "../kit/function-spec.ts";
import { functionRuns, runsThat } from "../kit/function-runs.ts";
import { createGate } from "../kit/gate.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import type { TestApp } from "../kit/test-app.ts";
import { sdkOf, startTestApp } from "../kit/test-app.ts";
import { bearerOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { HOUR_MS } from "../kit/virtual-clock.ts";
import { createScene } from "./story.ts";

const APP = "handover";

/** A run that one SDK begins and another ends. */
interface Handover {
  readonly id: string;
  readonly title: string;
  /** What waits, in the run itself, when the first app is stopped. */
  readonly waitsCount: number;
  /** What the first SDK runs, and what the second does, in any order. Nothing is run twice. */
  readonly first: readonly string[];
  readonly second: readonly string[];
  readonly output: unknown;
  readonly fails?: boolean;
  readonly write: (sdk: Sdk, ran: (what: string) => void, isFirst: boolean) => readonly FunctionSpec[];
}

/** Waits until the second app stands; what it gives is of no interest here. */
function swap(step: StepTools): Promise<unknown> {
  return step.waitForEvent("swap", { event: "handover/swapped", timeout: "1d" });
}

const STORIES: readonly Handover[] = [
  {
    id: "sleeps",
    title: "in a sleep",
    waitsCount: 1,
    first: ["before"],
    second: ["after"],
    output: ["b", "a"],
    write: (_sdk, ran) => [
      {
        id: "sleeps",
        handler: async ({ step }) => {
          const one = await step.run("before", () => (ran("before"), "b"));
          await step.sleep("nap", "1h");
          return [one, await step.run("after", () => (ran("after"), "a"))];
        },
      },
    ],
  },
  {
    id: "waits",
    title: "in a wait for an event, after an id that is repeated before and after",
    waitsCount: 1,
    first: ["0", "1"],
    second: ["2", "3"],
    output: [0, 1, "handover/swapped", 2, 3],
    write: (_sdk, ran) => [
      {
        id: "waits",
        handler: async ({ step }) => {
          const seen: unknown[] = [];
          for (let index = 0; index < 4; index += 1) {
            if (index === 2) {
              const event = await swap(step);
              seen.push(event !== null && Reflect.get(Object(event), "name"));
            }
            seen.push(await step.run("same", () => (ran(String(index)), index)));
          }
          return seen;
        },
      },
    ],
  },
  {
    id: "parallel",
    title: "in steps side by side, some of which are done, one of which sleeps and one waits",
    waitsCount: 2,
    first: ["a", "b"],
    second: ["c", "join"],
    output: "abc!",
    write: (_sdk, ran) => [
      {
        id: "parallel",
        handler: async ({ group, step }) => {
          const one = async (id: string): Promise<string> => step.run(id, () => (ran(id), id));
          const chain = async (): Promise<string> => {
            const b = await one("b");
            await step.sleep("nap", "1h");
            return `${b}${await one("c")}`;
          };
          // In this mode a chain goes on although a branch beside it waits.
          const [a, bc] = await group.parallel({ mode: "race" }, () =>
            Promise.all([one("a"), chain(), swap(step)]),
          );
          return step.run("join", () => (ran("join"), `${a}${bc}!`));
        },
      },
    ],
  },
  {
    id: "race",
    title: "after a race, whose winner stays the winner",
    waitsCount: 2,
    first: ["quick"],
    second: ["after"],
    output: "quick won",
    write: (_sdk, ran) => [
      {
        id: "race",
        handler: async ({ group, step }) => {
          const winner = await group.parallel({ mode: "race" }, () =>
            Promise.race([
              step.run("quick", () => (ran("quick"), "quick")),
              step.waitForEvent("slow", { event: "handover/swapped", timeout: "1d" }).then(() => "slow"),
            ]),
          );
          await swap(step);
          return step.run("after", () => (ran("after"), `${winner} won`));
        },
      },
    ],
  },
  {
    id: "retries",
    title: "between two attempts of a step, which are counted on",
    waitsCount: 0,
    first: ["attempt 0"],
    second: ["attempt 1"],
    output: 1,
    write: (sdk, ran) => [
      {
        id: "retries",
        handler: ({ attempt, step }) =>
          step.run("flaky", () => {
            ran(`attempt ${attempt}`);
            if (attempt === 0) throw new sdk.RetryAfterError("come back", "1h");
            return attempt;
          }),
      },
    ],
  },
  {
    id: "caught",
    title: "after a step that failed and was caught: it fails again in the same words",
    waitsCount: 1,
    first: ["breaks"],
    second: ["after"],
    output: [
      ["RangeError", "out of range"],
      ["TypeError", "of another type"],
    ],
    write: (_sdk, ran) => [
      {
        id: "caught",
        options: { retries: 0 },
        handler: async ({ step }) => {
          const error: unknown = await step
            .run("breaks", () => {
              ran("breaks");
              throw new RangeError("out of range", { cause: new TypeError("of another type") });
            })
            .catch((caught: unknown) => caught);
          await swap(step);
          return step.run("after", () => {
            ran("after");
            // Ours has the step's own error between what is caught and its cause.
            let cause = error;
            while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
            return [error, cause].map((each) => (each instanceof Error ? [each.name, each.message] : null));
          });
        },
      },
    ],
  },
  {
    id: "invokes",
    title: "while a function that was invoked is under way",
    waitsCount: 1,
    first: ["child before"],
    second: ["child after", "after"],
    output: "before and after!",
    write: (sdk, ran) => [
      {
        id: "invokes",
        handler: async ({ step }) => {
          const said = await step.invoke("call", {
            function: sdk.referenceFunction({ functionId: "child" }),
            data: { word: "before" },
          });
          return step.run("after", () => (ran("after"), `${String(said)}!`));
        },
      },
      {
        id: "child",
        handler: async ({ event, step }) => {
          const word = await step.run("child before", () => (ran("child before"), event.data["word"]));
          await swap(step);
          return step.run("child after", () => (ran("child after"), `${String(word)} and after`));
        },
      },
    ],
  },
  {
    id: "signalled",
    title: "in a wait for a signal",
    waitsCount: 1,
    first: ["before"],
    second: ["after"],
    output: { signal: "handover", data: [1] },
    write: (_sdk, ran) => [
      {
        id: "signalled",
        handler: async ({ step }) => {
          await step.run("before", () => ran("before"));
          const got = await step.waitForSignal("signal", {
            signal: "handover",
            timeout: "1d",
            onConflict: "fail",
          });
          return step.run("after", () => (ran("after"), got));
        },
      },
    ],
  },
  {
    id: "sends",
    title: "after events that were sent: they are not sent again",
    waitsCount: 1,
    first: ["before"],
    second: ["after", "taken"],
    output: 1,
    write: (_sdk, ran) => [
      {
        id: "sends",
        handler: async ({ step }) => {
          await step.run("before", () => ran("before"));
          const { ids } = await step.sendEvent("send", { name: "handover/sent", data: {} });
          await swap(step);
          return step.run("after", () => (ran("after"), ids.length));
        },
      },
      {
        id: "sent",
        triggers: [{ event: "handover/sent" }],
        handler: async ({ step }) => {
          await swap(step);
          return step.run("taken", () => ran("taken"));
        },
      },
    ],
  },
  {
    id: "experiments",
    title: "in the variant of an experiment, which stays although the other SDK would choose another",
    waitsCount: 1,
    first: ["high 1"],
    second: ["high 2"],
    output: "high",
    write: (sdk, ran, isFirst) => [
      {
        id: "experiments",
        handler: async ({ group, step }) => {
          const steps = (name: string) => async (): Promise<string> => {
            await step.run(`${name} 1`, () => ran(`${name} 1`));
            await swap(step);
            return step.run(`${name} 2`, () => (ran(`${name} 2`), name));
          };
          const outcome = await group.experiment("price", {
            variants: { low: steps("low"), high: steps("high") },
            select: sdk.fixedVariant?.(isFirst ? "high" : "low"),
          });
          return typeof outcome === "object" && outcome !== null ? Reflect.get(outcome, "result") : outcome;
        },
      },
    ],
  },
  {
    id: "defers",
    title: "after functions were deferred: one starts once, one is called off by the other SDK",
    waitsCount: 1,
    first: ["before"],
    second: ["after", "late kept"],
    output: "done",
    write: (_sdk, ran) => [
      {
        id: "late",
        isDeferred: true,
        handler: ({ event, step }) => step.run("late", () => ran(`late ${String(event.data["word"])}`)),
      },
      {
        id: "defers",
        handler: async ({ defer, step }) => {
          defer("kept", { functionId: "late", data: { word: "kept" } });
          const off = defer("off", { functionId: "late", data: { word: "called off" } });
          await step.run("before", () => ran("before"));
          await swap(step);
          off.abort();
          return step.run("after", () => (ran("after"), "done"));
        },
      },
    ],
  },
  {
    id: "fails",
    title: "before it fails: the other SDK handles the failure",
    waitsCount: 1,
    first: ["before"],
    second: ["breaks", "handles is broken"],
    output: "is broken",
    fails: true,
    write: (_sdk, ran) => [
      {
        id: "fails",
        options: {
          retries: 0,
          onFailure: async ({ error, step }: { error: Error; step: StepTools }) =>
            step.run("handle", () => ran(`handles ${error.message}`)),
        },
        handler: async ({ step }) => {
          await step.run("before", () => ran("before"));
          await swap(step);
          await step.run("breaks", () => {
            ran("breaks");
            throw new Error("is broken");
          });
        },
      },
    ],
  },
];

/** Further functions that have a run when the first app is stopped, each of which waits once. */
const OTHERS = ["child", "sent"];

/** What was run, story by story. */
type Ran = Map<string, string[]>;

function appOf(
  server: TestServer,
  sdk: SdkVersion,
  {
    checkpointing,
    isFirst,
    port,
    ran,
  }: { checkpointing: unknown; isFirst: boolean; port?: number; ran: Ran },
): Promise<TestApp> {
  const functions = STORIES.flatMap((story) => {
    const list: string[] = [];
    ran.set(story.id, list);
    return story.write(sdkOf(sdk), (what) => void list.push(what), isFirst);
  });
  return startTestApp({
    server,
    sdk,
    adapter: "node",
    id: APP,
    functions: functions.map((spec) => ({ ...spec, options: { retries: 10, ...spec.options } })),
    clientOptions: { checkpointing },
    ...(port === undefined ? {} : { port }),
  });
}

/** Resolves once every run waits for what comes after the swap, and no call is under way. */
async function parked(server: TestServer, app: TestApp): Promise<void> {
  const client = clientOf(server);
  const wanted = new Map([
    ...STORIES.map(({ id, waitsCount }) => [id, waitsCount] as const),
    ...OTHERS.map((id) => [id, 1] as const),
  ]);
  await until(
    "every run waits",
    async () => {
      for (const [functionId, count] of wanted) {
        const [run] = await functionRuns(app, functionId);
        assert.ok(run, functionId);
        const { children = [] } = await client.trace(run.id);
        const waits = children.filter(({ wait }) => wait?.outcome === "open");
        assert.equal(waits.length, count, functionId);
      }
      return app.requests.every(({ status }) => status !== 0);
    },
    { timeoutMs: 10_000, facts: () => app.log.lines.slice(-20).join("\n") },
  );
}

for (const [from, to] of [
  ["v4", "own"],
  ["own", "v4"],
] as const) {
  for (const checkpointing of [false, true]) {
    const mode = `${from} to ${to}, ${checkpointing ? "with" : "without"} checkpoints`;
    describe(`a run begun on one SDK ends on the other: ${mode}`, { timeout: 60_000 }, () => {
      const [first, second]: [Ran, Ran] = [new Map(), new Map()];
      const runs = new Map<string, Run>();
      let server: TestServer;
      let app: TestApp;

      before(async () => {
        server = await startTestServer({ mode: "dev" });
        app = await appOf(server, from, { checkpointing, isFirst: true, ran: first });
        const scene = createScene({ name: mode, sdk: from, adapter: "node" }, server, app);
        for (const { id } of STORIES) {
          const [run] = await runsOf(server, await scene.send(id));
          assert.ok(run);
          runs.set(id, run);
        }
        await parked(server, app);
        const { port } = app;
        await app.close();
        app = await appOf(server, to, { checkpointing, isFirst: false, port, ran: second });
        await clientOf(server).advanceClock(HOUR_MS);
        await clientOf(server).send({ name: "handover/swapped", data: {} });
        await clientOf(server).signal("handover", [1]);
      });
      after(async () => {
        await app[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      });

      for (const story of STORIES) {
        it(`32.M3 handed over ${story.title}`, async () => {
          const run = runs.get(story.id);
          assert.ok(run);
          const facts = (): string => [...app.log.lines, ...server.log.lines].slice(-30).join("\n");
          const ended = await endOf(server, run.run_id, { timeoutMs: 20_000, facts });
          assert.equal(
            ended.status,
            story.fails === true ? "Failed" : "Completed",
            JSON.stringify(ended.output),
          );
          const said = story.fails === true ? Reflect.get(Object(ended.output), "message") : ended.output;
          assert.deepEqual(said, story.output);
          await until(
            `the second app ran all of ${story.id}`,
            () => (second.get(story.id) ?? []).length >= story.second.length,
          );
          assert.deepEqual(first.get(story.id)?.toSorted(), story.first.toSorted());
          assert.deepEqual(second.get(story.id)?.toSorted(), story.second.toSorted());
        });
      }

      it("32.M3 handed over: nothing that was called off has started", async () => {
        const [late, ...more] = await runsThat(app, "late", 1, ({ status }) => status === "COMPLETED");
        assert.ok(late);
        assert.deepEqual(more, []);
        assert.equal((await functionRuns(app, "late")).length, 1);
      });
    });
  }
}

describe("a run whose app is gone in the midst of a step", { concurrency: true, timeout: 60_000 }, () => {
  for (const [from, to] of [
    ["v4", "own"],
    ["own", "v4"],
  ] as const) {
    it(`32.M3 handed over in the midst of a step: the other SDK runs that one again, ${from} to ${to}`, async () => {
      const gate = createGate();
      const ran: string[] = [];
      const cut = (side: SdkVersion): FunctionSpec => ({
        id: "cut",
        options: { retries: 20 },
        handler: async ({ step }) => {
          const first = await step.run("first", () => (ran.push(`${side} first`), side));
          const long = await step.run("long", async () => {
            ran.push(`${side} long`);
            if (side === from) await gate.opened;
            return side;
          });
          return step.run("after", () => [first, long, side]);
        },
      });
      await using server = await startTestServer({ retryIntervalMs: 200 });
      const options = { server, adapter: "node", id: APP } as const;
      try {
        await using before = await startTestApp({ ...options, sdk: from, functions: [cut(from)] });
        const scene = createScene({ name: from, sdk: from, adapter: "node" }, server, before);
        const [run] = await runsOf(server, await scene.send("cut"));
        assert.ok(run);
        await until("the step runs", () => ran.includes(`${from} long`));
        const { port, url } = before;
        await before.close();
        // An app that signed as ours does is not replaced by one that does not, unless its owner says so.
        if (from === "own") await forget(server, url);
        await using after = await startTestApp({ ...options, sdk: to, functions: [cut(to)], port });
        const facts = (): string => [...after.log.lines, ...server.log.lines].slice(-30).join("\n");
        const ended = await endOf(server, run.run_id, { facts });
        assert.deepEqual([ended.status, ended.output], ["Completed", [from, to, to]]);
        assert.deepEqual(ran, [`${from} first`, `${from} long`, `${to} long`]);
      } finally {
        gate.open();
      }
    });
  }
});

/** Has the server forget an app, as its owner does who goes back to an SDK without our signatures. */
async function forget(server: TestServer, url: string): Promise<void> {
  const answer = await fetch(`${server.url}/fn/remove?url=${encodeURIComponent(url)}`, {
    method: "DELETE",
    headers: { authorization: bearerOf(server.signingKey ?? "") },
  });
  assert.equal(answer.status, 200, await answer.text());
}
