import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import type { QueueItem } from "#store";
import type { Decision, Input, Terms } from "./decision.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import {
  boom,
  ending,
  journaled,
  NOW,
  on,
  op,
  queued,
  queueItem,
  stateOf,
  step,
  TERMS,
} from "./testing/builders.ts";

const COMPLETE: StepId = step("0737c22d3bfae812339732d14d8c7dbd6dc4e09c");

/** A run that its app began, and is at work on. */
function begun(fields: Partial<QueueItem> = {}, steps: Readonly<Record<string, string>> = {}): RunState {
  const item = queueItem({ key: "endpoint", generation: 0, dueAt: NOW + 1000, ...fields });
  return stateOf({ status: "Running", startedAt: NOW - 10, requestVersion: 2 }, [item], steps);
}

function reported(state: RunState, ops: readonly ReportedOp[], terms: Terms = TERMS): Decision {
  const input: Input = { kind: "endpoint", ops, startedAt: NOW - 5, jitter: 0.5 };
  return on(state, input, terms);
}

describe("decide() on what a durable endpoint reports", () => {
  it("remembers finished steps, and gives the app time again", () => {
    const decision = reported(begun(), [op("StepRun", "a", { data: "1" }), op("Step", "b", { data: "2" })]);
    assert.deepEqual([...decision.state.steps.values()], ['{"data":1}', '{"data":2}']);
    assert.deepEqual(
      decision.enqueue.map(({ dueAt, generation, key }) => ({ dueAt, generation, key })),
      [{ key: "endpoint", generation: 0, dueAt: NOW + LIMITS.endpointSilenceMs }],
    );
  });

  it("keeps a step's first result", () => {
    const decision = reported(begun({}, { a: '{"data":1}' }), [op("StepRun", "a", { data: "2" })]);
    assert.equal(decision.state.steps.get(step("a")), '{"data":1}');
    assert.deepEqual(journaled(decision), []);
  });

  for (const [what, ops, expected] of [
    ["a sleep", [op("Sleep", "s", { carried: "10s" })], ["sleep:step:s@10000"]],
    ["parallel steps", [op("StepPlanned", "a"), op("StepPlanned", "b")], ["step:step:a@0", "step:step:b@0"]],
    ["a request for discovery", [op("DiscoveryRequest", "d")], ["discovery:asked:0@0"]],
    ["a step that failed for good", [op("StepFailed", "a", { error: boom })], ["discovery:after:a@0"]],
  ] as const) {
    it(`hands the run over for ${what}`, () => {
      const decision = reported(begun(), ops);
      assert.deepEqual(queued(decision), expected);
      assert.equal(decision.state.items.has("endpoint"), false);
      assert.ok(decision.finish.includes("endpoint"));
    });
  }

  it("retries a step that failed as the second attempt of the run's start", () => {
    const decision = reported(begun(), [
      op("StepRun", "a", { data: "1" }),
      op("StepError", "b", { error: boom }),
    ]);
    const [item] = decision.enqueue;
    assert.equal(item?.key, "start");
    assert.equal(item.attempt, 1);
    assert.ok(item.dueAt > NOW);
    assert.equal(decision.state.steps.has(step("a")), true);
  });

  it("retries a function that threw, and fails it when it must not be retried or has no attempt left", () => {
    const threw = op("StepError", COMPLETE, { error: boom });
    const again = reported(begun(), [threw]);
    assert.deepEqual(
      again.enqueue.map(({ attempt, key }) => [key, attempt]),
      [["start", 1]],
    );
    assert.equal(again.state.steps.size, 0);
    for (const decision of [
      reported(begun(), [threw], { ...TERMS, attemptsMax: 1 }),
      reported(begun(), [op("StepFailed", COMPLETE, { error: boom })]),
      reported(begun(), [op("StepError", COMPLETE, { error: { ...boom, noRetry: true } })]),
    ]) {
      assert.equal(ending(decision).status, "Failed");
      assert.deepEqual(ending(decision).error?.message, "boom");
    }
  });

  it("ends the run with the answer that was given", () => {
    const data = '{"body":"x","headers":{},"status":200}';
    const decision = reported(begun(), [op("StepRun", "a"), op("RunComplete", COMPLETE, { data })]);
    assert.equal(ending(decision).status, "Completed");
    assert.equal(decision.state.items.size, 0);
  });

  for (const [what, state] of [
    ["was handed over", stateOf({}, [queueItem({ key: "after:a" })], { a: '{"data":1}' })],
    ["was taken over after a silence", begun({ generation: 1 }, { a: '{"data":1}' })],
  ] as const) {
    it(`changes nothing of a run that ${what}: what is known is taken for a repetition, news is stale`, () => {
      const known = reported(state, [op("StepRun", "a"), op("StepError", "b", { error: boom })]);
      assert.deepEqual(known.verdicts, [{ kind: "applied" }]);
      assert.equal(known.changed, false);
      const news = reported(state, [op("StepRun", "a"), op("StepRun", "c")]);
      assert.deepEqual(news.verdicts, [{ kind: "stale" }]);
      assert.equal(news.changed, false);
    });
  }

  it("fails a run that grows past its limits", () => {
    const steps = Array.from({ length: LIMITS.stepsPerRunCount + 1 }, (_, index) =>
      op("StepRun", `s${index}`),
    );
    assert.equal(ending(reported(begun(), steps)).error?.name, "InngestErrFunctionOverflowed");
  });
});
