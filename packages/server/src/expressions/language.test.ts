/** CEL itself: what the language definition says, apart from what the loose typing changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileExpression, type Outcome } from "./expression.ts";

const EVENT = JSON.parse(
  '{"data":{"list":[1,2,3],"map":{"a":1,"b":2},"word":"smörgås","emoji":"a😀b","lone":"\\ud83d","__proto__":{"x":1},"package":5,"big":1e300}}',
);

function evaluate(source: string): Outcome {
  return compileExpression(source, "filter").evaluate({ event: EVENT }, 0);
}

const TRUE: Readonly<Record<string, readonly string[]>> = {
  "arithmetic binds as in CEL": [
    "1 + 2 * 3 == 7",
    "(1 + 2) * 3 == 9",
    "10 - 4 - 3 == 3",
    "7 / 2 == 3",
    "-7 / 2 == -3",
    "-7 % 3 == -1",
    "7.0 / 2 == 3.5",
    "7u / 2u == 3u",
    "-(3) == -3",
    "- 3 == -3",
    "1 - -1 == 2",
    "1.0 / 0.0 > 1e308",
  ],
  "comparisons lean to the left and bind tighter than && and ||": [
    "1 < 2 == true",
    "true || false && false",
    "!(false || true) == false",
    "false ? 1 == 2 : true",
    "true ? true : false ? false : false",
  ],
  "integers reach from -2^63 to 2^63 - 1, unsigned ones to 2^64 - 1": [
    "-9223372036854775808 < 0",
    "9223372036854775807 == 0x7fffffffffffffff",
    "18446744073709551615u == 0xFFFFFFFFFFFFFFFFu",
    "9223372036854775806 + 1 == 9223372036854775807",
    "-0x10 == -16",
  ],
  "doubles are written with a point or an exponent": [
    "1e3 == 1000",
    ".5 == 0.5",
    "2.5E-1 == 0.25",
    "1e300 == event.data.big",
  ],
  "strings have escapes, raw strings have none": [
    String.raw`'\x41\u0042\U00000043\104' == 'ABCD'`,
    String.raw`"\a\b\f\n\r\t\v\\\?\"\'\`" == '\x07\x08\x0c\x0a\x0d\x09\x0b\x5c\x3f"\x27\x60'`,
    String.raw`r'\n' == '\\n' && R"a\"b" == 'a\\"b'`,
    "'''it's \"fine\"''' == 'it\\'s \"fine\"'",
    '"""two\nlines""" == \'two\\nlines\'',
    "'😀' == '\\U0001F600'",
  ],
  "bytes are the UTF-8 of their text, and escapes are bytes": [
    String.raw`b'\xff' != b'ÿ' && b'ÿ' == b'\xc3\xbf' && b'\303\277' == b'ÿ'`,
    String.raw`rb'\xff' == b'\\xff' && br'a' == b'a'`,
    "size(b'ÿ') == 2 && bytes('ÿ') == b'ÿ' && string(b'a') == 'a'",
    "b'a' + b'b' == b'ab' && b'a' < b'b'",
  ],
  "text is measured and ordered by code points": [
    "size('smörgås') == 7 && event.data.word == 'smörgås'",
    "size(event.data.emoji) == 3 && event.data.emoji.size() == 3",
    "size(event.data.lone) == 1",
    "'\\uffff' < '😀'",
    "'a' < 'b' && 'a' < 'aa' && 'Z' < 'a'",
  ],
  "methods of text": [
    "'hello'.contains('ell') && !'hello'.contains('Ell') && ''.contains('')",
    "'hello'.startsWith('he') && 'hello'.endsWith('lo') && !'a'.startsWith('aa')",
    "'hello'.matches('^h.*o$') && matches('hello', 'l+') && !'hello'.matches('^l')",
    "'Ünicode'.matches('^\\\\pL+$') && 'x'.matches(event.data.missing + 'x')",
  ],
  "lists are built, joined, indexed and searched": [
    "[1, 2] + [3] == [1, 2, 3] && [1, 2,][1] == 2",
    "size([]) == 0 && event.data.list[2] == 3 && [[1], [2]] != [[1], [3]]",
    "2 in event.data.list && !(9 in event.data.list) && [1] in [[1.0]]",
  ],
  "maps are built, indexed and searched": [
    "{'a': 1}.a == 1 && {'a': 1}['a'] == 1 && {1: 2, true: 3}[true] == 3",
    "'a' in event.data.map && !('c' in event.data.map)",
    "event.data.map == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2} && {'a': null} != {'b': null}",
    "size(event.data.map) == 2 && {}.a == null",
    "has({'a': null}.a) && !has({'a': 1}.b)",
  ],
  "fields may be called like words of the language, and like properties of JavaScript": [
    "event.data.package == 5 && event.in == null && event.true == null",
    "event.data.constructor == null && event.data.toString == null && event.toString == null",
    "event.__proto__ == null && event.data.__proto__.x == 1 && event.data['__proto__'] == {'x': 1}",
    "event.data.list.length == null && event.data.word.length == null",
    "!('constructor' in event.data) && !has(event.data.hasOwnProperty) && !('__proto__' in event)",
  ],
  macros: [
    "event.data.list.all(x, x > 0) && !event.data.list.all(x, x > 1) && [].all(x, false)",
    "event.data.list.exists(x, x == 2) && !event.data.list.exists(x, x == 9)",
    "event.data.list.exists_one(x, x == 2) && !event.data.list.exists_one(x, x > 1)",
    "event.data.list.map(x, x * 2) == [2, 4, 6] && event.data.list.map(x, x > 1, x + 1) == [3, 4]",
    "event.data.list.filter(x, x != 2) == [1, 3] && event.data.map.filter(k, k == 'a') == ['a']",
    "[1, 2].map(x, [10, 20].map(y, x + y)) == [[11, 21], [12, 22]]",
    "[[1], [2]].map(x, x.map(x, x + 1)) == [[2], [3]]",
    "[1, 'a'].exists(x, x < 1 || x == 'a') && ![1, 'a'].all(x, x < 1)",
  ],
  conversions: [
    "int(1.9) == 1 && int(-1.9) == -1 && int('-12') == -12 && int(7u) == 7 && int(timestamp(5)) == 5",
    "uint(3) == 3u && uint('3') == 3u && double('1.5') == 1.5 && double(1) == 1.0 && double('1e2') == 100.0",
    "string(1) == '1' && string(1.5) == '1.5' && string(true) == 'true' && string(1u) == '1'",
    "string(timestamp('2026-01-02T03:04:05.6Z')) == '2026-01-02T03:04:05.600Z' && string(duration('1m')) == '60s'",
    "bool('true') && !bool('0') && dyn(1) == 1",
  ],
  "types are values": [
    "type(1) == int && type(1u) == uint && type(1.0) == double && type('') == string && type(b'') == bytes",
    "type(null) == null_type && type(true) == bool && type([]) == list && type({}) == map && type(int) == type",
    "type(now()) == google.protobuf.Timestamp && type(duration('1s')) == google.protobuf.Duration",
    "type(event.data.list[0]) == double && type(event.data) == map",
  ],
  "instants and durations calculate": [
    "timestamp('2026-01-01T00:00:00Z') + duration('36h') == timestamp('2026-01-02T12:00:00Z')",
    "duration('1h') + timestamp(0) == timestamp(3600) && timestamp(3600) - duration('1h') == timestamp(0)",
    "timestamp(10) - timestamp(4) == duration('6s') && duration('1m') - duration('1s') == duration('59s')",
    "timestamp('2026-01-01T01:00:00+01:00') == timestamp('2026-01-01T00:00:00Z') && -duration('1s') < duration('0')",
  ],
  "instants have a calendar": [
    "timestamp('2026-11-26T13:14:15.678Z').getFullYear() == 2026 && timestamp(0).getMonth() == 0",
    "timestamp('2026-11-26T13:14:15.678Z').getDate() == 26 && timestamp(0).getDayOfMonth() == 0",
    "timestamp('2026-11-26T13:14:15Z').getDayOfWeek() == 4 && timestamp('2026-12-31T00:00:00Z').getDayOfYear() == 364",
    "timestamp('2026-11-26T13:14:15.678Z').getHours() == 13 && timestamp('2026-11-26T13:14:15.678Z').getMilliseconds() == 678",
    "timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin') == 14 && timestamp('2026-01-01T12:00:00Z').getHours('Europe/Berlin') == 13",
    "timestamp('2026-01-01T00:00:00Z').getHours('-05:30') == 18 && timestamp('2026-01-01T00:30:00Z').getDate('-01:00') == 31",
    "duration('90m').getHours() == 1 && duration('90m').getMinutes() == 90 && duration('1500ms').getMilliseconds() == 500",
  ],
  "a failure does not matter where another operand decides": [
    "true || 1 / 0 == 1",
    "1 / 0 == 1 || true",
    "!(false && 1 / 0 == 1)",
    "!(1 / 0 == 1 && false)",
    "[0, 1].exists(x, 1 / x == 1)",
  ],
  "NaN equals nothing and has no order": [
    "0.0 / 0.0 != 0.0 / 0.0",
    "!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)",
    "double('NaN') != 1",
  ],
  "space and comments stand anywhere": ["1 // one\n + 1 // and one\n == 2 // is two", "\t1\r\n==\n1 "],
};

for (const [title, sources] of Object.entries(TRUE)) {
  test(`compileExpression() is CEL: ${title}`, () => {
    for (const source of sources) assert.deepEqual(evaluate(source), { kind: "value", value: true }, source);
  });
}

test("Expression.evaluate() fails, with a reason, where CEL has no value", () => {
  for (const source of [
    "9223372036854775807 + 1",
    "-9223372036854775808 - 1",
    "-(-9223372036854775808)",
    "18446744073709551615u + 1u",
    "0u - 1u",
    "1 / 0",
    "1 % 0",
    "1u / 0u",
    "true + 1 - 1",
    "'a' - 'b'",
    "'a' < 1",
    "[1] < [2]",
    "-'a'",
    "1 in 'abc'",
    "size(1)",
    "int('1.5')",
    "int('')",
    "int(1e300)",
    "int(double('NaN'))",
    "uint(-1)",
    "double('one')",
    "bool('yes')",
    "string(null)",
    "string([1])",
    String.raw`string(b'\xff')`,
    "bytes(1)",
    "timestamp('2026-13-01T00:00:00Z')",
    "timestamp('2026-02-29T00:00:00Z')",
    "timestamp('2026-01-01')",
    "timestamp('2026-01-01T24:00:00Z')",
    "timestamp(1e18)",
    "timestamp(253402300799) + duration('1s')",
    "duration('1')",
    "duration('1 h')",
    "now().getHours('Nowhere/Town')",
    "now().getHours(1)",
    "duration('1h').getFullYear()",
    "'a'.matches('(' + event.data.missing)",
    "'a'.contains(1)",
    "event.data.big.contains('a')",
    "event.data.big.map(x, x)",
    "{'a': 1, 'a': 2}",
    "{1: 1, 1.0: 2}",
    "{null: 1}",
    "[1, 0].all(x, 1 / x > 0)",
    "[0, 1].exists_one(x, 1 / x == 1)",
    "1 / 0 || false",
    "1 / 0 && true",
  ]) {
    const outcome = evaluate(source);
    assert.equal(outcome.kind, "failed", source);
    assert.match(outcome.kind === "failed" ? outcome.reason : "", /\w{3}/);
  }
});
