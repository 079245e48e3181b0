import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { Decision, Input } from "./decision.ts";
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
  version,
} from "./testing/builders.ts";

const wait = (opts: ReportedOp["opts"], fields: Partial<ReportedOp> = {}): ReportedOp =>
  op("WaitForEvent", "w", { carried: "order/paid", opts, ...fields });
const waiting = (opts: ReportedOp["opts"], state: RunState = stateOf()): Decision =>
  on(state, replyTo(opsReply([wait(opts)])));
const withEvent = (data: object): RunState => ({
  ...stateOf(),
  events: [JSON.stringify({ data, id: "e1", name: "a/b", ts: 1, user: {} })],
});
const woken = (memo: string): Input => ({
  kind: "wake",
  itemKey: "step:w",
  generation: 1,
  memo,
  isFailure: false,
});

describe("decide(): WaitForEvent", () => {
  it("queues the time-out, waits for the event meanwhile, and says so in the journal", () => {
    const decision = waiting({ timeout: "1h" });
    assert.deepEqual(queued(decision), ["wait:step:w@3600000"]);
    assert.deepEqual(journaled(decision), ["step.waiting:w"]);
    assert.equal(decision.journal[0]?.data, `{"event":"order/paid","until":${NOW + 3_600_000}}`);
    assert.deepEqual(decision.waits, [
      {
        effect: "resume",
        key: "step:w",
        eventName: "order/paid",
        filter: null,
        expiresAt: NOW + 3_600_000,
        lookBackFrom: NOW - 10,
      },
    ]);
    assert.deepEqual(decision.finish, ["start"]);
  });

  it("takes the event from opts.event before the op's name", () => {
    const decision = on(
      stateOf(),
      replyTo(opsReply([wait({ event: "order/late", timeout: "1h" }, { carried: "a label" })])),
    );
    assert.equal(decision.waits[0]?.eventName, "order/late");
  });

  it("takes a date for a time-out, and one that is over, or none at all, for an end at once", () => {
    const date = new Date(NOW + 7000).toISOString();
    assert.deepEqual(queued(waiting({ timeout: date })), ["wait:step:w@7000"]);
    for (const opts of [{ timeout: "" }, {}, { timeout: "2001-01-01T00:00:00Z" }, { timeout: "0s" }]) {
      const decision = waiting(opts);
      assert.deepEqual(queued(decision), ["wait:step:w@0"]);
      assert.deepEqual(decision.waits, []);
    }
  });

  it("waits up to the limit, and fails the run at once past it, or when it cannot read the time-out", () => {
    assert.deepEqual(queued(waiting({ timeout: "366d" })), [`wait:step:w@${LIMITS.sleepMs}`]);
    assert.equal(ending(waiting({ timeout: "367d" })).error?.name, "InngestErrTimeoutTooLong");
    assert.equal(ending(waiting({ timeout: "later" })).error?.name, "InvalidTimeout");
  });

  it("keeps of the run's event what its condition reads, and what an event must have to match", () => {
    const condition = "event.data.id == async.data.id";
    const decision = waiting({ timeout: "1h", if: condition }, withEvent({ id: 7, secret: "x" }));
    assert.deepEqual(decision.waits[0]?.filter, {
      source: condition,
      captured: '{"data":{"id":7}}',
      equality: { path: ["data", "id"], value: 7 },
    });
    assert.match(decision.journal[0]?.data ?? "", /"if":"event\.data\.id == async\.data\.id"/);
  });

  it("waits for nothing but the time-out when no event can fulfil the condition", () => {
    const decision = waiting(
      { timeout: "1h", if: "event.data.id == 8 && async.data.ok" },
      withEvent({ id: 7 }),
    );
    assert.deepEqual(decision.waits, []);
    assert.deepEqual(queued(decision), ["wait:step:w@3600000"]);
  });

  it("fails the run at once for a condition that does not compile, or reads more of the event than is kept", () => {
    const broken = waiting({ timeout: "1h", if: "async.data.id ==" });
    assert.equal(ending(broken).error?.name, "InvalidExpression");
    assert.deepEqual([broken.waits, broken.enqueue], [[], []]);
    const greedy = waiting({ timeout: "1h", if: "event == async" }, withEvent({ big: "x".repeat(300_000) }));
    assert.equal(ending(greedy).error?.name, "InvalidExpression");
  });

  it("looks back as far as the protocol allows, but not to before the run", () => {
    const reply = replyTo(opsReply([wait({ timeout: "1h" })]));
    const old = on(stateOf({ queuedAt: NOW - 60_000 }), reply);
    assert.equal(old.waits[0]?.lookBackFrom, NOW - LIMITS.waitLookBackMs);
    const young = on(stateOf({ queuedAt: NOW - 100 }), reply);
    assert.equal(young.waits[0]?.lookBackFrom, NOW - 100);
  });

  it("looks back as far as opts.lookBack says, past the beginning of the run, and 7 days at most", () => {
    const asked = waiting({ timeout: "1h", lookBack: "7d" });
    assert.equal(asked.waits[0]?.lookBackFrom, NOW - LIMITS.waitLookBackMaxMs);
    assert.equal(waiting({ timeout: "1h", lookBack: "0s" }).waits[0]?.lookBackFrom, NOW);
    for (const lookBack of ["8d", "-1s", "soon", "", 5]) {
      const refused = waiting({ timeout: "1h", lookBack });
      assert.match(
        ending(refused)?.["error"] === undefined ? "" : JSON.stringify(ending(refused)),
        /InvalidLookBack/,
      );
      assert.deepEqual(refused.waits, []);
    }
  });

  it("begins one wait however often it is reported, and none for a step that is remembered", () => {
    const first = waiting({ timeout: "1h" });
    const again = on(
      { ...first.state, items: new Map([...first.state.items, ["start", queueItem()]]) },
      replyTo(opsReply([wait({ timeout: "2h" })])),
    );
    assert.deepEqual([again.waits, again.enqueue], [[], []]);
    assert.equal(again.state.items.get("step:w")?.dueAt, NOW + 3_600_000);
    const done = waiting({ timeout: "1h" }, stateOf(version(2), [queueItem()], { w: "null" }));
    assert.deepEqual(done.waits, []);
  });

  it("is over with the event, or null, as its memo, and calls again", () => {
    for (const memo of ['{"data":{},"id":"e2","name":"order/paid","ts":2,"user":{}}', "null"]) {
      const begun = waiting({ timeout: "" });
      const decision = on(begun.state, woken(memo));
      assert.equal(decision.state.steps.get(step("w")), memo);
      assert.deepEqual(queued(decision), ["discovery:after:w@0"]);
      assert.deepEqual(decision.finish, ["step:w"]);
      assert.deepEqual(
        [decision.journal[0]?.kind, decision.journal[0]?.op, decision.journal[0]?.name],
        ["step.completed", "WaitForEvent", "w"],
      );
      assert.deepEqual(on(decision.state, woken("null")).verdicts, [{ kind: "stale" }]);
    }
  });

  it("counts as one of the steps that are waited for together", () => {
    const decision = on(stateOf(), replyTo(opsReply([op("StepPlanned", "a"), wait({ timeout: "1h" })])));
    assert.equal(decision.state.run.forcePlan, true);
    assert.deepEqual(new Set(decision.state.run.pending), new Set(["a", "w"]));
  });

  it("is begun before what was reported in front of it, since that may cause the event", () => {
    const ops = [
      op("StepPlanned", "a"),
      wait({ timeout: "1h" }),
      op("DeferAdd", "d", { opts: { fn_slug: "f" } }),
    ];
    assert.deepEqual(journaled(on(stateOf(), replyTo(opsReply(ops)))), [
      "step.waiting:w",
      "defer.added:d",
      "step.planned:a",
    ]);
  });
});
