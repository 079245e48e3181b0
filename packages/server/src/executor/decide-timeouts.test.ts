import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decide } from "./decide.ts";
import type { Input } from "./decision.ts";
import type { RunState } from "./run-state.ts";
import {
  asleep,
  ending,
  emitted,
  failedReply,
  journaled,
  NOW,
  on,
  op,
  opsReply,
  queued,
  queueItem,
  replyTo,
  stateOf,
  TERMS,
} from "./testing/builders.ts";

const startTimer = queueItem({ key: "timeout:start", kind: "timeout", dueAt: NOW + 1000, generation: 0 });
const finishTimer = queueItem({ key: "timeout:finish", kind: "timeout", dueAt: NOW });
const timed = { ...TERMS, finishTimeoutMs: 60_000 };
const begun: Input = { kind: "begun", itemKey: "start", generation: 1, startedAt: NOW };
const passed = (itemKey: string, generation = 1): Input => ({ kind: "timeout", itemKey, generation });

describe("decide(): time-outs", () => {
  it("begins the time to finish, and ends the time to start, with the first call", () => {
    const decision = on(stateOf({}, [queueItem(), startTimer]), begun, timed);
    assert.deepEqual(queued(decision), ["timeout:timeout:finish@60000"]);
    assert.deepEqual(decision.finish, ["timeout:start"]);
    assert.deepEqual([decision.state.run.status, decision.state.run.startedAt], ["Running", NOW]);
    assert.deepEqual(decision.journal, []);
    assert.ok(decision.state.items.has("start"));
  });

  it("counts both from the beginning of the first call, not from its answer or a later one's", () => {
    const first = on(stateOf({}, [queueItem(), startTimer]), replyTo(opsReply([op("StepRun", "a")])), timed);
    assert.deepEqual(queued(first), ["timeout:timeout:finish@59995", "discovery:after:a@0"]);
    const second = on(
      first.state,
      replyTo(opsReply([op("StepRun", "b")]), queueItem({ key: "after:a" })),
      timed,
    );
    assert.deepEqual(queued(second), ["discovery:after:b@0"]);
    const again = on(on(stateOf(), begun, timed).state, { ...begun, startedAt: NOW + 9 }, timed);
    assert.equal(again.changed, false);
  });

  it("begins them with a checkpoint too", () => {
    const decision = on(
      stateOf({}, [queueItem(), startTimer]),
      { kind: "checkpoint", itemKey: "start", generation: 1, ops: [op("StepRun", "a")], startedAt: NOW - 7 },
      timed,
    );
    assert.deepEqual(decision.finish, ["timeout:start"]);
    assert.deepEqual(queued(decision), ["timeout:timeout:finish@59993"]);
  });

  it("takes no notice of the beginning of a call that was handed out again, or is over", () => {
    assert.deepEqual(on(stateOf(), { ...begun, generation: 0 }, timed).verdicts, [{ kind: "stale" }]);
    assert.deepEqual(on(stateOf({}, []), begun, timed).verdicts, [{ kind: "stale" }]);
  });

  it("cancels the run that did not start, or finish, in time, and says which", () => {
    for (const [timer, reason] of [
      [{ ...startTimer, generation: 1 }, "start timeout"],
      [finishTimer, "finish timeout"],
    ] as const) {
      const decision = on(stateOf({}, [queueItem(), timer]), passed(timer.key));
      assert.deepEqual(ending(decision), { reason, status: "Cancelled" });
      assert.deepEqual(emitted(decision), ["inngest/function.finished", "inngest/function.cancelled"]);
      assert.equal(decision.state.items.size, 0);
    }
  });

  it("ignores a time-out that was met, or an older hand-out of it", () => {
    assert.deepEqual(on(stateOf(), passed("timeout:start")).verdicts, [{ kind: "stale" }]);
    const state = stateOf({}, [queueItem(), { ...finishTimer, generation: 2 }]);
    assert.deepEqual(on(state, passed("timeout:finish")).verdicts, [{ kind: "stale" }]);
  });

  it("does not take a time-out for work that takes the run on", () => {
    const decision = on(stateOf({ startedAt: NOW - 5 }, [queueItem(), finishTimer]), replyTo(opsReply([])));
    assert.deepEqual(queued(decision), ["discovery:again:start@0"]);
  });
});

