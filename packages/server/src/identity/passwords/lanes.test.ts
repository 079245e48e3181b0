import assert from "node:assert/strict";
import { test } from "node:test";
import { createLanes } from "./lanes.ts";

test("A-021 so many hashes at once, so many in line, and the rest is turned away at once", async () => {
  const inLane = createLanes({ lanes: 2, waiting: 3 });
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const work = (): Promise<string> =>
    inLane(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return "done";
    });
  const taken = Array.from({ length: 5 }, work);
  await assert.rejects(work(), { code: "server_busy" });
  for (let left = 5; left > 0; left -= 1) {
    while (ends.length === 0) await Promise.resolve();
    ends.shift()?.();
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(
    await Promise.all(taken),
    Array.from({ length: 5 }, () => "done"),
  );
  assert.equal(most, 2);
});

test("work that fails gives its place back", async () => {
  const inLane = createLanes({ lanes: 1, waiting: 0 });
  await assert.rejects(
    inLane(async () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await inLane(async () => "yes"), "yes");
});
