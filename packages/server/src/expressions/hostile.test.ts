import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { compileExpression, type Expression, type Outcome } from "./expression.ts";
import { prepareFilter } from "./filter.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { isMatch, keyText } from "./outcomes.ts";
import { HOSTILE_SOURCES, hostileEvent } from "./testing/hostile.ts";

/**
 * Far above what these take (5 and 20 milliseconds, as the fuzzer measures), and far below what they would take without
 * the limits, which is seconds to for ever. Time of this thread on a processor, so that a busy machine changes nothing.
 */
const ACT_MS_MAX = 250;

const EVENT = hostileEvent();

function timed<Value>(what: string, act: () => Value): Value {
  const before = process.threadCpuUsage();
  const value = act();
  const { user, system } = process.threadCpuUsage(before);
  const tookMs = (user + system) / 1000;
  assert.ok(tookMs < ACT_MS_MAX, `${what.slice(0, 100)} took ${tookMs} ms`);
  return value;
}

function compileOrNull(source: string): Expression | null {
  try {
    return compileExpression(source, "filter");
  } catch (error) {
    assert.ok(isHoldfastError(error, "expression_invalid"), String(error));
    return null;
  }
}

function outcomeOf(source: string): Outcome {
  return compileExpression(source, "filter").evaluate({ event: EVENT, async: EVENT }, 0);
}

test("expressions made to take long are refused, fail or have a value in good time", () => {
  for (const source of HOSTILE_SOURCES) {
    const expression = timed(`compiling ${source}`, () => compileOrNull(source));
    if (expression === null) continue;
    const outcome = timed(`evaluating ${source}`, () =>
      expression.evaluate({ event: EVENT, async: EVENT }, 0),
    );
    timed(`the key of ${source}`, () => keyText(outcome));
  }
});

test("Expression.evaluate() names the budget when that is what ends it", () => {
  for (const source of [
    "event.data.list.all(a, event.data.list.all(b, a + b >= 0))",
    `event.data.list.all(a, a${" + a".repeat(200)} >= 0)`,
    "event.data.list.exists(a, event.data.text.contains('b')) || true",
    "event.data.texts.exists(t, t.matches('(a?){20}a{20}b'))",
    "event.data.patterns.exists(p, event.data.pump.matches(p))",
    "size(event.data.keys) > 0",
  ]) {
    const outcome = outcomeOf(source);
    assert.ok(
      outcome.kind === "failed" && outcome.reason.includes("costs more than"),
      `${source}: ${JSON.stringify(outcome)}`,
    );
  }
});

test("Expression.evaluate() has no value for what ran out of budget on the way, whatever decides afterwards", () => {
  const costly = "event.data.list.all(a, event.data.list.all(b, a + b >= 0))";
  for (const source of [`${costly} || true`, `!(${costly} && false)`, `[1].exists(x, ${costly} || x == 1)`]) {
    assert.equal(outcomeOf(source).kind, "failed", source);
  }
  assert.equal(isMatch(outcomeOf(`true || ${costly}`)), true, "what is never reached costs nothing");
});

test("Expression.evaluate() makes no text and no list beyond its limit", () => {
  const rows: readonly (readonly [source: string, fits: boolean])[] = [
    ["size(event.data.text + 'a') == 60001", true],
    ["event.data.text + event.data.text", false],
    ["event.data.texts.map(t, t + event.data.text)", false],
    ["size(event.data.list + [1]) == 5001", true],
    ["event.data.list + event.data.list + [1]", false],
    ["bytes(event.data.text) + bytes(event.data.text)", false],
  ];
  for (const [source, fits] of rows) {
    assert.equal(isMatch(outcomeOf(source)), fits, source);
    assert.equal(outcomeOf(source).kind === "value", fits, source);
  }
});

test("Expression.evaluate() answers patterns that make other engines backtrack", () => {
  assert.deepEqual(outcomeOf("event.data.pump.matches('^(a+)+$')"), { kind: "value", value: false });
  assert.deepEqual(outcomeOf("event.data.pump.matches('^(a|aa)+!$')"), { kind: "value", value: true });
});

test("Expression.evaluate() sees own properties only, whatever they are called", () => {
  for (const source of [
    "event.__proto__ == null && event.constructor == null && event.data.list.constructor == null",
    "event.data.own.__proto__.admin && event.data.own.constructor.name == 'x'",
    "event.data.own.constructor.constructor == null",
    "{'__proto__': 1}.__proto__ == 1 && {}.__proto__ == null",
  ]) {
    assert.equal(isMatch(outcomeOf(source)), true, source);
  }
  assert.equal(Object.hasOwn(Object.prototype, "admin"), false);
});

test("prepareFilter() keeps fields named like a prototype as fields", () => {
  const filter = prepareFilter(
    compileExpression("event.data.own.__proto__.admin == async.data.own['__proto__'].admin", "cancel"),
    EVENT,
    0,
  );
  assert.ok(filter !== "never");
  assert.equal(filter.captured, '{"data":{"own":{"__proto__":{"admin":true}}}}');
  assert.deepEqual(filter.equality, { path: ["data", "own", "__proto__", "admin"], value: true });
});

test("prepareFilter() refuses to keep more of an event than its limit", () => {
  assert.throws(
    () => prepareFilter(compileExpression("async.data.id == event.data.long", "filter"), EVENT, 0),
    (error) =>
      isHoldfastError(error, "expression_invalid") &&
      error.message.includes(String(EXPRESSION_LIMITS.capturedChars)),
  );
});

test("keyText() is null for a value whose text is longer than a key may be", () => {
  assert.equal(keyText(outcomeOf("event.data")), null);
  assert.equal(keyText(outcomeOf("event.data.long")), null);
  assert.equal(typeof keyText(outcomeOf("event.data.text")), "string");
});
