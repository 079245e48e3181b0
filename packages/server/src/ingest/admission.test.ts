import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName, FunctionId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import { compileExpression } from "#expressions";
import type { Expression } from "#expressions";
import { nodeDigest as digest } from "#kernel";
import type { ConcurrencyRule, FlowControl, FunctionDefinition } from "#registry";
import { definitionOf } from "../registry/testing/definition.ts";
import type { Admission, AdmissionContext } from "./admission.ts";
import { admissionOf, gatheringOf } from "./admission.ts";

const NOW = 1_700_000_000_000;
const OTHER = definitionOf({ id: "33333333-3333-8333-8333-333333333333" as FunctionId });

const key = (source: string): Expression => compileExpression(source, "key");
const context = (data: object, fields: Partial<AdmissionContext> = {}): AdmissionContext => ({
  event: { data, id: "e1", name: "order/placed", ts: NOW, user: {} },
  environment: "test" as EnvironmentName,
  now: NOW,
  digest,
  ...fields,
});
const rule = (fields: Partial<ConcurrencyRule> = {}): ConcurrencyRule => ({
  level: "step",
  scope: "fn",
  key: null,
  max: 2,
  rule: "r1",
  ...fields,
});
const admitted = (flowControl: Partial<FlowControl>, data: object = {}): Admission =>
  admissionOf(definitionOf({}, flowControl), context(data));
const counters = (admission: Admission): string[] => admission.gates.map(({ counter }) => counter);
/** The counter of one concurrency rule for a function and an event. */
function counter(
  fields: Partial<ConcurrencyRule>,
  data: object = {},
  definition: FunctionDefinition = definitionOf(),
  more: Partial<AdmissionContext> = {},
): string | undefined {
  const flowControl = { ...definition.flowControl, concurrency: [rule(fields)] };
  return counters(admissionOf({ ...definition, flowControl }, context(data, more)))[0];
}

describe("admissionOf()", () => {
  it("puts nothing in the way of a function without options", () => {
    assert.deepEqual(admitted({}), { gates: [], rateLimit: null, singleton: null, priorityMs: 0 });
  });

  it("makes a gate of each concurrency rule, and the throttle's the last", () => {
    const { gates } = admitted({
      concurrency: [rule(), rule({ level: "run", max: 1, rule: "r2" })],
      throttle: { limit: 3, periodMs: 60_000, burst: 1, key: null },
    });
    assert.deepEqual(
      gates.map((gate) => ({ ...gate, counter: "" })),
      [
        { level: "step", counter: "", rule: "r1", max: 2 },
        { level: "run", counter: "", rule: "r2", max: 1 },
        { level: "throttle", counter: "", limit: 3, periodMs: 60_000, burst: 1 },
      ],
    );
    assert.equal(new Set(gates.map((gate) => gate.counter)).size, 3);
    for (const gate of gates) assert.match(gate.counter, /^[0-9a-f]{24}$/);
  });

  it("counts by the key's value: equal values together, others apart, whatever their type looks like", () => {
    const by = (value: unknown): string | undefined => counter({ key: key("event.data.k") }, { k: value });
    assert.equal(by("a"), by("a"));
    assert.equal(by(1), by(1.0));
    assert.deepEqual(by({ a: 1, b: 2 }), by({ b: 2, a: 1 }));
    const values = ["a", "b", 1, "1", null, "", 0, "0", true, "true", [1], "[1]", false];
    assert.equal(new Set(values.map(by)).size, values.length);
  });

  it("counts a key that is false or fails as one more value, so that such events still share a limit", () => {
    const failing = "int(event.data.k) > 0";
    const limit = (source: string, data: object): string | undefined => counter({ key: key(source) }, data);
    assert.notEqual(limit(failing, { k: "x" }), undefined);
    assert.equal(limit(failing, { k: "x" }), limit(failing, { k: "y" }));
    assert.equal(limit("event.data.k", { k: false }), limit("event.data.k", { k: false }));
    const throttle = { limit: 1, periodMs: 1000, burst: 0, key: key("event.data.k") };
    assert.equal(admitted({ throttle }, { k: false }).gates.length, 1);
  });

  it("shares a counter as far as the rule's scope goes, and no further", () => {
    const shared = { key: key("event.data.k") };
    const same = (scope: ConcurrencyRule["scope"], other: string | undefined): boolean =>
      counter({ ...shared, scope }, { k: 1 }) === other;
    const elsewhere = { environment: "other" as EnvironmentName };
    assert.ok(!same("fn", counter({ ...shared, scope: "fn" }, { k: 1 }, OTHER)));
    assert.ok(same("env", counter({ ...shared, scope: "env" }, { k: 1 }, OTHER)));
    assert.ok(!same("env", counter({ ...shared, scope: "env" }, { k: 1 }, OTHER, elsewhere)));
    assert.ok(same("account", counter({ ...shared, scope: "account" }, { k: 1 }, OTHER, elsewhere)));
    for (const scope of ["env", "account"] as const) {
      assert.ok(!same(scope, counter({ key: key("event.data.j"), scope }, { j: 1 }, OTHER)), "another key");
      assert.ok(!same(scope, counter({ ...shared, scope }, { k: 2 }, OTHER)), "another value");
      assert.ok(!same(scope, counter({ ...shared, scope, level: "run" }, { k: 1 }, OTHER)), "another level");
    }
    assert.ok(!same("env", counter({ ...shared, scope: "account" }, { k: 1 })));
    assert.ok(!same("fn", counter({ ...shared, rule: "r2" }, { k: 1 })), "another rule of the same function");
  });

  it("splits throttle, rate limit and singleton by function and key", () => {
    const flowControl = {
      throttle: { limit: 1, periodMs: 1000, burst: 0, key: key("event.data.k") },
      rateLimit: { limit: 1, periodMs: 1000, key: key("event.data.k") },
      singleton: { mode: "skip", key: key("event.data.k") },
    } as const;
    const all = [
      [definitionOf({}, flowControl), "a"],
      [definitionOf({}, flowControl), "b"],
      [{ ...OTHER, flowControl: { ...OTHER.flowControl, ...flowControl } }, "a"],
    ] as const;
    const names = all.flatMap(([definition, k]) => {
      const { gates, rateLimit, singleton } = admissionOf(definition, context({ k }));
      return [gates[0]?.counter, rateLimit?.counter, singleton?.key];
    });
    assert.equal(new Set(names).size, 9);
  });

  it("turns rate limit and singleton off for a key that is false or fails, and for no other", () => {
    const off = (source: string, data: object): [boolean, boolean] => {
      const { rateLimit, singleton } = admitted(
        {
          rateLimit: { limit: 1, periodMs: 1000, key: key(source) },
          singleton: { mode: "cancel", key: key(source) },
        },
        data,
      );
      return [rateLimit === null, singleton === null];
    };
    assert.deepEqual(off("event.data.k", { k: false }), [true, true]);
    assert.deepEqual(off("int(event.data.k) > 0", { k: "x" }), [true, true]);
    for (const k of [0, "", null, "false", []]) assert.deepEqual(off("event.data.k", { k }), [false, false]);
    assert.deepEqual(off("event.data.missing", {}), [false, false]);
  });

  it("moves a run ahead or behind by whole seconds, within the limit, and not at all for anything else", () => {
    const ms = (priority: unknown): number =>
      admitted({ priority: compileExpression("event.data.p", "priority") }, { p: priority }).priorityMs;
    assert.deepEqual([ms(120), ms(-120), ms(0)], [120_000, -120_000, 0]);
    assert.deepEqual([ms(43_201), ms(-1e9)], [43_200_000, -43_200_000]);
    assert.deepEqual([ms("120"), ms(null), ms(1.5), ms(true)], [0, 0, 0, 0]);
  });
});

