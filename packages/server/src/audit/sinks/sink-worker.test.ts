import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAIN_START, HoldfastError } from "@holdfast/protocol";
import { silentLog, systemRandom } from "#kernel";
import type { AuditRow } from "#store";
import { manualClock } from "../../kernel/testing/manual-clock.ts";
import type { LogReader } from "../log-reader.ts";
import type { SinkProgress, SinkTransport } from "./contract.ts";
import { SinkWorker } from "./sink-worker.ts";

const LOOK_MS = 1000;

/** A log of so many entries. */
function reader(name: string, count: number, fault?: Error): LogReader {
  const rows: AuditRow[] = Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    at: 0,
    text: JSON.stringify({ action: "event_key.created", at: "2026-11-26T12:00:00.000Z", result: "success" }),
    hash: `h${index + 1}`,
    previousHash: index === 0 ? CHAIN_START : `h${index}`,
    openings: null,
  }));
  return {
    name,
    async head() {
      if (fault !== undefined) throw fault;
      return { first: 1, size: count, hash: rows.at(-1)?.hash ?? CHAIN_START };
    },
    entries: async ({ after, limit }) => rows.slice(after, after + limit),
    checkpoints: async () => [],
    header: async () => ({
      format: "holdfast-audit/1",
      log: name,
      keys: [],
      first: 1,
      previous_hash: CHAIN_START,
      tree: [],
    }),
  };
}

/** A worker, what it sent, kept and said, and its time. */
function world(logs: () => Promise<readonly LogReader[]>, send?: SinkTransport["send"]) {
  const clock = manualClock(0);
  const sent: string[] = [];
  const kept: SinkProgress[] = [];
  const turns: (string | null)[] = [];
  const pauses: number[] = [];
  let cannotKeep = false;
  const worker = new SinkWorker(
    {
      id: "s1",
      format: "jsonl",
      transport: {
        send(batch, signal) {
          sent.push(`${batch.id.split(".")[1] ?? ""} ${batch.lines.length}`);
          return send?.(batch, signal) ?? Promise.resolve(null);
        },
      },
      logs,
      clock: {
        ...clock,
        after(delayMs, callback) {
          pauses.push(delayMs);
          return clock.after(delayMs, callback);
        },
      },
      random: { ...systemRandom, fraction: () => 0 },
      log: silentLog,
      version: "1.2.3",
      async keep(progress) {
        if (cannotKeep) throw new Error("the store is closed");
        kept.push(progress);
      },
      onTurn: (error) => void turns.push(error),
    },
    { places: {}, failing: null, deliveredAt: null },
  );
  const keepNothing = (): void => void (cannotKeep = true);
  return { clock, kept, keepNothing, pauses, sent, turns, worker };
}

test("SinkWorker brings every log to its end, and looks again after a second", async () => {
  const { kept, pauses, sent, turns, worker } = world(async () => [
    reader("a", 2),
    reader("b", 0),
    reader("c", 1),
  ]);
  assert.equal(await worker.flush(), true);
  // A header goes before the first entry.
  assert.deepEqual(sent, ["a 3", "b 1", "c 2"]);
  assert.deepEqual(
    Object.entries(worker.progress.places).map(([name, { seq }]) => [name, seq]),
    [
      ["a", 2],
      ["b", 0],
      ["c", 1],
    ],
  );
  assert.equal(kept.length, 3);
  assert.deepEqual([pauses.at(-1), turns], [LOOK_MS, []]);
  assert.equal(await worker.flush(), true);
  assert.equal(sent.length, 3, "nothing goes out twice");
  await worker.stop();
});

test("SinkWorker asks whoever did not take a batch of one log for none of the others, and waits longer each time", async () => {
  let answer: string | null = "No.";
  const { pauses, sent, turns, worker } = world(
    async () => [reader("a", 1), reader("b", 1)],
    () => Promise.resolve(answer),
  );
  for (let count = 0; count < 3; count += 1) assert.equal(await worker.flush(), false);
  assert.deepEqual(sent, ["a 2", "a 2", "a 2"]);
  assert.deepEqual(pauses, [1000, 2000, 4000]);
  assert.deepEqual([worker.progress.failing?.error, worker.progress.deliveredAt], ["No.", null]);
  answer = null;
  assert.equal(await worker.flush(), true);
  assert.deepEqual([pauses.at(-1), worker.progress.failing, turns], [LOOK_MS, null, ["No.", null]]);
  await worker.stop();
});

test("SinkWorker goes on with the other logs where one was written anew, and does not ask less often for it", async () => {
  let count = 2;
  const { pauses, sent, turns, worker } = world(async () => [reader("a", count), reader("b", 1)]);
  await worker.flush();
  count = 1;
  sent.length = 0;
  for (let times = 0; times < 2; times += 1) assert.equal(await worker.flush(), false);
  assert.deepEqual(sent, []);
  assert.match(turns[0] ?? "", /the log of a is not the one that was sent/);
  assert.equal(turns.length, 1);
  assert.equal(pauses.at(-1), LOOK_MS);
  await worker.stop();
});

test("SinkWorker says of logs that cannot be read that they cannot, and of those that are closed nothing", async () => {
  const closed = new HoldfastError("store_closed", "closed");
  const well = world(async () => [reader("a", 1, closed), reader("b", 1)]);
  assert.equal(await well.worker.flush(), true);
  assert.deepEqual(well.sent, ["b 2"]);
  await well.worker.stop();
  const broken = world(async () => [reader("a", 1, new Error("broken"))]);
  for (let times = 0; times < 2; times += 1) assert.equal(await broken.worker.flush(), false);
  assert.deepEqual(broken.turns, ["The logs cannot be brought out: Error: broken."]);
  assert.equal(broken.pauses.at(-1), LOOK_MS, "the sink is not to blame");
  await broken.worker.stop();
});

test("SinkWorker that cannot keep how far it came does not say that it came so far", async () => {
  const { keepNothing, sent, turns, worker } = world(async () => [reader("a", 1)]);
  keepNothing();
  assert.equal(await worker.flush(), false);
  assert.deepEqual([sent, worker.progress.places, turns], [["a 2"], {}, []]);
  await worker.flush();
  assert.deepEqual(sent, ["a 2", "a 2"]);
  await worker.stop();
});

test("SinkWorker that is stopped calls off what is under way, says nothing of it, and looks no more", async () => {
  const { clock, kept, pauses, sent, turns, worker } = world(
    async () => [reader("a", 1), reader("b", 1)],
    (_batch, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve("the server is stopping"))),
  );
  worker.start();
  await clock.advance(0);
  assert.deepEqual(sent, ["a 2"]);
  await worker.stop();
  await clock.advance(100_000);
  assert.deepEqual([sent, kept, turns, pauses], [["a 2"], [], [], [0]]);
});
