import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName, EventId } from "@holdfast/protocol";
import type { EventRecord, QueueItem } from "#store";
import type { Ending } from "./lifecycle-events.ts";
import { lifecycleEvents } from "./lifecycle-events.ts";
import { NOW, queueItem, stateOf, step } from "./testing/builders.ts";
import { wakeOf } from "./wake.ts";

const BODY = '{"data":{},"id":"e2","name":"order/paid","ts":2,"user":{}}';
const item = (kind: QueueItem["kind"], cause: QueueItem["cause"] = null): QueueItem =>
  queueItem({ key: "step:w", kind, stepId: step("w"), cause });
const record = (body: string): EventRecord => ({
  id: "01J00000000000000000000002" as EventId,
  environment: "test" as EnvironmentName,
  name: "x",
  userId: null,
  receivedAt: NOW,
  ts: NOW,
  body,
});
const ended = (ending: Ending): EventRecord => {
  const [finished] = lifecycleEvents(stateOf(), "app-child", ending);
  return record(`{"data":${finished?.data},"id":"e3","name":"inngest/function.finished"}`);
};

describe("wakeOf()", () => {
  it("gives null for a sleep, and for a wait or a signal that timed out", () => {
    for (const kind of ["sleep", "wait", "signal"] as const) {
      assert.deepEqual(wakeOf(item(kind), null), { memo: "null", isFailure: false });
    }
  });

  it("gives a wait the event as it is, with nothing around it", () => {
    assert.deepEqual(wakeOf(item("wait"), record(BODY)), { memo: BODY, isFailure: false });
  });

  it("gives a signal's wait what the signal brought", () => {
    const memo = '{"data":{"data":1,"signal":"go"}}';
    assert.deepEqual(wakeOf(item("signal", { kind: "memo", memo }), null), { memo, isFailure: false });
  });

  it("gives an invoke the child's result, null where there was none", () => {
    const result = (output: string | null): unknown =>
      wakeOf(item("invoke"), ended({ status: "Completed", output, error: null }));
    assert.deepEqual(result('{"a":1}'), { memo: '{"data":{"a":1}}', isFailure: false });
    assert.deepEqual(result("null"), { memo: '{"data":null}', isFailure: false });
    assert.deepEqual(result(null), { memo: '{"data":null}', isFailure: false });
  });

  it("gives an invoke the child's error when it failed or was cancelled, even beside a result", () => {
    const error = '{"message":"m","name":"n"}';
    for (const output of [null, "7"]) {
      assert.deepEqual(wakeOf(item("invoke"), ended({ status: "Failed", output, error })), {
        memo: `{"error":${error}}`,
        isFailure: true,
      });
    }
    assert.deepEqual(wakeOf(item("invoke"), ended({ status: "Cancelled", output: null, error: null })), {
      memo: '{"error":{"message":"function cancelled","name":"Error"}}',
      isFailure: true,
    });
  });

  it("gives an invoke that timed out, or that a rate limit refused, an error of its own", () => {
    const late = wakeOf(item("invoke"), null);
    assert.equal(late.isFailure, true);
    assert.deepEqual(JSON.parse(late.memo), {
      error: {
        error: "Timed out waiting for invoked function to complete",
        message: "Timed out waiting for invoked function to complete",
        name: "InngestInvokeTimeoutError",
      },
    });
    const memo = '{"error":{"message":"invoked function is rate limited","name":"Error"}}';
    assert.deepEqual(wakeOf(item("invoke", { kind: "memo", memo }), null), { memo, isFailure: true });
  });
});