describe("gatheringOf()", () => {
  const batch = { sizeMax: 10, timeoutMs: 5000, key: null, filter: null };
  const gathering = (flowControl: Partial<FlowControl>, data: object = {}): ReturnType<typeof gatheringOf> =>
    gatheringOf(definitionOf({}, flowControl), context(data), null);

  it("is nothing for a function that starts with each event", () => {
    assert.equal(gathering({ concurrency: [rule()] }), null);
  });

  it("joins a batch until it is full or its time is over", () => {
    assert.deepEqual(gathering({ batch }), {
      kind: "batch",
      functionId: definitionOf().id,
      key: "",
      periodMs: 5000,
      timeoutMs: null,
      sizeMax: 10,
      bytesMax: LIMITS.batchBytes,
      rateLimit: null,
      correlation: null,
    });
  });

  it("lets an event run alone unless the batch's condition is exactly true", () => {
    const filter = compileExpression("event.data.ok", "filter");
    const joins = (ok: unknown): boolean => gathering({ batch: { ...batch, filter } }, { ok }) !== null;
    assert.deepEqual([true, "yes", 1, false, null].map(joins), [true, false, false, false, false]);
    const failing = compileExpression("int(event.data.ok) > 0", "filter");
    assert.equal(gathering({ batch: { ...batch, filter: failing } }, { ok: "x" }), null);
  });

  it("joins a debounce that each event puts off, up to its time-out", () => {
    assert.deepEqual(gathering({ debounce: { periodMs: 2000, timeoutMs: 9000, key: null } }), {
      kind: "debounce",
      functionId: definitionOf().id,
      key: "",
      periodMs: 2000,
      timeoutMs: 9000,
      sizeMax: null,
      bytesMax: null,
      rateLimit: null,
      correlation: null,
    });
  });

  it("asks for the rate limit on the way to a debounce, as for a run, and never on the way to a batch", () => {
    const rateLimit = { limit: 5, periodMs: 60_000, key: key("event.data.k") };
    const debounce = { periodMs: 2000, timeoutMs: null, key: null };
    const limited = definitionOf({}, { debounce, rateLimit });
    const found = gatheringOf(limited, context({ k: "a" }), "run.step");
    assert.ok(found?.rateLimit);
    assert.deepEqual(found.rateLimit, admissionOf(limited, context({ k: "a" })).rateLimit);
    assert.equal(found.correlation, "run.step");
    assert.equal(gathering({ debounce, rateLimit }, { k: false })?.rateLimit, null);
    assert.equal(gathering({ batch, rateLimit }, { k: "a" })?.rateLimit, null);
  });

  it("gathers by the key's value, with a key that is false or fails as one more", () => {
    for (const flowControl of [
      { batch: { ...batch, key: key("event.data.k") } },
      { debounce: { periodMs: 2000, timeoutMs: null, key: key("event.data.k") } },
    ]) {
      const of = (k: unknown): string | undefined => gathering(flowControl, { k })?.key;
      assert.equal(of("a"), of("a"));
      assert.equal(new Set(["a", "b", false, null, ""].map(of)).size, 5);
    }
  });
});
