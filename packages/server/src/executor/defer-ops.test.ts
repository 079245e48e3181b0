import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { Decision, Input } from "./decision.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import {
  emitted,
  ending,
  failedReply,
  journaled,
  NOW,
  on,
  op,
  opsReply,
  queued,
  queueItem,
  replyTo,
  RUN,
  stateOf,
  step,
} from "./testing/builders.ts";

const add = (id: string, opts: ReportedOp["opts"] = {}): ReportedOp =>
  op("DeferAdd", id, { opts: { fn_slug: "app-later", input: { n: 1 }, ...opts } });
const abort = (target: string): ReportedOp =>
  op("DeferAbort", `abort-${target}`, { opts: { target_hashed_id: target } });
const reporting = (ops: ReportedOp[], state: RunState = stateOf()): Decision =>
  on(state, replyTo(opsReply(ops)));
const ids = (decision: Decision): string[] => [...decision.state.defers.keys()];
const completed: Input = replyTo({ kind: "completed", output: "1", requestVersion: 2 });
/** A run that deferred this, and may be answered again. */
const deferring = (ops: ReportedOp[]): RunState => {
  const { state } = reporting([...ops, op("Sleep", "z", { carried: "1h" })]);
  return { ...state, items: new Map([...state.items, ["start", queueItem()]]) };
};

describe("decide(): DeferAdd", () => {
  it("records the function once under the op's id, and drives nothing", () => {
    const decision = reporting([
      add("d"),
      op("Sleep", "z", { carried: "1h" }),
      add("d", { input: { n: 2 } }),
    ]);
    assert.deepEqual(journaled(decision), ["defer.added:d", "step.sleeping:z"]);
    assert.equal(decision.journal[0]?.data, '{"fnSlug":"app-later","input":{"n":1}}');
    assert.deepEqual(queued(decision), ["sleep:step:z@3600000"]);
    assert.equal(decision.state.run.forcePlan, false);
    assert.deepEqual(decision.state.run.pending, ["z"]);
  });

  it("records it once across answers and checkpoints", () => {
    const checkpoint: Input = {
      kind: "checkpoint",
      itemKey: "start",
      generation: 1,
      ops: [add("d")],
      startedAt: NOW,
    };
    const first = on(stateOf(), checkpoint);
    assert.deepEqual(journaled(first), ["defer.added:d"]);
    assert.deepEqual([first.enqueue, first.finish], [[], []]);
    assert.equal(on(first.state, checkpoint).changed, false);
  });

  it("keeps as many as a run may have, and goes on without the rest", () => {
    const many = Array.from({ length: LIMITS.defersPerRunCount + 2 }, (_, index) => add(`d${index}`));
    const decision = reporting([...many, op("StepRun", "s")]);
    assert.equal(decision.state.defers.size, LIMITS.defersPerRunCount);
    assert.deepEqual(queued(decision), ["discovery:after:s@0"]);
  });

  it("leaves out what passes the size of all inputs together, or of its own notes", () => {
    const half = { big: "x".repeat(LIMITS.deferInputBytes / 2) };
    assert.deepEqual(ids(reporting([add("a", { input: half }), add("b", { input: half }), add("c")])), [
      "a",
      "c",
    ]);
    const meta = (bytes: number): object => ({ sessions: { k: "x".repeat(bytes) } });
    assert.deepEqual(
      ids(reporting([add("a", { meta: meta(LIMITS.deferMetaBytes) }), add("b", { meta: meta(100) })])),
      ["b"],
    );
  });

  it("leaves out what names no function or carries no object", () => {
    const faulty = [{ fn_slug: "" }, { fn_slug: 7 }, { input: [1] }, { input: "text" }, { meta: "text" }];
    for (const opts of faulty) assert.deepEqual(ids(reporting([add("d", opts), op("StepRun", "s")])), []);
    assert.deepEqual(ids(reporting([add("d", { input: undefined, meta: null }), op("StepRun", "s")])), ["d"]);
  });
});

describe("decide(): DeferAbort", () => {
  it("calls off a recorded function, once, and nothing that is not there", () => {
    const decision = reporting([abort("d"), abort("d"), abort("other")], deferring([add("d"), add("e")]));
    assert.deepEqual(journaled(decision), ["defer.aborted:d"]);
    assert.equal(decision.state.defers.get(step("d"))?.isAborted, true);
    assert.equal(decision.state.defers.get(step("e"))?.isAborted, false);
  });

  it("calls off what the same answer added", () => {
    assert.equal(reporting([add("d"), abort("d")]).state.defers.get(step("d"))?.isAborted, true);
  });

  it("does not let what was called off be added again", () => {
    const decision = reporting([abort("d"), add("d")], deferring([add("d")]));
    assert.equal(decision.state.defers.get(step("d"))?.isAborted, true);
  });
});

describe("decide(): deferred functions at the run's end", () => {
  it("starts them by one event each, whatever the run ended as, without those called off", () => {
    const state = deferring([add("d"), add("e"), add("f")]);
    const ends: Input[] = [
      completed,
      replyTo(failedReply({ noRetry: true })),
      { kind: "cancel", reason: null },
      { kind: "rescue", act: "fail", jitter: 0 },
    ];
    for (const input of ends) {
      const aborted = reporting([abort("e"), op("StepRun", "s")], state);
      const open = { ...aborted.state, items: new Map([["start", queueItem()]]) };
      const decision = on(open, input);
      ending(decision);
      const deferred = decision.emit.filter(({ name }) => name === "inngest/deferred.schedule");
      assert.deepEqual(
        deferred.map(({ userId }) => userId),
        [`${RUN}.d`, `${RUN}.f`],
      );
    }
  });

  it("starts what came with the result itself", () => {
    const decision = reporting([add("d"), op("RunComplete", "c", { data: "7" })]);
    assert.deepEqual(emitted(decision), ["inngest/function.finished", "inngest/deferred.schedule"]);
  });

  it("starts them for runs that say nothing else about their end", () => {
    const state = { ...deferring([add("d")]), events: ['{"data":{},"name":"inngest/function.failed"}'] };
    assert.deepEqual(emitted(on(state, completed)), ["inngest/deferred.schedule"]);
  });
});
