import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson } from "@holdfast/protocol";
import type { NewEvent } from "#store";
import { definitionOf } from "../registry/testing/definition.ts";
import type { EmittedEvent } from "./emitter.ts";
import { createEmitter } from "./emitter.ts";
import { another, matchDeps, NOW } from "./testing/events.ts";

const CHILD = another("3", { triggers: [] });
const FINISHED: EmittedEvent = {
  name: "inngest/function.finished",
  userId: null,
  data: '{"a":1}',
  user: null,
  version: null,
  meta: null,
  invokes: null,
};

function prepared(event: Partial<EmittedEvent>, hasRoom = true): NewEvent {
  const listener = definitionOf({ triggers: [{ event: "inngest/function.*", filter: null }] });
  const emitter = createEmitter({
    ...matchDeps(listener, CHILD),
    arrivals: { events: () => undefined, runs: () => undefined },
    hasRoom: () => hasRoom,
  });
  const [first] = emitter.prepare([{ ...FINISHED, ...event }], NOW);
  assert.ok(first);
  return first;
}

describe("createEmitter().prepare()", () => {
  it("stores the event in canonical form, under its own id unless it was given one", () => {
    const { event } = prepared({});
    assert.equal(
      event.body,
      `{"data":{"a":1},"id":"${event.id}","name":"inngest/function.finished","ts":${NOW},"user":{}}`,
    );
    const named = prepared({
      userId: 'R"1',
      user: '{"id":7}',
      version: "2",
      meta: { sessions: { b: "2" }, propagated_sessions: { a: "1" } },
    }).event;
    assert.equal(named.userId, 'R"1');
    assert.equal(named.body, canonicalJson(JSON.parse(named.body)));
    assert.deepEqual(JSON.parse(named.body), {
      data: { a: 1 },
      id: 'R"1',
      meta: { sessions: { a: "1", b: "2" } },
      name: "inngest/function.finished",
      ts: NOW,
      user: { id: 7 },
      v: "2",
    });
  });

  it("leaves out sessions that break a rule, and keeps the event", () => {
    const { event } = prepared({ meta: { sessions: { "": "x" } } });
    assert.doesNotMatch(event.body, /meta/);
  });

  it("starts what listens to it, like any other event", () => {
    const { runs } = prepared({});
    assert.deepEqual(
      runs.map(({ correlation, item, run }) => [run.functionId, correlation, item.generation]),
      [[definitionOf().id, null, 1]],
    );
    assert.equal(prepared({}, false).runs[0]?.item.generation, 0);
  });

  it("starts the function it invokes once for the same step, however often that is decided", () => {
    const invokes = { functionId: CHILD.id, correlation: "R.s" };
    const once = prepared({ name: "inngest/function.invoked", invokes });
    assert.deepEqual(
      once.runs.map(({ correlation, run }) => [run.functionId, correlation]),
      [
        [CHILD.id, "R.s"],
        [definitionOf().id, null],
      ],
    );
    const again = prepared({ name: "inngest/function.invoked", invokes });
    assert.deepEqual(again.runs[0]?.idempotency, once.runs[0]?.idempotency);
    const other = prepared({ invokes: { functionId: CHILD.id, correlation: "R.t" } });
    assert.notDeepEqual(other.runs[0]?.idempotency, once.runs[0]?.idempotency);
  });

  it("stores an invoke of a function that is gone, and starts nothing for it", () => {
    const invokes = { functionId: another("9").id, correlation: "R.s" };
    assert.deepEqual(prepared({ name: "x", invokes }).runs, []);
  });
});
