import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import { silentLog } from "#kernel";
import type { ManualClock } from "../kernel/testing/manual-clock.ts";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { Queue, Work } from "#queue";
import type { Update } from "#realtime";
import { createRealtime } from "#realtime";
import type { RunStore, SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import { LiveRun } from "./live-run.ts";
import { NOW, op, opsReply, queueItem, replyTo, RUN, runRecord, step, TERMS } from "./testing/builders.ts";

/** A run on a real store, and a queue that notes what it is given. `runs` may stand between the two. */
async function harness(between: (runs: RunStore) => RunStore = (runs) => runs): Promise<{
  store: SqliteStore;
  clock: ManualClock;
  offered: Work[];
  expected: number[];
  updates: Update[];
  open(): Promise<LiveRun>;
}> {
  const store = await openSqliteStore({ path: ":memory:" });
  const clock = manualClock(NOW);
  const session = await store.queue.openSession({ node: "test", now: NOW, expiresAt: NOW + 1e9 });
  const run = runRecord({ environment: "test" as EnvironmentName });
  const event = {
    id: run.eventId,
    environment: run.environment,
    name: "a/b",
    userId: null,
    receivedAt: NOW,
    ts: NOW,
    body: "{}",
  };
  await store.events.accept({
    events: [{ event, runs: [birthOf(run)], gatherings: [] }],
    session,
    now: NOW,
  });
  const offered: Work[] = [];
  const expected: number[] = [];
  const updates: Update[] = [];
  const realtime = createRealtime({ log: silentLog });
  realtime.follow({}, (more) => updates.push(...more));
  const queue: Queue = {
    session,
    hasRoom: true,
    offer: (work) => void offered.push(...work),
    expect: (dueAt) => void expected.push(dueAt),
    start: () => undefined,
    stop: () => Promise.resolve(),
    load: () => ({ active: 0, waiting: 0 }),
    pause: (id) => store.queue.pause(id, clock.now()),
    resume: (id) => store.queue.resume(id, clock.now()),
    paused: () => store.queue.paused(),
    size: () => store.queue.size(),
  };
  const runs = between(store.runs);
  return {
    store,
    clock,
    offered,
    expected,
    updates,
    async open() {
      const snapshot = await store.runs.load(RUN);
      assert.ok(snapshot);
      return new LiveRun(snapshot, { runs, queue, realtime, clock, log: silentLog, terms: () => TERMS });
    },
  };
}

const planned = replyTo(opsReply(Array.from({ length: 10 }, (_, index) => op("StepPlanned", `p${index}`))));
const finished = (index: number): ReturnType<typeof replyTo> => {
  const id = `p${index}`;
  return replyTo(
    opsReply([op("StepRun", id)]),
    queueItem({ key: `step:${id}`, kind: "step", stepId: step(id) }),
  );
};

describe("LiveRun.submit()", () => {
  it("has its consequence on disk when it resolves, hands the next work over, and tells who follows", async () => {
    const { store, offered, updates, open } = await harness();
    const run = await open();
    assert.deepEqual(await run.submit(replyTo(opsReply([op("StepRun", "a")]))), { kind: "applied" });
    const stored = await store.runs.load(RUN);
    assert.deepEqual(stored?.steps, [{ id: "a", memo: '{"data":null}' }]);
    assert.equal(stored?.run.revision, run.state.run.revision);
    assert.deepEqual(
      offered.map(({ item }) => item.key),
      ["after:a"],
    );
    assert.deepEqual(
      updates.map((update) => update.kind === "journal" && update.entry.kind),
      ["step.completed"],
    );
  });

  it("lets results that arrive together share one commit", async () => {
    const { store, open } = await harness();
    const run = await open();
    await run.submit(planned);
    const before = store.stats().commits;
    const verdicts = await Promise.all(Array.from({ length: 10 }, (_, index) => run.submit(finished(index))));
    assert.equal(store.stats().commits - before, 1);
    assert.ok(verdicts.every(({ kind }) => kind === "applied"));
    assert.equal((await store.runs.load(RUN))?.steps.length, 10);
  });

  it("decides again when another process moved the run on meanwhile", async () => {
    const { store, open } = await harness();
    const [ours, theirs] = [await open(), await open()];
    await theirs.submit(planned);
    await theirs.submit(finished(0));
    // Decided from an old state: the store refuses it, and on the new one the same reply is stale.
    assert.deepEqual(await ours.submit(planned), { kind: "stale" });
    assert.deepEqual(await ours.submit(finished(1)), { kind: "applied" });
    assert.equal((await store.runs.load(RUN))?.steps.length, 2);
  });

  it("says that the run ended when another process ended it", async () => {
    const { open } = await harness();
    const [ours, theirs] = [await open(), await open()];
    await theirs.submit({ kind: "cancel", reason: null });
    assert.deepEqual(await ours.submit(planned), { kind: "ended" });
  });

  it("tries a commit again that the disk refused, and takes up what is due", async () => {
    let failures = 2;
    const { clock, offered, open } = await harness((runs) => ({
      ...runs,
      advance: (advance) =>
        failures-- > 0
          ? Promise.reject(new HoldfastError("store_failed", "The disk is full."))
          : runs.advance(advance),
    }));
    const run = await open();
    let verdict: unknown = null;
    void run.submit(replyTo(opsReply([op("StepRun", "a")]))).then((given) => (verdict = given));
    await clock.advance(10_000);
    assert.deepEqual(verdict, { kind: "applied" });
    assert.ok(offered.some(({ item }) => item.key === "after:a"));
  });

  it("loses nothing when a commit reached the disk although it was reported as failed", async () => {
    let isFirst = true;
    const { clock, offered, store, open } = await harness((runs) => ({
      ...runs,
      async advance(advance) {
        const result = await runs.advance(advance);
        if (!isFirst) return result;
        isFirst = false;
        throw new HoldfastError("store_failed", "The answer was lost.");
      },
    }));
    const run = await open();
    let verdict: unknown = null;
    void run.submit(replyTo(opsReply([op("StepRun", "a")]))).then((given) => (verdict = given));
    await clock.advance(10_000);
    assert.deepEqual(verdict, { kind: "stale" });
    assert.equal((await store.runs.load(RUN))?.steps.length, 1);
    // The call that the lost commit had queued is this process's to make: nobody else holds it.
    assert.deepEqual(
      offered.map(({ item }) => item.key),
      ["after:a"],
    );
  });

  it("gives up at once on what the store will never take", async () => {
    const { clock, open } = await harness((runs) => ({
      ...runs,
      advance: () => Promise.reject(new HoldfastError("store_refused", "The journal does not continue.")),
    }));
    const run = await open();
    const verdict = run.submit(replyTo(opsReply([op("StepRun", "a")])));
    await clock.advance(0);
    assert.deepEqual(await verdict, { kind: "stale" });
  });

  it("expects retries and sleeps at their time instead of handing them over", async () => {
    const { offered, expected, open } = await harness();
    const run = await open();
    await run.submit(replyTo(opsReply([op("Sleep", "z", { carried: "1m" })])));
    assert.deepEqual(offered, []);
    assert.deepEqual(expected, [NOW + 60_000]);
  });
});
