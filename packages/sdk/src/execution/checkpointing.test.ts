import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HoldfastError } from "@holdfast/protocol";
import { until } from "../../../../test/kit/until.ts";
import { sha1Hex } from "../platform/sha1.ts";
import type { CallAnswer } from "./contract.ts";
import { execute } from "./execute.ts";
import { callOf, CHECKPOINT } from "./testing/call-of.ts";
import type { ApiRequest } from "./testing/client-of.ts";
import { apiOf, clientOf } from "./testing/client-of.ts";
import { manualWorld } from "./testing/manual-world.ts";
import { namesOf, opsOf } from "./testing/ops-of.ts";
import type { Handler } from "./testing/record-of.ts";
import { EACH_STEP, recordOf } from "./testing/record-of.ts";

interface Told {
  readonly answer: CallAnswer;
  readonly reports: readonly (Readonly<Record<string, unknown>> & {
    readonly steps: readonly Readonly<Record<string, unknown>>[];
  })[];
}

const world = manualWorld();

async function tell(
  handler: Handler,
  given: {
    readonly call?: Parameters<typeof callOf>[0];
    readonly checkpointing?: Partial<typeof EACH_STEP>;
    readonly status?: (request: ApiRequest) => number;
  } = {},
): Promise<Told> {
  const { api, requests } = apiOf(given.status ?? (() => 200));
  const record = recordOf(handler, { checkpointing: { ...EACH_STEP, ...given.checkpointing } });
  const call = callOf({ checkpoint: CHECKPOINT, ...given.call });
  const answer = await execute(call, { record, client: clientOf({ api, world }) });
  return { answer, reports: requests.map(({ body }) => JSON.parse(body)) };
}

const three: Handler = async ({ step }) => {
  const results: unknown[] = [];
  for (const id of ["a", "b", "c"]) results.push(await step.run(id, () => id.toUpperCase()));
  return results;
};

const idsOf = ({ reports }: Told): unknown =>
  reports.map(({ steps }) => steps.map((op) => op["displayName"]));

