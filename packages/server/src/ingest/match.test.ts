import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileExpression } from "#expressions";
import type { FunctionDefinition } from "#registry";
import type { EventRecord, NewEvent } from "#store";
import { definitionOf } from "../registry/testing/definition.ts";
import type { Target } from "./match.ts";
import { matchEvent, ownGuard } from "./match.ts";
import { another, eventOf, matchDeps, NOW } from "./testing/events.ts";

const match = (
  event: EventRecord,
  functions: readonly FunctionDefinition[],
  target: Target | null = null,
): NewEvent => matchEvent(event, target, true, NOW, matchDeps(...functions));
const started = ({ runs }: NewEvent): string[] => runs.map(({ run }) => run.functionId);
const filter = (source: string): ReturnType<typeof compileExpression> => compileExpression(source, "filter");

describe("matchEvent()", () => {
  it("opens one run for each function with a trigger that covers the name", () => {
    const wild = another("3", { triggers: [{ event: "order/*", filter: null }] });
    const twice = another("4", {
      triggers: [
        { event: "order/placed", filter: null },
        { event: "order/*", filter: null },
      ],
    });
    const other = another("5", { triggers: [{ event: "order/paid", filter: null }] });
    const result = match(eventOf(), [definitionOf(), wild, twice, other]);
    assert.deepEqual(new Set(started(result)), new Set([definitionOf().id, wild.id, twice.id]));
    assert.equal(result.runs.length, 3);
    assert.equal(new Set(result.runs.map(({ run }) => run.id)).size, 3);
  });

  it("starts a function whose filter is exactly true, by any of its triggers", () => {
    const paid = definitionOf({ triggers: [{ event: "order/placed", filter: filter("event.data.paid") }] });
    const starts = (definition: FunctionDefinition, data: object): boolean =>
      match(eventOf({}, data), [definition]).runs.length > 0;
    assert.deepEqual(
      [{ paid: true }, { paid: "yes" }, { paid: 1 }, {}].map((data) => starts(paid, data)),
      [true, false, false, false],
    );
    const either = definitionOf({
      triggers: [
        { event: "order/placed", filter: filter("int(event.data.paid) > 0") },
        { event: "order/*", filter: filter("event.data.late == true") },
      ],
    });
    assert.ok(starts(either, { paid: "x", late: true }));
    assert.ok(!starts(either, { paid: "x" }));
  });

  it("starts a target first, whatever its triggers say, and once even if they cover the event too", () => {
    const target = another("3", { triggers: [] });
    const asked = { definition: target, correlation: "R.s", guard: "g" };
    const result = match(eventOf(), [definitionOf(), target], asked);
    assert.deepEqual(started(result), [target.id, definitionOf().id]);
    assert.deepEqual(
      result.runs.map(({ correlation }) => correlation),
      ["R.s", null],
    );
    const covered = another("4");
    assert.deepEqual(started(match(eventOf(), [covered], { ...asked, definition: covered })), [covered.id]);
  });

  it("guards a run by the id that the sender chose, and by nothing without one", () => {
    const guard = (event: EventRecord, definition = definitionOf()): unknown =>
      match(event, [definition]).runs[0]?.idempotency;
    assert.equal(guard(eventOf()), null);
    const named = guard(eventOf({ userId: "o-1" })) as { key: string; expiresAt: number };
    assert.equal(named.expiresAt, NOW + 86_400_000);
    assert.deepEqual(guard(eventOf({ userId: "o-1" })), named);
    assert.notDeepEqual(guard(eventOf({ userId: "o-2" })), named);
    assert.equal(guard(eventOf({ userId: "o-1" }), definitionOf({}, { hasIdempotencyKey: true })), null);
  });

  it("guards starts of its own by what no sender can name", () => {
    const keyOf = (userId: string | null, guard: string | null): string | undefined =>
      match(eventOf({ userId }), [definitionOf()], guard === null ? null : { ...target, guard }).runs[0]
        ?.idempotency?.key;
    const target = { definition: definitionOf(), correlation: null };
    const own = keyOf(null, ownGuard("cron", "* * * * *:0"));
    assert.notEqual(own, undefined);
    for (const forged of ["cron:* * * * *:0", "* * * * *:0", "\\u0000cron:* * * * *:0"]) {
      assert.notEqual(keyOf(forged, null), own);
    }
    assert.notEqual(ownGuard("invoke", "a"), ownGuard("step", "a"));
  });

  it("lets events gather where the function says so, and start others at once", () => {
    const debounced = definitionOf({}, { debounce: { periodMs: 2000, timeoutMs: null, key: null } });
    const limited = another("3", {
      flowControl: {
        ...definitionOf().flowControl,
        concurrency: [{ level: "step", scope: "fn", key: null, max: 1, rule: "r" }],
      },
    });
    const result = match(eventOf(), [debounced, limited]);
    assert.deepEqual(
      result.gatherings.map(({ functionId, kind }) => [kind, functionId]),
      [["debounce", debounced.id]],
    );
    assert.deepEqual(started(result), [limited.id]);
    assert.equal(result.runs[0]?.gates.length, 1);
  });
});
