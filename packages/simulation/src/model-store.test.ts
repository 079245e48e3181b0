import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generateScenario } from "./generate/scenario.ts";
import { simulate } from "./simulate.ts";
import { MODEL } from "./world/disk.ts";

describe("simulate() on the model of the store", () => {
  it("finds nothing wrong in the first seeds, with one process and with two", async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const withTwoNodes = seed % 2 === 0;
      const scenario = generateScenario(String(seed), { years: 0, withFaults: true, withTwoNodes });
      const { violation } = await simulate(scenario, { path: MODEL, left: new Set(), trace: null });
      const again = `npm run simulate -- --store model --seed ${seed}${withTwoNodes ? " --nodes 2" : ""}`;
      assert.equal(violation, null, `${violation?.invariant}: ${violation?.message}\n  ${again}`);
    }
  });
});
