import assert from "node:assert/strict";
import { test } from "node:test";
import { createFilterCache } from "./filter-cache.ts";

test("createFilterCache() matches by the source, what was captured, the incoming event and the time", () => {
  const matches = createFilterCache(2);
  const source = "event.data.id == async.data.id && now() > timestamp(1)";
  for (let round = 0; round < 3; round++) {
    assert.equal(matches(source, '{"data":{"id":7}}', { data: { id: 7 } }, 2000), true);
    assert.equal(matches(source, '{"data":{"id":8}}', { data: { id: 7 } }, 2000), false);
    assert.equal(matches(source, '{"data":{"id":7}}', { data: { id: 8 } }, 2000), false);
    assert.equal(matches(source, '{"data":{"id":7}}', { data: { id: 7 } }, 1000), false);
    // More sources than entries, so that each is forgotten and compiled again.
    for (let id = 0; id < 5; id++) {
      assert.equal(matches(`async.data.id == ${id}`, "{}", { data: { id: 3 } }, 0), id === 3);
    }
  }
});

test("createFilterCache() matches nothing where the source or the captured text is broken", () => {
  const matches = createFilterCache(1);
  for (const [source, captured] of [
    ["async.data.", "{}"],
    ["nope == 1", "{}"],
    ["true", "{"],
    ["true", ""],
    ["1 / 0", "{}"],
    ["1", "{}"],
  ] as const) {
    assert.equal(matches(source, captured, {}, 0), false, source);
    assert.equal(matches(source, captured, {}, 0), false, `${source} again`);
  }
  assert.equal(matches("true", "{}", {}, 0), true);
});
