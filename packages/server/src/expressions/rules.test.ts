/** The rules of the wire document, section 12, each by its name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { compileExpression, type Outcome, type Purpose } from "./expression.ts";
import { prepareFilter } from "./filter.ts";
import { createFilterCache } from "./filter-cache.ts";
import { isMatch, keyText, wholeNumber } from "./outcomes.ts";

const NOW = Date.UTC(2026, 10, 26, 12);

const EVENT = {
  name: "order/paid",
  ts: 1_764_158_400_000,
  v: "2026-11",
  user: { id: "u1" },
  meta: { sessions: { chat: "c1" } },
  data: {
    id: 7,
    total: 99.5,
    email: "Ada@Example.com",
    text: "hello",
    empty: "",
    zero: 0,
    no: false,
    nothing: null,
    tags: ["new", "vip"],
    items: [{ sku: "a", count: 2 }],
    json: '{"deep":{"list":[1,2]}}',
    base64: "aMOpbGxv",
  },
};

const ASYNC = { name: "order/shipped", data: { id: 7, other: 8, text: "hello" } };

function evaluate(source: string, purpose: Purpose = "filter"): Outcome {
  return compileExpression(source, purpose).evaluate(
    { event: EVENT, async: ASYNC, output: { ok: true } },
    NOW,
  );
}

function isInvalid(source: string, purpose: Purpose): boolean {
  try {
    compileExpression(source, purpose);
    return false;
  } catch (error) {
    assert.ok(isHoldfastError(error, "expression_invalid"), String(error));
    return true;
  }
}

/** Holds that every expression is the boolean true. */
function assertTrue(...sources: readonly string[]): void {
  for (const source of sources) {
    assert.deepEqual(evaluate(source), { kind: "value", value: true }, source);
  }
}

function assertFails(...sources: readonly string[]): void {
  for (const source of sources) assert.equal(evaluate(source).kind, "failed", source);
}

test("12.1 an event's name, data, user, id, ts, v and sessions can be read", () => {
  assertTrue(
    "event.name == 'order/paid'",
    "event.data.id == 7",
    "event.user.id == 'u1'",
    "event.id == null",
    "event.ts > 1.5e12",
    "event.v.startsWith('2026')",
    "event.meta.sessions.chat == 'c1'",
    "async.data.id == event.data.id",
    "output.ok",
  );
});

test("12.1 keys and priorities know only event, cancel rules also async, filters also output", () => {
  for (const purpose of ["key", "priority", "cancel", "filter"] as const) {
    assert.equal(isInvalid("event.data.id", purpose), false, purpose);
    assert.equal(isInvalid("async.data.id", purpose), purpose === "key" || purpose === "priority", purpose);
    assert.equal(isInvalid("output.data", purpose), purpose !== "filter", purpose);
    assert.equal(isInvalid("steps.data", purpose), true, purpose);
  }
});

test("12.1 a filter matches exactly at the boolean true", () => {
  for (const source of [
    "event.data.id",
    "'true'",
    "1",
    "event.data.tags",
    "null",
    "event.data.text < 5",
    "false",
  ]) {
    assert.equal(isMatch(evaluate(source)), false, source);
  }
  assert.equal(isMatch(evaluate("event.data.id == 7")), true);
});

test("12.1 a priority is a whole number of any numeric type", () => {
  const rows: readonly (readonly [source: string, number: number | null])[] = [
    ["event.data.id", 7],
    ["event.data.no ? 1 : -120", -120],
    ["2u", 2],
    ["-0.0", 0],
    ["event.data.total", null],
    ["event.data.text", null],
    ["true", null],
    ["9223372036854775807", null],
    ["event.data.text - 1", null],
  ];
  for (const [source, number] of rows) {
    assert.equal(wholeNumber(evaluate(source, "priority")), number, source);
  }
  assert.ok(Object.is(wholeNumber(evaluate("-0.0", "priority")), 0), "zero has no sign");
});

test("12.2 lowercase and uppercase change the case of all of Unicode", () => {
  assertTrue(
    "lowercase(event.data.email) == 'ada@example.com'",
    "uppercase('straße') == 'STRASSE'",
    "lowercase('ÀÉ') == 'àé'",
  );
  assertFails("lowercase(1)", "uppercase(event.data.missing)");
});

test("12.2 b64decode reads both alphabets, padded or not, and only text", () => {
  assertTrue(
    "b64decode(event.data.base64) == 'héllo'",
    "b64decode('aGk=') == 'hi'",
    "b64decode('aGk') == 'hi'",
    "b64decode('Pz8_') == b64decode('Pz8/')",
    "b64decode('') == ''",
  );
  assertFails("b64decode('a b')", "b64decode('/w==')", "b64decode(1)");
});

