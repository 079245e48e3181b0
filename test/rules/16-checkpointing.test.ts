import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGate } from "../kit/gate.ts";
import { sharedStage, stageOn } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { createSigningKey } from "../kit/test-keys.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const CHECKPOINT = /^\/v1\/checkpoint\/\w+\/async$/;

function checkpoints({ outgoing }: TestApp): number {
  return outgoing.filter(({ path }) => CHECKPOINT.test(path)).length;
}

/** The SDK's requests, of which the checkpoints get an answer by hand. */
function answering(answer: (count: number) => Response | null): {
  readonly fetch: typeof fetch;
  readonly codes: number[];
} {
  const codes: number[] = [];
  return {
    codes,
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      const isCheckpoint = CHECKPOINT.test(url.pathname);
      const response = (isCheckpoint ? answer(codes.length) : null) ?? (await fetch(input, init));
      if (isCheckpoint) codes.push(response.status);
      return response;
    },
  };
}

describe("16.1 checkpointing by the SDK", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("16.1 default: version 4 saves each step before the next begins, in one call", async () => {
    await using app = await stage.app([
      {
        id: "default",
        handler: async ({ step }) => {
          const sum = [1, 2, 3].map((n) => () => step.run(`step ${n}`, () => n));
          let total = 0;
          for (const next of sum) total += await next();
          return total;
        },
      },
    ]);
    assertCompleted(await stage.run("default"), 6);
    assert.equal(app.calls("default").length, 1);
    assert.equal(checkpoints(app), 3);
  });

  it("16.1 default: calls of one planned step, and calls that plan, save nothing on the way", async () => {
    await using app = await stage.app([
      {
        id: "parallel",
        handler: ({ step }) => Promise.all([step.run("a", () => 1), step.run("b", () => 2)]),
      },
    ]);
    assertCompleted(await stage.run("parallel"), [1, 2]);
    assert.equal(checkpoints(app), 0);
    const targeted = app.calls("parallel").filter(({ query }) => query.get("stepId") !== "step");
    assert.equal(targeted.length, 2);
  });

  it("16.1 final answer: has the steps that are still buffered, with the end of the run or with an op that waits", async () => {
    const ran: string[] = [];
    await using app = await stage.app([
      {
        id: "buffered",
        options: { checkpointing: { bufferedSteps: 10 } },
        handler: async ({ step }) => {
          for (const id of ["a", "b"]) await step.run(id, () => void ran.push(id));
          await step.sleep("nap", "1s");
          for (const id of ["c", "d"]) await step.run(id, () => void ran.push(id));
          return "all";
        },
      },
    ]);
    assertCompleted(await stage.run("buffered"), "all");
    assert.deepEqual(ran, ["a", "b", "c", "d"]);
    assert.equal(app.calls("buffered").length, 2);
    assert.equal(checkpoints(app), 1);
  });

  it("16.1 final answer: asks for another call when the longest runtime is reached", async () => {
    const ran: number[] = [];
    await using app = await stage.app([
      {
        id: "runtime",
        options: { checkpointing: { maxRuntime: "200ms" } },
        handler: async ({ step }) => {
          const calledAt = performance.now();
          for (const n of [1, 2]) {
            await step.run(`step ${n}`, async () => {
              ran.push(n);
              await until("the time of the call is used up", () => performance.now() - calledAt > 300);
            });
          }
          return "all";
        },
      },
    ]);
    assertCompleted(await stage.run("runtime"), "all");
    assert.deepEqual(ran, [1, 2]);
    assert.ok(app.calls("runtime").length > 1);
  });

  it("16.1 attempts: a step that succeeds after failed attempts comes back with the answer, and later ones count from 0", async () => {
    const attempts: string[] = [];
    await using app = await stage.app([
      {
        id: "flaky",
        options: { retries: 1 },
        handler: async ({ step, attempt }) => {
          for (const id of ["a", "b"]) {
            await step.run(id, () => {
              attempts.push(`${id}${attempt}`);
              if (attempt === 0) throw new Error("once");
            });
          }
          return "all";
        },
      },
    ]);
    assertCompleted(await stage.run("flaky"), "all");
    assert.deepEqual(attempts, ["a0", "a1", "b0", "b1"]);
    assert.equal(checkpoints(app), 0);
  });

  it("16.1 5xx: the SDK tries five times, then gives its steps with the answer, and each has run once", async () => {
    const way = answering(() => new Response("{}", { status: 503 }));
    const ran: string[] = [];
    await using app = await stage.app(
      [
        {
          id: "unavailable",
          handler: async ({ step }) => {
            for (const id of ["a", "b"]) await step.run(id, () => void ran.push(id));
            return "all";
          },
        },
      ],
      { clientOptions: { fetch: way.fetch } },
    );
    assertCompleted(await stage.run("unavailable"), "all");
    assert.deepEqual(ran, ["a", "b"]);
    assert.deepEqual(
      way.codes,
      Array.from({ length: 10 }, () => 503),
    );
    assert.equal(app.calls("unavailable").length, 3);
  });

  it("16.1 lost answer: a checkpoint that is repeated is taken once", async () => {
    let lost = 0;
    const ran: string[] = [];
    const codes: number[] = [];
    const losing: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!CHECKPOINT.test(new URL(input instanceof Request ? input.url : input).pathname)) return answer;
      codes.push(answer.status);
      lost += 1;
      return lost === 1 ? new Response("lost", { status: 502 }) : answer;
    };
    await using app = await stage.app(
      [
        {
          id: "lost-answer",
          handler: async ({ step }) => {
            for (const id of ["a", "b"]) await step.run(id, () => void ran.push(id));
            return "all";
          },
        },
      ],
      { clientOptions: { fetch: losing } },
    );
    assertCompleted(await stage.run("lost-answer"), "all");
    assert.deepEqual(ran, ["a", "b"]);
    assert.deepEqual(codes, [200, 200, 200]);
    assert.equal(app.calls("lost-answer").length, 1);
  });

  it("16.1 401: the SDK goes on with its fallback key", async () => {
    const way = answering(() => null);
    await using app = await stage.app([{ id: "fallback", handler: ({ step }) => step.run("a", () => 1) }], {
      signingKey: createSigningKey(),
      signingKeyFallback: stage.server.signingKey ?? "",
      clientOptions: { fetch: way.fetch },
    });
    assertCompleted(await stage.run("fallback"), 1);
    assert.deepEqual(way.codes, [401, 200]);
    assert.equal(app.calls("fallback").length, 1);
  });
});

describe("16.1 double dispatch", { timeout: 60_000 }, () => {
  it("16.1 409: a call that was made again elsewhere stops at once, and no later step runs twice", async () => {
    await using server = await startTestServer();
    const stage = stageOn(() => server);
    const gates = [createGate(), createGate()];
    const ran: string[] = [];
    const way = answering(() => null);
    await using _ = await stage.app(
      [
        {
          id: "double",
          handler: async ({ step }) => {
            await step.run("one", async () => {
              const gate = gates[ran.push("one") - 1];
              await gate?.opened;
            });
            await step.run("two", () => void ran.push("two"));
            return "all";
          },
        },
      ],
      { clientOptions: { fetch: way.fetch } },
    );
    const event = await stage.send("double");
    await until("the first call runs its step", () => ran.length === 1);
    await server.stop(0);
    await server.start();
    await until("the second call runs it", () => ran.length === 2);
    gates[0]?.open();
    await until("the first call is told", () => way.codes.length > 0);
    gates[1]?.open();
    assertCompleted(await stage.end(event), "all");
    assert.deepEqual(ran, ["one", "one", "two"]);
    assert.deepEqual(way.codes, [409, 200, 200]);
  });
});
