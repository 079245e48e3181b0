import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readQuery, readSelection } from "./read-query.ts";

describe("readQuery() and readSelection()", () => {
  it("show 200 resources at most, and 100 when nobody says how many", () => {
    assert.deepEqual(readQuery({}, "User"), { conditions: [], startIndex: 1, count: 100 });
    assert.equal(readQuery({ count: "200" }, "User").count, 200);
    assert.equal(readQuery({ count: "201" }, "User").count, 200);
  });

  it("refuse a parameter that stands there twice, and none that only a prototype has", () => {
    assert.throws(() => readQuery({ filter: ["a", "b"] }, "User"), { scimType: "invalidFilter" });
    assert.throws(() => readSelection({ attributes: ["a", "b"] }), { scimType: "invalidValue" });
    const inherited = Object.create({ count: "5" }) as Record<string, unknown>;
    assert.equal(readQuery(inherited, "User").count, 100);
  });

  it("take fifty names of attributes and no more", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`).join(",");
    assert.equal(readSelection({ attributes: names(50) }).only?.size, 50);
    assert.throws(() => readSelection({ attributes: names(51) }), { scimType: "invalidValue" });
    assert.throws(() => readSelection({ excludedAttributes: names(51) }), { scimType: "invalidValue" });
  });

  it("go by attributes when excludedAttributes are there, too", () => {
    assert.deepEqual(readSelection({ attributes: "userName", excludedAttributes: "userName" }), {
      only: new Set(["username"]),
      without: new Set(),
    });
  });
});