test("12.2 json_parse reads JSON text into values that can be used on", () => {
  assertTrue(
    "json_parse(event.data.json).deep.list[1] == 2",
    "json_parse('null') == null",
    "json_parse('\"a\"') == 'a'",
  );
  assertFails("json_parse('{')", "json_parse('')", "json_parse(event.data.tags)");
});

test("12.2 date reads RFC 3339, calendar dates, Unix seconds and Unix milliseconds", () => {
  assertTrue(
    "date('2026-01-31T12:00:00Z') == timestamp('2026-01-31T12:00:00Z')",
    "date('2026-01-31') == timestamp('2026-01-31T00:00:00Z')",
    "date(event.ts) == timestamp('2025-11-26T12:00:00Z')",
    "date(1764158400) == date(1764158400000)",
  );
  assertFails("date('yesterday')", "date('2026-02-30')", "date(true)");
});

test("12.2 now, now_plus and now_minus take the time that is handed in", () => {
  assertTrue(
    "now() == timestamp('2026-11-26T12:00:00Z')",
    "now_plus('1h30m') == timestamp('2026-11-26T13:30:00Z')",
    "now_minus(duration('1d')) == timestamp('2026-11-25T12:00:00Z')",
    "now_minus('1h') < now() && now() < now_plus('1ms')",
  );
  assertFails("now_plus('soon')", "now_plus(5)");
});

test("12.3 a field missing anywhere in a path is null", () => {
  assertTrue(
    "event.data.missing == null",
    "event.data.missing.more.and['more'] == null",
    "event.data.id.of.a.number == null",
    "event.data.text[0] == null",
    "event.data.tags[9] == null",
    "event.data.tags.name == null",
    "event.data.items[0].sku == 'a'",
    "event.data.items[0].missing == null",
    "!has(event.data.missing.more)",
  );
});

test("12.3 null equals null and nothing else", () => {
  assertTrue(
    "null == null",
    "event.data.nothing == event.data.missing",
    "null != 0",
    "null != ''",
    "null != false",
    "event.data.missing != event.data.id",
  );
});

test("12.3 null is ordered as the zero of the other type", () => {
  assertTrue(
    "event.data.missing < 1",
    "event.data.missing > -1",
    "event.data.missing <= 0u",
    "event.data.missing >= 0.0",
    "null < 'a'",
    "null <= ''",
    "null < true",
    "null < now()",
    "duration('-1s') < null",
    "null < b'a'",
    "null <= null && null >= null",
  );
  assertFails("null < [1]", "null < {}");
});

test("12.3 the size of null is zero, and nothing is in null", () => {
  assertTrue(
    "size(event.data.missing) == 0",
    "!('a' in event.data.missing)",
    "!event.data.missing.exists(x, true)",
    "event.data.missing.all(x, false)",
    "event.data.missing.map(x, x) == []",
  );
});

test("12.3 + joins values of different types", () => {
  assertTrue(
    "'order-' + event.data.id == 'order-7'",
    "event.data.id + '' == '7'",
    "'a' + 1.5 + true == 'a1.5true'",
    "event.data.text + event.data.missing == 'hello'",
    "event.data.missing + 1 == 1",
    "1.0 + '' == '1'",
    "null + null == null",
  );
  assertFails("'a' + [1]", "[1] + 1", "{} + {}");
});

test("12.3 numbers compare and calculate across types", () => {
  assertTrue(
    "1 == 1.0 && 1u == 1 && 1.0 == 1u",
    "1 < 1.5 && 2u > 1.5 && -1 < 0u",
    "event.data.id + 1 == 8",
    "event.data.id * 2u == 14.0",
    "9007199254740993 != 9007199254740992.0",
    "7 in [7.0] && {1: 'a'}[1.0] == 'a'",
  );
});

test("12.3 && and || return the operand that decides", () => {
  const rows: readonly (readonly [source: string, key: string | null])[] = [
    ["event.data.missing || event.data.text", '"hello"'],
    ["event.data.empty || event.data.zero || event.data.tags", '["new","vip"]'],
    ["event.data.text || event.data.id", '"hello"'],
    ["event.data.text && event.data.id", "7"],
    ["event.data.id && event.data.empty && event.data.text", '""'],
    ["event.data.missing && event.data.id", "null"],
    ["event.data.missing || event.data.no", null],
  ];
  for (const [source, key] of rows) assert.equal(keyText(evaluate(source, "key")), key, source);
  assert.equal(isMatch(evaluate("event.data.missing || event.data.text")), false, "a text is no match");
});

test("12.3 truth is that of JavaScript", () => {
  for (const falsy of ["null", "false", "0", "0u", "0.0", "''", "event.data.missing", "0.0 / 0.0"]) {
    assertTrue(`!(${falsy})`, `(${falsy}) ? false : true`);
  }
  for (const truthy of ["true", "1", "-1", "'0'", "[]", "{}", "b''", "duration('0')", "now()"]) {
    assertTrue(`!!(${truthy})`, `(${truthy}) ? true : false`);
  }
});

