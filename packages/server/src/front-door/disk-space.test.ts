import assert from "node:assert/strict";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { silentLog } from "#kernel";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { watchDisk } from "./disk-space.ts";

/** A disk in the test's hands, and what the log says of it. */
function disk(free: number | null) {
  const said: string[] = [];
  const state = { free, looks: 0 };
  const note = (_facts: object, words: string) => void said.push(words);
  const clock = manualClock(0);
  const watch = () =>
    watchDisk({
      folder: "/data",
      reserveBytes: 100,
      clock,
      log: { ...silentLog, error: note, info: note },
      freeBytes() {
        state.looks += 1;
        return Promise.resolve(state.free);
      },
    });
  return { said, state, clock, watch };
}

test("A-129 what a disk has above its reserve is known at once, and looked at every five seconds", async () => {
  const { clock, state, watch } = disk(150);
  const space = await watch();
  assert.equal(space.spareBytes(), 50);
  state.free = 90;
  await clock.advance(4999);
  assert.equal(space.spareBytes(), 50);
  await clock.advance(1);
  assert.equal(space.spareBytes(), -10);
  assert.equal(state.looks, 2);
  space.stop();
  await clock.advance(60_000);
  assert.equal(state.looks, 2, "whoever stopped looks no more");
});

test("A-129 the log says once that a disk is nearly full, and once that it has room again", async () => {
  const { clock, said, state, watch } = disk(100);
  const space = await watch();
  assert.deepEqual([space.spareBytes(), said], [0, []]);
  for (const free of [99, 50, 99, 100, 150, 10]) {
    state.free = free;
    await clock.advance(5000);
  }
  assert.deepEqual(said, [
    "the disk is nearly full: no new events are taken",
    "the disk has room again",
    "the disk is nearly full: no new events are taken",
  ]);
});

test("a file system that does not tell is taken for one with room, and a real one tells", async () => {
  const { said, watch } = disk(null);
  assert.equal((await watch()).spareBytes(), null);
  assert.deepEqual(said, []);
  const clock = manualClock(0);
  const real = await watchDisk({ folder: tmpdir(), reserveBytes: 0, clock, log: silentLog });
  const { bavail, bsize } = await statfs(tmpdir());
  // Others write meanwhile, but not half of it.
  assert.ok((real.spareBytes() ?? 0) > (bavail * bsize) / 2);
  const none = await watchDisk({ folder: "/no/such/folder", reserveBytes: 0, clock, log: silentLog });
  assert.equal(none.spareBytes(), null);
});

test("whoever stops while the disk is being looked at looks no more", async () => {
  const clock = manualClock(0);
  const looks: ((free: number) => void)[] = [];
  const freeBytes = (): Promise<number> => new Promise((resolve) => looks.push(resolve));
  const watching = watchDisk({ folder: "/data", reserveBytes: 0, clock, log: silentLog, freeBytes });
  looks[0]?.(1);
  const space = await watching;
  await clock.advance(5000);
  space.stop();
  looks[1]?.(2);
  await clock.advance(60_000);
  assert.equal(looks.length, 2);
});
