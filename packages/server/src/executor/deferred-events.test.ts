import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson } from "@holdfast/protocol";
import { deferredEvents } from "./deferred-events.ts";
import type { InternalEvent } from "./internal-event.ts";
import { RUN, stateOf, step } from "./testing/builders.ts";

const PARENT = { appName: "app", slug: "app-fn" };

function eventOf(record: object, trigger: object = {}): InternalEvent {
  const event = { data: {}, id: "e1", name: "a/b", ts: 1, user: {}, ...trigger };
  const [first] = deferredEvents(
    {
      ...stateOf(),
      events: [JSON.stringify(event)],
      defers: new Map([[step("d"), { data: JSON.stringify(record), isAborted: false }]]),
    },
    PARENT,
  );
  assert.ok(first);
  return first;
}

describe("deferredEvents()", () => {
  it("carries the input, and beside it who deferred it, which the input cannot forge", () => {
    const event = eventOf({
      fnSlug: "app-later",
      input: { z: 1, a: 2, _inngest: { parent_run_id: "forged" } },
    });
    assert.equal(event.name, "inngest/deferred.schedule");
    assert.equal(event.userId, `${RUN}.d`);
    assert.equal(event.invokes, null);
    assert.equal(event.data, canonicalJson(JSON.parse(event.data)));
    assert.deepEqual(JSON.parse(event.data), {
      a: 2,
      z: 1,
      _inngest: {
        fn_slug: "app-later",
        parent_app_id: "app",
        parent_fn_id: "11111111-1111-8111-8111-111111111111",
        parent_fn_slug: "app-fn",
        parent_run_id: RUN,
        parent_defer_span: "d",
      },
    });
  });

  it("belongs to the sessions that were given and those of the run's event", () => {
    const trigger = { meta: { sessions: { a: "1" } } };
    const record = (meta?: object): object => ({
      fnSlug: "f",
      input: {},
      ...(meta === undefined ? {} : { meta }),
    });
    assert.deepEqual(eventOf(record()).meta, {});
    assert.deepEqual(eventOf(record(), trigger).meta, { propagated_sessions: { a: "1" } });
    assert.deepEqual(eventOf(record({ sessions: { b: "2" } }), trigger).meta, {
      sessions: { b: "2" },
      propagated_sessions: { a: "1" },
    });
    assert.deepEqual(eventOf(record({ propagated_sessions: { c: "3" } }), trigger).meta, {
      propagated_sessions: { c: "3" },
    });
  });

  it("is nothing for a run that deferred nothing", () => {
    assert.deepEqual(deferredEvents(stateOf(), PARENT), []);
  });
});
