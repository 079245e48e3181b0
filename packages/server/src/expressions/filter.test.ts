import assert from "node:assert/strict";
import { test } from "node:test";
import { compileExpression } from "./expression.ts";
import { prepareFilter, type WaitFilter } from "./filter.ts";

const EVENT = {
  name: "order/paid",
  data: {
    id: 7,
    text: "a",
    yes: true,
    list: [{ sku: "x" }],
    nothing: null,
    deep: { a: 1, b: 2 },
    huge: 2 ** 60,
  },
};

function filterOf(source: string): WaitFilter {
  const filter = prepareFilter(compileExpression(source, "filter"), EVENT, 0);
  assert.ok(filter !== "never", source);
  return filter;
}

test("prepareFilter() captures what the expression reads of the event, and nothing else", () => {
  const rows: readonly (readonly [source: string, captured: string])[] = [
    ["async.data.id == 1", "{}"],
    ["event.data.id == async.data.id", '{"data":{"id":7}}'],
    ["event['data']['id'] == async.data.id", '{"data":{"id":7}}'],
    ["event.data.deep.a + event.data.deep.b == async.data.id", '{"data":{"deep":{"a":1,"b":2}}}'],
    [
      "event.data.deep.a == async.data.id || event.data.deep == async.data",
      '{"data":{"deep":{"a":1,"b":2}}}',
    ],
    ["has(event.data.deep.a) && async.ok", '{"data":{"deep":{"a":1}}}'],
    ["has(event.data.missing) || async.ok", '{"data":{}}'],
    ["event.data.missing.more == async.data.id", '{"data":{}}'],
    ["event.data.text.more == async.data.id", '{"data":{"text":null}}'],
    ["event.data.nothing == async.data.id", '{"data":{"nothing":null}}'],
    ["event.data.list[0].sku == async.data.sku", '{"data":{"list":[{"sku":"x"}]}}'],
    ["event.data.deep[async.data.key] == 1", '{"data":{"deep":{"a":1,"b":2}}}'],
    ["async.data.list.exists(x, x == event.data.id)", '{"data":{"id":7}}'],
    [
      "event == async",
      JSON.stringify({
        data: {
          deep: EVENT.data.deep,
          huge: EVENT.data.huge,
          id: 7,
          list: EVENT.data.list,
          nothing: null,
          text: "a",
          yes: true,
        },
        name: EVENT.name,
      }),
    ],
  ];
  for (const [source, captured] of rows) assert.equal(filterOf(source).captured, captured, source);
});

test("prepareFilter() finds the equality that tells waits apart best, if a match needs one", () => {
  const rows: readonly (readonly [source: string, equality: WaitFilter["equality"]])[] = [
    ["async.data.id == event.data.id", { path: ["data", "id"], value: 7 }],
    ["event.data.text == async.data['text']", { path: ["data", "text"], value: "a" }],
    ["async.data.id == 5u && async.ok", { path: ["data", "id"], value: 5 }],
    ["'x' == async.name", { path: ["name"], value: "x" }],
    ["async.name == 'x' && event.data.id == async.data.id", { path: ["data", "id"], value: 7 }],
    ["async.data.ok == event.data.yes && async.data.id == event.data.id", { path: ["data", "id"], value: 7 }],
    ["async.data.ok == true && (async.data.a == 1 && async.b)", { path: ["data", "a"], value: 1 }],
    ["async.data.id == event.data.huge", { path: ["data", "id"], value: 2 ** 60 }],
    ["async.data.id == 9007199254740993", null],
    ["async.data.id == event.data.nothing", null],
    ["async.data.id == event.data.missing", null],
    ["async.data.id == event.data.deep", null],
    ["async.data.id == null", null],
    ["async.data.id == 1 || async.data.id == 2", null],
    ["!(async.data.id == 1)", null],
    ["async.data.id != 1", null],
    ["async.data.id == async.data.other", null],
    ["async == 1", null],
    ["async.data.list[0] == 1", null],
    ["async.data.list.exists(x, x == 1)", null],
    ["(async.data.id == 1) == true", null],
    ["async.data.id == 1 ? true : true", null],
  ];
  for (const [source, equality] of rows) assert.deepEqual(filterOf(source).equality, equality, source);
});

test("prepareFilter() does not drop what the clock or the incoming event may still decide", () => {
  for (const source of [
    "now() > timestamp('2026-01-01T00:00:00Z')",
    "(async.data.x && false) == null",
    "async.data.x || event.data.missing",
    "async.data.x ? false : true",
    "event.data.id == 7 ? async.ok : false",
  ]) {
    filterOf(source);
  }
  for (const source of [
    "event.data.id == 7 ? false : async.ok",
    "async.ok && 1 / 0 == 1",
    "async.ok && 'text'",
  ]) {
    assert.equal(prepareFilter(compileExpression(source, "filter"), EVENT, 0), "never", source);
  }
});