describe("decide(): cancellation", () => {
  it("says why, where a reason is known", () => {
    const cancelled = (reason: string | null): unknown => ending(on(stateOf(), { kind: "cancel", reason }));
    assert.deepEqual(cancelled("event 01J"), { reason: "event 01J", status: "Cancelled" });
    assert.deepEqual(cancelled(null), { status: "Cancelled" });
  });

  it("takes over a cancellation that only the store knew of", () => {
    const item = queueItem({ key: "cancel", kind: "cancel", generation: 1 });
    const decision = on(stateOf(), { kind: "leased", item });
    assert.deepEqual(decision.verdicts, [{ kind: "applied" }]);
    assert.equal(decision.changed, false);
    assert.equal(decision.state.items.get("cancel")?.generation, 1);
    assert.ok(decision.state.items.has("start"));
  });

  it("does not take a cancellation on its way for work that takes the run on", () => {
    const item = queueItem({ key: "cancel", kind: "cancel" });
    const decision = on(stateOf({}, [queueItem(), item]), replyTo(opsReply([])));
    assert.deepEqual(queued(decision), ["discovery:again:start@0"]);
  });

  it("takes over what woke an item before its time, and knows it by its new generation", () => {
    const state = stateOf({}, [asleep("w", { kind: "wait", dueAt: NOW + 9000, generation: 0 })]);
    const leased = asleep("w", { kind: "wait", generation: 1, cause: { kind: "memo", memo: "1" } });
    const { state: next } = on(state, { kind: "leased", item: leased });
    assert.deepEqual(next.items.get("step:w"), leased);
    const wake: Input = { kind: "wake", itemKey: "step:w", generation: 1, memo: "1", isFailure: false };
    assert.deepEqual(on(next, wake).verdicts, [{ kind: "applied" }]);
  });
});

describe("decide(): rescue", () => {
  const still = (): RunState => stateOf({ status: "Running", startedAt: NOW - 100 }, []);

  it("wakes a run that stands still with one discovery call, which its answer goes by", () => {
    const decision = on(still(), { kind: "rescue", act: "resume", jitter: 0 });
    assert.deepEqual(queued(decision), [`discovery:rescue:${NOW}@0`]);
    const item = [...decision.state.items.values()][0];
    assert.ok(item);
    const done = on(decision.state, replyTo({ kind: "completed", output: "1", requestVersion: 2 }, item));
    assert.equal(done.state.run.status, "Completed");
  });

  it("ends a run that is given up as failed, with the events of any end", () => {
    const decision = on(still(), { kind: "rescue", act: "fail", jitter: 0 });
    assert.equal(ending(decision).error?.name, "Stranded");
    assert.deepEqual(emitted(decision), ["inngest/function.finished", "inngest/function.failed"]);
  });

  it("changes nothing of a run that ended", () => {
    const inputs: Input[] = ["resume", "fail"].map((act): Input => ({
      kind: "rescue",
      act: act === "fail" ? "fail" : "resume",
      jitter: 0,
    }));
    const decision = decide(stateOf({ status: "Failed" }), inputs, TERMS, NOW);
    assert.deepEqual(decision.verdicts, [{ kind: "ended" }, { kind: "ended" }]);
  });
});

describe("decide(): notes on steps", () => {
  const noted = (id: string, metadata: string): ReturnType<typeof op> => op("StepRun", id, { metadata });

  it("keeps them in front of the step's result, and counts their bytes", () => {
    const metadata = '[{"kind":"inngest.score","op":"set","scope":"step","values":{"a":1}}]';
    const decision = on(stateOf(), replyTo(opsReply([noted("s", metadata)])));
    assert.deepEqual(journaled(decision), ["metadata:s", "step.completed:s"]);
    assert.equal(decision.journal[0]?.data, metadata);
    assert.equal(decision.state.run.stateBytes, 2 + metadata.length + '{"data":null}'.length);
  });

  it("leaves out more than a span may carry, and goes on", () => {
    const decision = on(stateOf(), replyTo(opsReply([noted("s", `["${"x".repeat(65_536)}"]`)])));
    assert.deepEqual(journaled(decision), ["step.completed:s"]);
  });

  it("keeps them once when the step is reported again", () => {
    const ops = [noted("s", "[1]")];
    const checkpoint: Input = { kind: "checkpoint", itemKey: "start", generation: 1, ops, startedAt: NOW };
    const first = on(stateOf(), checkpoint);
    assert.deepEqual(on(first.state, checkpoint).journal, []);
    assert.deepEqual(on(first.state, replyTo(opsReply(ops))).journal, []);
  });

  it("keeps those of a failed attempt, of which each may have its own", () => {
    const error = { name: "Error", message: "m" };
    const reply = opsReply([op("StepError", "s", { metadata: "[1]", error })]);
    assert.deepEqual(journaled(on(stateOf(), replyTo(reply))), ["metadata:s", "attempt.failed"]);
    assert.deepEqual(journaled(on(stateOf(), replyTo(failedReply()))), ["attempt.failed"]);
  });
});
