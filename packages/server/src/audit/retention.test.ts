import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditAdministration } from "./contract.ts";
import { silentLog } from "#kernel";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { prune, startRetention } from "./retention.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = DAY_MS / 24;
const START = 1_800_000_000_000;

/** A log whose oldest entry is of that instant; null: it is empty. */
function aLog(oldest: number | null, fail = false) {
  const cuts: unknown[] = [];
  const log = {
    reader: {
      name: "production",
      head: async () => ({ first: 5, size: 9, hash: "" }),
      entries: async ({ after, limit }: { after: number; limit: number }) => {
        assert.deepEqual([after, limit], [4, 1]);
        return oldest === null ? [] : [{ at: oldest }];
      },
    },
    async prune(...cut: readonly unknown[]) {
      cuts.push(cut.slice(1));
      if (fail) throw new Error("the disk is full");
      return 1;
    },
  };
  // Only what retention asks of a log.
  return { cuts, log: log as unknown as AuditAdministration };
}

test("prune() cuts when a whole day has come together, as far as every sink has it, and nothing younger", async () => {
  const clock = manualClock(START);
  const limit = START - 31 * DAY_MS;
  for (const [oldest, expected] of [
    [limit - 1, [[30 * DAY_MS, 8]]],
    [limit, []],
    [START, []],
    [null, []],
  ] as const) {
    const { cuts, log } = aLog(oldest);
    await prune({
      clock,
      days: 30,
      logs: async () => [log],
      received: (name) => (name === "production" ? 8 : 0),
    });
    assert.deepEqual(cuts, expected, String(oldest));
  }
});

test("startRetention() looks every hour, goes on after one that failed and says so, and ends when it is told", async () => {
  const clock = manualClock(START);
  const { cuts, log } = aLog(0, true);
  const errors: unknown[] = [];
  const retention = startRetention({
    clock,
    days: 30,
    logs: async () => [log],
    received: () => 8,
    log: { ...silentLog, error: (what: unknown) => void errors.push(what) },
  });
  await clock.advance(HOUR_MS - 1);
  assert.equal(cuts.length, 0);
  await clock.advance(1);
  assert.equal(cuts.length, 1);
  await clock.advance(2 * HOUR_MS);
  assert.equal(cuts.length, 3);
  assert.deepEqual(errors[0], { error: "Error: the disk is full" });
  retention.stop();
  await clock.advance(10 * HOUR_MS);
  assert.equal(cuts.length, 3);
});

test("startRetention() that is ended while it looks does not look again", async () => {
  const clock = manualClock(START);
  let looks = 0;
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<readonly AuditAdministration[]>();
  const retention = startRetention({
    clock,
    days: 30,
    logs() {
      looks += 1;
      begun.resolve();
      return end.promise;
    },
    received: () => 0,
    log: silentLog,
  });
  await clock.advance(HOUR_MS);
  await begun.promise;
  retention.stop();
  end.resolve([]);
  await clock.advance(10 * HOUR_MS);
  assert.equal(looks, 1);
});
