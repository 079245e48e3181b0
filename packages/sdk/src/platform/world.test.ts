import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { realWorld } from "./world.ts";

describe("realWorld()", () => {
  it("reads the machine's clock, chance and environment", () => {
    const world = realWorld();
    const before = Date.now();
    assert.ok(world.now() >= before && world.now() <= Date.now());
    assert.equal(world.random(24).length, 24);
    assert.notDeepEqual(world.random(24), world.random(24));
    assert.equal(world.variables["PATH"], process.env["PATH"]);
  });

  it("rings a timer once, and never one that was cancelled", async () => {
    const world = realWorld();
    const rung: string[] = [];
    world.after(1, () => rung.push("cancelled")).cancel();
    await new Promise<void>((resolve) => {
      world.after(2, () => {
        rung.push("kept");
        resolve();
      });
    });
    assert.deepEqual(rung, ["kept"]);
  });

  it("does not ring a timer early that is longer than the platform's longest", (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    let isRung = false;
    const longMs = 2 ** 31 + 5;
    realWorld().after(longMs, () => {
      isRung = true;
    });
    test.mock.timers.tick(2 ** 31 - 1);
    assert.equal(isRung, false);
    test.mock.timers.tick(5);
    assert.equal(isRung, false);
    test.mock.timers.tick(1);
    assert.equal(isRung, true);
  });

  it("sends requests by the global fetch of that moment", async (test) => {
    const world = realWorld();
    test.mock.method(globalThis, "fetch", async () => new Response("replaced"));
    assert.equal(await (await world.fetch("http://localhost/")).text(), "replaced");
  });
});
