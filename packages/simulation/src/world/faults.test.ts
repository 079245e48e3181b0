import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFaults } from "./faults.ts";

const CHANCES = { "answer-lost": 0.3, "disk-full": 0.3 };

function strikes(left: readonly string[], occasions: number): readonly string[] {
  const faults = createFaults("7", CHANCES, new Set(left), () => undefined);
  faults.begin();
  for (let occasion = 0; occasion < occasions; occasion += 1) {
    faults.strike("answer-lost");
    faults.strike("disk-full");
    faults.strike("app-crash");
  }
  return faults.struck;
}

describe("createFaults()", () => {
  it("strikes at the same occasions for the same seed, about as often as it should", () => {
    const struck = strikes([], 1000);
    assert.deepEqual(strikes([], 1000), struck);
    assert.ok(struck.length > 500 && struck.length < 700, `${struck.length} of 2000 occasions`);
    assert.ok(!struck.some((id) => id.startsWith("app-crash")), "a kind without a chance never strikes");
  });

  it("leaves out a fault without another one changing", () => {
    const struck = strikes([], 100);
    const [first = ""] = struck;
    assert.deepEqual(strikes([first], 100), struck.slice(1));
  });

  it("does nothing before it begins and after it ceases", () => {
    const faults = createFaults("7", { "disk-full": 1 }, new Set(), () => undefined);
    assert.equal(faults.strike("disk-full"), null);
    faults.begin();
    assert.notEqual(faults.strike("disk-full"), null);
    faults.cease();
    assert.equal(faults.strike("disk-full"), null);
  });
});
