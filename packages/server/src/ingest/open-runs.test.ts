import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventId, RunId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import { compileExpression } from "#expressions";
import { nodeDigest as digest } from "#kernel";
import type { CancelRule, FunctionDefinition } from "#registry";
import type { EventRecord, NewRun } from "#store";
import { definitionOf } from "../registry/testing/definition.ts";
import type { Birth } from "./open-runs.ts";
import { openRun } from "./open-runs.ts";
import { eventOf, NOW } from "./testing/events.ts";

const BIRTH: Birth = {
  id: "01J00000000000000000000000" as RunId,
  now: NOW,
  isHeld: true,
  guard: null,
  correlation: null,
  batchId: null,
};
const open = (
  definition: FunctionDefinition = definitionOf(),
  events: readonly EventRecord[] = [eventOf()],
  birth: Partial<Birth> = {},
): NewRun => openRun(events, definition, null, { ...BIRTH, ...birth }, digest);
const cancelling = (rule: Partial<CancelRule>): FunctionDefinition =>
  definitionOf({ cancels: [{ event: "order/gone", filter: null, timeoutMs: null, ...rule }] });
const condition = (source: string): Partial<CancelRule> => ({ filter: compileExpression(source, "cancel") });

describe("openRun()", () => {
  it("begins with one call, due now or when its event says it happens, and held only if it is due", () => {
    const due = open();
    assert.deepEqual(
      [due.item.key, due.item.kind, due.item.dueAt, due.item.generation],
      ["start", "discovery", NOW, 1],
    );
    const later = open(definitionOf(), [eventOf({ ts: NOW + 60_000 })]);
    assert.deepEqual([later.item.dueAt, later.item.generation], [NOW + 60_000, 0]);
    assert.equal(open(definitionOf(), [eventOf({ ts: NOW - 60_000 })]).item.dueAt, NOW);
    assert.equal(open(definitionOf(), [eventOf()], { isHeld: false }).item.generation, 0);
  });

  it("names every event of a batch, and counts their bytes, the first as its own", () => {
    const events = [eventOf(), eventOf({ id: "01J00000000000000000000002" as EventId }, { ü: 1 })];
    const { eventIds, run } = open(definitionOf(), events, { batchId: "B" });
    assert.deepEqual(eventIds, ["01J00000000000000000000001", "01J00000000000000000000002"]);
    assert.deepEqual([run.eventId, run.batchId], ["01J00000000000000000000001", "B"]);
    assert.equal(
      run.stateBytes,
      Buffer.byteLength(events[0]?.body ?? "") + Buffer.byteLength(events[1]?.body ?? ""),
    );
  });

  it("ends by itself when it does not start in time, counted from its birth", () => {
    assert.deepEqual(open().timers, []);
    const [timer] = open(definitionOf({ startTimeoutMs: 10_000 }), [eventOf({ ts: NOW + 60_000 })]).timers;
    assert.deepEqual(
      [timer?.key, timer?.kind, timer?.dueAt, timer?.generation],
      ["timeout:start", "timeout", NOW + 10_000, 0],
    );
  });

  it("is cancelled by the events its function names, for a year unless the rule says otherwise", () => {
    const definition = definitionOf({
      cancels: [
        { event: "order/gone", filter: null, timeoutMs: null },
        { event: "user/gone", filter: null, timeoutMs: 5000 },
      ],
    });
    assert.deepEqual(open(definition).cancels, [
      {
        effect: "cancel",
        key: "cancel:0",
        eventName: "order/gone",
        filter: null,
        expiresAt: NOW + LIMITS.cancelRuleMs,
        lookBackFrom: null,
      },
      {
        effect: "cancel",
        key: "cancel:1",
        eventName: "user/gone",
        filter: null,
        expiresAt: NOW + 5000,
        lookBackFrom: null,
      },
    ]);
  });

  it("puts the values of its own event into a rule's condition", () => {
    const [rule] = open(cancelling(condition("event.data.id == async.data.id")), [
      eventOf({}, { id: 7 }),
    ]).cancels;
    assert.deepEqual(rule?.filter, {
      source: "event.data.id == async.data.id",
      captured: '{"data":{"id":7}}',
      equality: { path: ["data", "id"], value: 7 },
    });
  });

  it("drops a rule that its own event keeps from ever holding, and keeps the names of the others", () => {
    const definition = definitionOf({
      cancels: [
        { event: "a", filter: compileExpression("event.data.id == 8", "cancel"), timeoutMs: null },
        { event: "b", filter: null, timeoutMs: null },
      ],
    });
    assert.deepEqual(
      open(definition, [eventOf({}, { id: 7 })]).cancels.map(({ key }) => key),
      ["cancel:1"],
    );
  });

  it("starts a run without the rule that would keep too much of its event, instead of refusing the event", () => {
    const definition = cancelling(condition("event.data == async.data"));
    assert.equal(open(definition, [eventOf({}, { small: 1 })]).cancels.length, 1);
    assert.deepEqual(open(definition, [eventOf({}, { big: "x".repeat(300_000) })]).cancels, []);
  });

  it("applies no cancel rule to a batch, of one event either", () => {
    assert.deepEqual(open(cancelling({}), [eventOf()], { batchId: "B" }).cancels, []);
  });

  it("is guarded for a day by the hash of what must not start it twice", () => {
    assert.equal(open().idempotency, null);
    const { idempotency } = open(definitionOf(), [eventOf()], { guard: "g" });
    assert.match(idempotency?.key ?? "", /^[0-9a-f]{32}$/);
    assert.equal(idempotency?.expiresAt, NOW + LIMITS.idempotencyMs);
  });
});
