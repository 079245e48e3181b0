import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { Decision } from "./decision.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import {
  emitted,
  ending,
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
  TERMS,
  version,
} from "./testing/builders.ts";

const CHILD = "22222222-2222-8222-8222-222222222222";
const CORRELATION = `${RUN}.i`;
const invoke = (opts: ReportedOp["opts"]): ReportedOp =>
  op("InvokeFunction", "i", { opts: { function_id: "app-child", ...opts } });
const invoking = (opts: ReportedOp["opts"] = {}, state: RunState = stateOf()): Decision =>
  on(state, replyTo(opsReply([invoke(opts)])));
/** A run whose event belongs to sessions. */
const inSession = (sessions: object): RunState => ({
  ...stateOf(),
  events: [JSON.stringify({ data: {}, id: "e1", meta: { sessions }, name: "a/b", ts: 1, user: {} })],
});
const failure = (decision: Decision): unknown => JSON.parse(decision.state.steps.get(step("i")) ?? "null");

describe("decide(): InvokeFunction", () => {
  it("starts the child by an event, and waits for the end of the run that answers to it", () => {
    const decision = invoking({ payload: { data: { b: 1, a: 2 }, user: { id: 7 }, v: "2" }, timeout: "1h" });
    assert.deepEqual(queued(decision), ["invoke:step:i@3600000"]);
    assert.deepEqual(decision.waits, [
      {
        effect: "resume",
        key: "step:i",
        eventName: "inngest/function.finished",
        filter: {
          source: "async.data.correlation_id == event.correlation",
          captured: `{"correlation":"${CORRELATION}"}`,
          equality: { path: ["data", "correlation_id"], value: CORRELATION },
        },
        expiresAt: NOW + 3_600_000,
        lookBackFrom: null,
      },
    ]);
    const [event] = decision.emit;
    assert.ok(event);
    assert.equal(event.data, canonicalJson(JSON.parse(event.data)));
    assert.deepEqual(
      { ...event, data: JSON.parse(event.data) },
      {
        eventId: `event of ${CORRELATION}`,
        name: "inngest/function.invoked",
        userId: null,
        data: {
          a: 2,
          b: 1,
          _inngest: {
            correlation_id: CORRELATION,
            expire: NOW + 3_600_000,
            fn_id: "app-child",
            name: "i",
            source_app_id: "app",
            source_fn_id: "11111111-1111-8111-8111-111111111111",
            source_fn_v: 1,
          },
        },
        user: '{"id":7}',
        version: "2",
        meta: {},
        invokes: { functionId: CHILD, correlation: CORRELATION },
      },
    );
    assert.deepEqual(JSON.parse(decision.journal[0]?.data ?? ""), {
      correlation: CORRELATION,
      eventId: `event of ${CORRELATION}`,
      functionId: CHILD,
      until: NOW + 3_600_000,
    });
  });

  it("asks for the function by whatever names it, slug or id", () => {
    const asked: string[] = [];
    const terms = {
      ...TERMS,
      target: (reference: string): ReturnType<typeof TERMS.target> => {
        asked.push(reference);
        return TERMS.target("app-child");
      },
    };
    for (const reference of ["app-child", CHILD]) {
      const decision = on(stateOf(), replyTo(opsReply([invoke({ function_id: reference })])), terms);
      assert.equal(decision.emit[0]?.invokes?.functionId, CHILD);
    }
    assert.deepEqual(asked, ["app-child", CHILD]);
  });

  it("waits a year when no time-out is given, and fails the run for one that is too long", () => {
    assert.deepEqual(queued(invoking()), [`invoke:step:i@${LIMITS.invokeMs}`]);
    assert.equal(ending(invoking({ timeout: "400d" })).error?.name, "InngestErrTimeoutTooLong");
  });

  it("gives the step an error and calls again when there is no such function", () => {
    for (const opts of [{ function_id: "app-gone" }, { function_id: undefined }]) {
      const decision = invoking(opts);
      assert.deepEqual(failure(decision), {
        error: {
          name: "Error",
          message: `could not find function with ID: ${opts.function_id ?? ""}`,
        },
      });
      assert.deepEqual(queued(decision), ["discovery:after:i@0"]);
      assert.deepEqual([decision.emit, decision.waits], [[], []]);
    }
  });

  it("tells the app of a function that is not there at once, whatever else it waits for", () => {
    for (const requestVersion of [1, 2] as const) {
      const decision = on(
        stateOf(version(requestVersion)),
        replyTo(opsReply([invoke({ function_id: "app-gone" }), op("Sleep", "z", { carried: "1h" })])),
      );
      assert.deepEqual(queued(decision), ["sleep:step:z@3600000", "discovery:after:i@0"]);
    }
  });

  it("gives the step an error when what it hands over is too large for an event", () => {
    const decision = invoking({ payload: { data: { big: "x".repeat(LIMITS.eventBytes) } } });
    assert.match(JSON.stringify(failure(decision)), /an event may have at most/);
    assert.deepEqual([decision.emit, decision.waits], [[], []]);
    assert.deepEqual(queued(decision), ["discovery:after:i@0"]);
  });

  it("starts the child once, however often it is reported", () => {
    const first = invoking();
    const again = on(
      { ...first.state, items: new Map([...first.state.items, ["start", queueItem()]]) },
      replyTo(opsReply([invoke({})])),
    );
    assert.deepEqual([again.emit, again.waits, again.enqueue], [[], [], []]);
    const done = invoking({}, stateOf(version(2), [queueItem()], { i: '{"data":1}' }));
    assert.deepEqual(emitted(done), []);
  });

  it("hands the run's sessions on, those the step inherits before those of the event, its own beside them", () => {
    const meta = (opts: ReportedOp["opts"], state: RunState): unknown => invoking(opts, state).emit[0]?.meta;
    const state = inSession({ a: "1" });
    assert.deepEqual(meta({}, state), { propagated_sessions: { a: "1" } });
    assert.deepEqual(meta({ payload: { meta: { sessions: { b: "2" } } } }, state), {
      sessions: { b: "2" },
      propagated_sessions: { a: "1" },
    });
    assert.deepEqual(meta({ payload: { meta: { propagated_sessions: { c: "3" } } } }, state), {
      propagated_sessions: { c: "3" },
    });
    assert.deepEqual(meta({ payload: { meta: { propagated_sessions: { c: "3" } } } }, stateOf()), {
      propagated_sessions: { c: "3" },
    });
    assert.deepEqual(meta({ payload: { meta: { sessions: null } } }, state), {
      sessions: null,
      propagated_sessions: { a: "1" },
    });
  });

  it("lets nothing that a step hands over pass for the server's own part of the event", () => {
    const decision = invoking({ payload: { data: { _inngest: { correlation_id: "forged" } } } });
    assert.match(decision.emit[0]?.data ?? "", new RegExp(`"correlation_id":"${CORRELATION}"`));
    assert.doesNotMatch(decision.emit[0]?.data ?? "", /forged/);
  });

  it("remembers the child's result, or its error as a failure, and calls again", () => {
    for (const [memo, isFailure, kind] of [
      ['{"data":1}', false, "step.completed:i"],
      ['{"error":{"message":"m","name":"n"}}', true, "step.failed:i"],
    ] as const) {
      const decision = on(invoking({ timeout: "0s" }).state, {
        kind: "wake",
        itemKey: "step:i",
        generation: 1,
        memo,
        isFailure,
      });
      assert.equal(decision.state.steps.get(step("i")), memo);
      assert.deepEqual(journaled(decision), [kind]);
      assert.deepEqual(queued(decision), ["discovery:after:i@0"]);
    }
  });
});
