import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { Decision } from "./decision.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import {
  ending,
  journaled,
  NOW,
  on,
  op,
  opsReply,
  queued,
  queueItem,
  replyTo,
  stateOf,
  step,
  TERMS,
} from "./testing/builders.ts";

const signal = (opts: ReportedOp["opts"]): ReportedOp =>
  op("WaitForSignal", "s", { opts: { signal: "go", timeout: "1h", conflict: "fail", ...opts } });
const waiting = (
  opts: ReportedOp["opts"] = {},
  taken: string[] = [],
  state: RunState = stateOf(),
): Decision => on(state, replyTo(opsReply([signal(opts)])), { ...TERMS, signalsTaken: new Set(taken) });

describe("decide(): WaitForSignal", () => {
  it("queues the time-out and waits for the name, as the conflict rule says", () => {
    for (const conflict of ["fail", "replace"] as const) {
      const decision = waiting({ conflict });
      assert.deepEqual(queued(decision), ["signal:step:s@3600000"]);
      assert.deepEqual(decision.signals, [{ name: "go", key: "step:s", conflict }]);
      assert.equal(decision.journal[0]?.data, `{"signal":"go","until":${NOW + 3_600_000}}`);
    }
  });

  it("takes any other conflict rule for the strict one", () => {
    assert.equal(waiting({ conflict: "shrug" }).signals[0]?.conflict, "fail");
  });

  it("fails the run at once when another one has the name, unless it may take it over", () => {
    const decision = waiting({}, ["go"]);
    assert.deepEqual(ending(decision).error, {
      name: "InngestErrSignalConflict",
      message: "Signal conflict; signal wait already exists for another run",
    });
    assert.deepEqual([decision.signals, decision.enqueue], [[], []]);
    assert.equal(waiting({ conflict: "replace" }, ["go"]).signals.length, 1);
    assert.equal(waiting({}, ["stop"]).state.run.status, "Running");
  });

  it("fails the run for a name that is missing or too long, and for a time-out past the limit", () => {
    for (const name of ["", undefined, 7, "x".repeat(LIMITS.signalNameChars + 1)]) {
      assert.equal(ending(waiting({ signal: name })).error?.name, "InvalidSignal");
    }
    assert.equal(waiting({ signal: "x".repeat(LIMITS.signalNameChars) }).state.run.status, "Running");
    assert.equal(ending(waiting({ timeout: "367d" })).error?.name, "InngestErrTimeoutTooLong");
  });

  it("is over at once, and takes no name, when there is no time to wait", () => {
    const decision = waiting({ timeout: "" });
    assert.deepEqual(queued(decision), ["signal:step:s@0"]);
    assert.deepEqual(decision.signals, []);
  });

  it("takes the name once, however often it is reported", () => {
    const first = waiting();
    const state = { ...first.state, items: new Map([...first.state.items, ["start", queueItem()]]) };
    const again = waiting({}, [], state);
    assert.deepEqual([again.signals, again.enqueue], [[], []]);
  });

  it("remembers what the signal brought, and calls again", () => {
    const memo = '{"data":{"data":1,"signal":"go"}}';
    const wake = { kind: "wake", itemKey: "step:s", generation: 1, memo, isFailure: false } as const;
    const decision = on(waiting({ timeout: "0s" }).state, wake);
    assert.equal(decision.state.steps.get(step("s")), memo);
    assert.deepEqual(journaled(decision), ["step.completed:s"]);
    assert.deepEqual(queued(decision), ["discovery:after:s@0"]);
  });
});