test("12.3 a result that is not known is no match", () => {
  for (const source of ["1 / 0 == 1", "event.data.text < 1", "event.data.id.contains('7')", "!(1 / 0)"]) {
    assert.equal(evaluate(source).kind, "failed", source);
    assert.equal(isMatch(evaluate(source)), false, source);
  }
});

test("12.4 equal values have one key, and different ones have two", () => {
  const same = [
    ["1", "1.0", "1u", "event.data.id - 6", "2 - 1"],
    ["'1'", "string(1)", "'' + 1"],
    ["[1, {'a': 2, 'b': 3}]", "[1.0, {'b': 3u, 'a': 2.0}]", 'json_parse(\'[1,{"b":3,"a":2}]\')'],
    ["null", "event.data.missing"],
    ["true", "1 == 1"],
    ["0", "-0.0", "event.data.zero"],
    ["18446744073709551615u"],
    ["b'1'"],
    ["timestamp(1)"],
    ["duration('1s')"],
    ["int"],
    ["''"],
    ["[]"],
    ["{}"],
    ["{1: 2}"],
    ["{'1': 2}"],
  ];
  const keys = same.map((group) => {
    const texts = new Set(group.map((source) => keyText(evaluate(source, "key"))));
    assert.equal(texts.size, 1, `${group.join(", ")} have the keys ${[...texts].join(", ")}`);
    return [...texts][0];
  });
  assert.ok(!keys.includes(null));
  assert.equal(new Set(keys).size, keys.length, keys.join("  "));
});

test("12.4 a key that is false or fails switches the mechanism off, other falsy values count", () => {
  assert.equal(keyText(evaluate("event.data.no", "key")), null);
  assert.equal(keyText(evaluate("1 / 0", "key")), null);
  for (const source of ["0", "''", "null", "event.data.missing"]) {
    assert.notEqual(keyText(evaluate(source, "key")), null, source);
  }
});

test("12.5 what is no CEL is invalid for every purpose", () => {
  for (const purpose of ["key", "priority", "cancel", "filter"] as const) {
    for (const source of ["", "event.", "event.data.id =", "'open", "nope(event)", "event.nope()", "1 2"]) {
      assert.equal(isInvalid(source, purpose), true, `${purpose}: ${source}`);
    }
  }
});

test("12.5 a cancel rule has logical operators, comparisons, indexing, in and casts, and nothing else", () => {
  for (const source of [
    "event.data.id == async.data.id",
    "!(event.data['id'] != async.data.id) && (async.data.a < 1 || async.data.b >= -2.5)",
    "int(async.data.id) == uint(7) || double('1') > 0.5",
    "async.data.id in [1, 'a', null]",
    "true",
  ]) {
    assert.equal(isInvalid(source, "cancel"), false, source);
  }
  for (const source of [
    "has(async.data.id)",
    "async.data.tags.exists(t, t == 'a')",
    "async.data.email.contains('a')",
    "size(async.data.tags) > 0",
    "string(async.data.id) == '1'",
    "async.data.id + 1 == 2",
    "-async.data.id == 1",
    "async.data.a ? true : false",
    "{'a': 1} == async.data",
    "event.data.id == lowercase('A')",
  ]) {
    assert.equal(isInvalid(source, "cancel"), true, source);
    assert.equal(isInvalid(source, "filter"), false, source);
  }
});

test("12.6 a wait keeps the values its expression reads from the run's event, and matches by them alone", () => {
  const source =
    "event.data.id == async.data.id && async.data.text == event.data['text'] && event.data.missing == null";
  const filter = prepareFilter(compileExpression(source, "filter"), EVENT, NOW);
  assert.deepEqual(filter, {
    source,
    captured: '{"data":{"id":7,"text":"hello"}}',
    equality: { path: ["data", "id"], value: 7 },
  });
  const matches = createFilterCache(10);
  assert.equal(matches(filter.source, filter.captured, ASYNC, NOW), true);
  assert.equal(matches(filter.source, filter.captured, { data: { id: 8, text: "hello" } }, NOW), false);
});

test("12.6 a rule that the run's event makes false is dropped", () => {
  for (const source of [
    "false",
    "event.data.id == 8 && async.data.id == 7",
    "event.data.no",
    "event.data.missing == async.data.id && event.data.missing != null",
    "(event.data.id == 8 || event.data.no) && async.data.id > 1",
  ]) {
    assert.equal(prepareFilter(compileExpression(source, "cancel"), EVENT, NOW), "never", source);
  }
  for (const source of ["true", "event.data.id == 7", "async.data.no || event.data.id == 8"]) {
    assert.notEqual(prepareFilter(compileExpression(source, "cancel"), EVENT, NOW), "never", source);
  }
});
