import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { generateScenario } from "./generate/scenario.ts";
import { leavesOf } from "./scenario/program.ts";
import { minimise, shrink } from "./shrink.ts";

describe("minimise()", () => {
  it("keeps just the parts that are needed, wherever they lie", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: 60 })),
        fc.uniqueArray(fc.nat({ max: 60 })),
        async (needed, more) => {
          const parts = [...new Set([...needed, ...more])];
          const kept = await minimise(parts, async (some) => needed.every((part) => some.includes(part)));
          assert.deepEqual(new Set(kept), new Set(needed));
          assert.equal(kept.length, needed.length);
        },
      ),
      { numRuns: 50 },
    ));
});

describe("shrink()", () => {
  it("cuts a scenario down to what its failure needs: one act, one fault, one step", async () => {
    const scenario = generateScenario("4", { years: 0, withFaults: true, withTwoNodes: false });
    const act = scenario.acts.find(({ kind }) => kind === "send");
    assert.ok(act !== undefined);
    const shrunk = await shrink(
      scenario,
      ["disk-full#1", "answer-lost#3"],
      async (candidate, left) =>
        !left.has(act.id) &&
        !left.has("answer-lost#3") &&
        candidate.functions.some(({ program }) => leavesOf(program).length > 0),
      () => true,
    );
    assert.ok(shrunk.left.has("disk-full#1"));
    assert.equal(scenario.acts.filter(({ id }) => !shrunk.left.has(id)).length, 1);
    assert.equal(shrunk.scenario.functions.flatMap(({ program }) => leavesOf(program)).length, 1);
  });

  it("stops when its time is over, with what it has", async () => {
    const scenario = generateScenario("4", { years: 0, withFaults: true, withTwoNodes: false });
    const shrunk = await shrink(
      scenario,
      [],
      () => assert.fail("no time for a try"),
      () => false,
    );
    assert.equal(shrunk.tries, 0);
    assert.equal(shrunk.left.size, 0);
  });
});
