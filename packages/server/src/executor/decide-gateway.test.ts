import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decision, Input } from "./decision.ts";
import type { GatewayReply } from "./gateway-reply.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import {
  journaled,
  on,
  op,
  opsReply,
  NOW,
  queued,
  queueItem,
  replyTo,
  stateOf,
  step,
  TERMS,
  version,
} from "./testing/builders.ts";

const URL = "https://api.example.com/v1";
const fetching = (opts: ReportedOp["opts"] = { url: URL }): Decision =>
  on(stateOf(), replyTo(opsReply([op("Gateway", "g", { opts })])));
const item = (attempt = 0): ReturnType<typeof queueItem> =>
  queueItem({ key: "step:g", kind: "gateway", stepId: step("g"), attempt });
const ended = (reply: GatewayReply, fields: Partial<Input & { kind: "gateway" }> = {}): Input => ({
  kind: "gateway",
  op: "Gateway",
  itemKey: "step:g",
  generation: 1,
  reply,
  startedAt: NOW - 5,
  jitter: 0.5,
  ...fields,
});
const failed = (isFinal = false): GatewayReply => ({
  kind: "failed",
  error: { name: "GatewayError", message: "refused" },
  isFinal,
});
const planned = (attempt = 0): RunState => ({
  ...stateOf({ ...version(2), pending: [step("g")] }, [item(attempt)]),
  planned: new Map([[step("g"), { name: "Fetch it", data: null }]]),
});

describe("decide(): Gateway and AIGateway", () => {
  it("queues the request, and keeps what was asked for until it is made", () => {
    for (const code of ["Gateway", "AIGateway"] as const) {
      const opts = { url: URL, body: { b: 1, a: 2 } };
      const decision = on(stateOf(), replyTo(opsReply([op(code, "g", { opts })])));
      assert.deepEqual(queued(decision), ["gateway:step:g@0"]);
      assert.deepEqual(journaled(decision), ["step.requesting:g"]);
      const kept = `{"op":"${code}","opts":{"body":{"a":2,"b":1},"url":"${URL}"}}`;
      assert.equal(decision.journal[0]?.data, kept);
      assert.equal(decision.state.planned.get(step("g"))?.data, kept);
    }
  });

  it("gives the step an error and calls again for a request that cannot be sent", () => {
    const decision = fetching({ url: "file:///etc/passwd" });
    assert.match(decision.state.steps.get(step("g")) ?? "", /^\{"error":\{.*"name":"GatewayError"/);
    assert.deepEqual(queued(decision), ["discovery:after:g@0"]);
  });

  it("tells the app at once of a request that cannot be sent, whatever else it waits for", () => {
    const ops = [op("Gateway", "g", { opts: { url: "nowhere" } }), op("Sleep", "z", { carried: "1h" })];
    for (const requestVersion of [1, 2] as const) {
      const decision = on(stateOf(version(requestVersion)), replyTo(opsReply(ops)));
      assert.deepEqual(queued(decision), ["sleep:step:z@3600000", "discovery:after:g@0"]);
    }
  });

  it("remembers what came back and calls again", () => {
    const decision = on(planned(), ended({ kind: "done", memo: '{"data":1}' }));
    assert.equal(decision.state.steps.get(step("g")), '{"data":1}');
    assert.deepEqual(queued(decision), ["discovery:after:g@0"]);
    assert.deepEqual(decision.state.run.pending, []);
    const [entry] = decision.journal;
    assert.deepEqual(
      [entry?.kind, entry?.name, entry?.op, entry?.startedAt],
      ["step.completed", "Fetch it", "Gateway", NOW - 5],
    );
  });

  it("makes a failed request again after its back-off, by its own count of attempts", () => {
    const decision = on(planned(1), ended(failed()));
    assert.deepEqual(queued(decision), [`gateway:step:g@${30_000 + 15_000}`]);
    assert.equal(decision.enqueue[0]?.attempt, 2);
    assert.deepEqual(journaled(decision), ["attempt.failed:g"]);
    assert.deepEqual(decision.state.run.pending, ["g"]);
  });

  it("remembers the error when no attempt is left, or none would help, and calls again", () => {
    for (const [attempt, reply] of [
      [4, failed()],
      [0, failed(true)],
    ] as const) {
      const decision = on(planned(attempt), ended(reply));
      assert.equal(
        decision.state.steps.get(step("g")),
        '{"error":{"message":"refused","name":"GatewayError"}}',
      );
      assert.deepEqual(journaled(decision), ["step.failed:g"]);
      assert.deepEqual(queued(decision), ["discovery:after:g@0"]);
      assert.equal(decision.state.run.status, "Scheduled");
    }
  });

  it("makes a function's first attempt its only one when it has no retries", () => {
    const decision = on(planned(), ended(failed()), { ...TERMS, attemptsMax: 1 });
    assert.deepEqual(journaled(decision), ["step.failed:g"]);
  });

  it("ignores what an older hand-out of the request brought", () => {
    const decision = on(planned(), ended({ kind: "done", memo: "{}" }, { generation: 0 }));
    assert.deepEqual(decision.verdicts, [{ kind: "stale" }]);
    assert.equal(decision.changed, false);
  });
});
