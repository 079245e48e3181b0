import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { InternalEvent } from "./internal-event.ts";
import type { Ending } from "./lifecycle-events.ts";
import { lifecycleEvents } from "./lifecycle-events.ts";
import { RUN, stateOf } from "./testing/builders.ts";

const COMPLETED: Ending = { status: "Completed", output: '{"n":1}', error: null };
const FAILED: Ending = { status: "Failed", output: null, error: '{"message":"m","name":"n"}' };
const CANCELLED: Ending = { status: "Cancelled", output: null, error: null };

const event = (id: string, fields: object = {}): string =>
  canonicalJson({ data: {}, id, name: "a/b", ts: 1, user: {}, ...fields });
const invoked = (id: string, correlation: string, fields: object = {}): string =>
  event(id, {
    name: "inngest/function.invoked",
    data: { _inngest: { correlation_id: correlation } },
    ...fields,
  });
const eventsOf = (ending: Ending, ...events: string[]): readonly InternalEvent[] =>
  lifecycleEvents({ ...stateOf(), events }, "app-fn", ending);
const names = (events: readonly InternalEvent[]): string[] =>
  events.map(({ name }) => name.split(".")[1] ?? "");
const dataOf = (found: InternalEvent | undefined): Record<string, unknown> =>
  // Written by the function under test as an object.
  JSON.parse(found?.data ?? "null") as Record<string, unknown>;

describe("lifecycleEvents()", () => {
  it("tells every end by finished, with failed or cancelled beside it, whose id is the run's", () => {
    assert.deepEqual(names(eventsOf(COMPLETED, event("1"))), ["finished"]);
    for (const [ending, name] of [
      [FAILED, "failed"],
      [CANCELLED, "cancelled"],
    ] as const) {
      const events = eventsOf(ending, event("1"));
      assert.deepEqual(names(events), ["finished", name]);
      assert.deepEqual(
        events.map(({ userId }) => userId),
        [null, RUN],
      );
      assert.equal(events[0]?.data, events[1]?.data);
    }
  });

  it("carries the run, its events, and its result or error", () => {
    assert.deepEqual(dataOf(eventsOf(COMPLETED, event("1"))[0]), {
      _inngest: { status: "Completed" },
      event: JSON.parse(event("1")),
      events: [JSON.parse(event("1"))],
      function_id: "app-fn",
      result: { n: 1 },
      run_id: RUN,
    });
    const failed = dataOf(eventsOf(FAILED, event("1"))[1]);
    assert.deepEqual([failed["error"], failed["result"]], [{ name: "n", message: "m" }, undefined]);
    const cancelled = dataOf(eventsOf(CANCELLED, event("1"))[0]);
    assert.deepEqual(cancelled["_inngest"], { status: "Cancelled" });
    assert.deepEqual(cancelled["error"], { name: "Error", message: "function cancelled" });
  });

  it("says nothing of runs that the end or the failure of another started", () => {
    for (const name of ["inngest/function.finished", "inngest/function.failed"]) {
      for (const ending of [COMPLETED, FAILED, CANCELLED]) {
        assert.deepEqual(eventsOf(ending, event("1", { name })), []);
      }
    }
    for (const name of [
      "inngest/function.cancelled",
      "inngest/function.invoked",
      "inngest/scheduled.timer",
    ]) {
      assert.deepEqual(names(eventsOf(COMPLETED, event("1", { name }))), ["finished"]);
    }
  });

  it("answers to the invoke that started the run", () => {
    assert.equal(dataOf(eventsOf(COMPLETED, invoked("1", "R.s"))[0])["correlation_id"], "R.s");
    assert.equal(dataOf(eventsOf(COMPLETED, event("1"))[0])["correlation_id"], undefined);
    assert.equal(dataOf(eventsOf(COMPLETED, invoked("1", ""))[0])["correlation_id"], undefined);
  });

  it("tells a batch's end once for its first event and once for each invoked one", () => {
    const events = eventsOf(FAILED, event("1"), invoked("2", "R.a"), event("3"), invoked("4", "R.b"));
    assert.deepEqual(names(events), ["finished", "finished", "finished", "failed"]);
    assert.deepEqual(
      events.map((each) => dataOf(each)["correlation_id"]),
      [undefined, "R.a", "R.b", undefined],
    );
    assert.equal((dataOf(events[0])["events"] as unknown[]).length, 4);
  });

  it("belongs to the sessions of the event it answers", () => {
    const one = event("1", { meta: { sessions: { a: "1" } } });
    const two = invoked("2", "R.a", { meta: { sessions: { b: "2" } } });
    assert.deepEqual(
      eventsOf(FAILED, one, two).map(({ meta }) => meta),
      [{ sessions: { a: "1" } }, { sessions: { b: "2" } }, { sessions: { a: "1" } }],
    );
    assert.equal(eventsOf(COMPLETED, event("1"))[0]?.meta, null);
  });

  it("leaves the events out that are too large to repeat together, and keeps the first", () => {
    const large = (id: string): string => event(id, { data: { big: "x".repeat(LIMITS.eventBytes / 2) } });
    const [batch] = eventsOf(COMPLETED, large("1"), large("2"), large("3"));
    assert.deepEqual(dataOf(batch)["events"], []);
    assert.equal((dataOf(batch)["event"] as { id: string }).id, "1");
    const [single] = eventsOf(COMPLETED, event("1", { data: { big: "x".repeat(LIMITS.eventBytes) } }));
    assert.equal((dataOf(single)["events"] as unknown[]).length, 1);
  });

  it("writes canonical JSON, whatever the run was and ended with", () => {
    const json = fc.json({ maxDepth: 3 }).map((text) => canonicalJson(JSON.parse(text)));
    const body = fc.record({ data: fc.dictionary(fc.string(), fc.jsonValue()), id: fc.string() });
    const ending = fc.record({
      status: fc.constantFrom("Completed" as const, "Failed" as const, "Cancelled" as const),
      output: fc.option(json),
      error: fc.option(json),
    });
    fc.assert(
      fc.property(
        fc.array(body, { minLength: 1, maxLength: 3 }),
        fc.string(),
        ending,
        (bodies, slug, end) => {
          const events = bodies.map((each, index) =>
            canonicalJson({
              name: "a",
              ...each,
              data: { ...each.data, _inngest: { correlation_id: `R.${index}"` } },
            }),
          );
          for (const { data } of lifecycleEvents({ ...stateOf(), events }, slug, end)) {
            assert.equal(data, canonicalJson(JSON.parse(data)));
          }
        },
      ),
    );
  });
});