describe("a call that goes on", () => {
  it("reports each step, and answers with the end of the run", async () => {
    const told = await tell(three);
    assert.deepEqual(idsOf(told), [["a"], ["b"], ["c"]]);
    const { steps: _steps, ...head } = told.reports[0] ?? { steps: [] };
    assert.deepEqual(head, {
      run_id: "01JGGC00000000000000000RUN",
      fn_id: "f-1",
      qi_id: "q-1",
      request_id: "01JGGC000000000000000REQST",
      generation_id: 7,
      request_started_at: world.now(),
      ts: world.now(),
    });
    assert.deepEqual(opsOf(told.answer), [
      { op: "RunComplete", id: sha1Hex("complete"), data: ["A", "B", "C"] },
    ]);
  });

  it("reports several steps at once, and answers with those that still wait", async () => {
    const told = await tell(three, { checkpointing: { bufferedSteps: 2 } });
    assert.deepEqual(idsOf(told), [["a", "b"]]);
    assert.deepEqual(namesOf(told.answer), ["StepRun c", "RunComplete"]);
  });

  it("reports what waits before it answers with what the server must do", async () => {
    const told = await tell(
      async ({ step }) => {
        await step.run("a", () => 1);
        await step.sleep("s", "1h");
      },
      { checkpointing: { bufferedSteps: 5 } },
    );
    assert.deepEqual(idsOf(told), [["a"]]);
    assert.deepEqual(namesOf(told.answer), ["Sleep s"]);
  });

  it("answers with the steps that the server did not take, and goes no further", async () => {
    for (const status of [500, 413, 404]) {
      const told = await tell(three, { status: () => status });
      assert.deepEqual(namesOf(told.answer), ["StepRun a"], String(status));
    }
    const unreachable = await tell(three, {
      status: () => {
        throw new HoldfastError("server_unreachable", "Nobody answers.");
      },
    });
    assert.deepEqual(namesOf(unreachable.answer), ["StepRun a"]);
  });

  it("stops at once when its work was handed out again, and answers with no step", async () => {
    let hasGoneOn = false;
    const { answer } = await tell(
      async ({ step }) => {
        await step.run("a", () => 1);
        hasGoneOn = true;
      },
      { status: () => 409 },
    );
    assert.equal(answer.status, 400);
    assert.equal(answer.headers["x-inngest-no-retry"], "true");
    assert.equal(hasGoneOn, false);
  });

  it("answers after the first success of a repeated attempt, so that attempts are counted anew", async () => {
    const told = await tell(three, { call: { attempt: 1 } });
    assert.deepEqual(told.reports, []);
    assert.deepEqual(namesOf(told.answer), ["StepRun a"]);
  });

  it("asks to be called again when it has gone on for long enough", async () => {
    const told = await tell(
      async ({ step }) => {
        for (const id of ["a", "b", "c"]) await step.run(id, () => world.advance(600));
      },
      { checkpointing: { maxRuntimeMs: 1000, bufferedSteps: 10 } },
    );
    assert.deepEqual(namesOf(told.answer), ["StepRun a", "StepRun b", "DiscoveryRequest"]);
  });

  it("runs at least one step, however late it came to it", async () => {
    const told = await tell(
      async ({ step }) => {
        world.advance(5000);
        await step.run("a", () => 1);
        await step.run("b", () => 2);
      },
      { checkpointing: { maxRuntimeMs: 1000 } },
    );
    assert.deepEqual(namesOf(told.answer), ["DiscoveryRequest"]);
    assert.deepEqual(idsOf(told), [["a"]]);
  });

  it("lets no finished step wait longer than it may, even while another runs", async () => {
    const reported: string[] = [];
    const told = await tell(
      async ({ step }) => {
        await step.run("a", () => 1);
        await step.run("b", async () => {
          world.advance(2000);
          await until("the step was reported", () => reported.length === 1);
        });
      },
      {
        checkpointing: { bufferedSteps: 10, maxIntervalMs: 2000 },
        status: ({ body }) => reported.push(body) && 200,
      },
    );
    assert.deepEqual(idsOf(told), [["a"]]);
    assert.deepEqual(namesOf(told.answer), ["StepRun b", "RunComplete"]);
    assert.equal(world.timers, 0, "no timer outlives the call");
  });

  it("reports the steps before a failed one, and answers with the failure", async () => {
    const told = await tell(
      async ({ step }) => {
        await step.run("a", () => 1);
        await step.run("b", () => {
          throw new Error("no");
        });
      },
      { checkpointing: { bufferedSteps: 5 } },
    );
    assert.deepEqual(idsOf(told), [["a"]]);
    assert.deepEqual(namesOf(told.answer), ["StepError b"]);
  });

  it("hands over the steps that a failed function finished, when they could not be reported", async () => {
    const handler: Handler = async ({ step }) => {
      await step.run("a", () => 1);
      throw new Error("no");
    };
    const saved = await tell(handler, { checkpointing: { bufferedSteps: 5 } });
    assert.deepEqual(idsOf(saved), [["a"]]);
    assert.equal(saved.answer.status, 500);
    const unsaved = await tell(handler, { checkpointing: { bufferedSteps: 5 }, status: () => 500 });
    assert.deepEqual(namesOf(unsaved.answer), ["StepRun a"]);
  });

  it("reports nothing on the way when one step was asked for, or plans are", async () => {
    for (const call of [{ targetStepId: sha1Hex("a") }, { checkpoint: null }]) {
      const told = await tell(three, { call });
      assert.deepEqual(told.reports, []);
      assert.deepEqual(namesOf(told.answer), ["StepRun a"]);
    }
    assert.deepEqual(namesOf((await tell(three, { call: { isPlanOnly: true } })).answer), ["StepPlanned a"]);
  });

  it("gives a handler what a replay would: the JSON of a result", async () => {
    const { answer } = await tell(async ({ step }) => {
      const result = await step.run("a", () => ({ at: new Date(0), none: undefined }));
      return [typeof result.at, Object.keys(result)];
    });
    assert.deepEqual(opsOf(answer)[0]?.data, ["string", ["at"]]);
  });
});
