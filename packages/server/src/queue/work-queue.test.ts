import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName, EventId, FunctionId, RunId } from "@holdfast/protocol";
import type { AdjustableClock } from "#kernel";
import { scaledClock, silentLog } from "#kernel";
import type { NewRun, QueueItem, SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import type { ManualClock } from "../kernel/testing/manual-clock.ts";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { Queue, Work } from "./contract.ts";
import { openQueue, SESSION_MS } from "./work-queue.ts";

const START = 1_700_000_000_000;

/** A queue on a real store in memory, with a worker whose pieces end when the test says so. */
async function harness(
  slots = 2,
  { scale = 1, sessionMs = SESSION_MS }: { scale?: number; sessionMs?: number } = {},
): Promise<{
  store: SqliteStore;
  /** The machine's clock, which makes everything go on. */
  clock: ManualClock;
  /** What the queue goes by for what is due. */
  virtual: AdjustableClock;
  queue: Queue;
  begun: Work[];
  finish(index: number): Promise<void>;
  start(): void;
}> {
  const store = await openSqliteStore({ path: ":memory:" });
  const clock = manualClock(START);
  const virtual = scaledClock(clock, scale);
  const queue = await openQueue({
    store: store.queue,
    clock: virtual,
    machineClock: clock,
    log: silentLog,
    node: "test",
    slots,
    tickMs: 1000,
    sessionMs,
  });
  const begun: Work[] = [];
  const ends: (() => void)[] = [];
  return {
    store,
    clock,
    virtual,
    queue,
    begun,
    async finish(index) {
      ends[index]?.();
      await clock.advance(0);
    },
    start: () =>
      queue.start((work) => {
        begun.push(work);
        return new Promise((resolve) => ends.push(resolve));
      }),
  };
}

let serial = 0;

/** A run whose first item is due at the given time. */
function newRun(dueAt: number): NewRun {
  serial += 1;
  const id = `01J000000000000000000${String(serial).padStart(5, "0")}` as RunId;
  return {
    run: {
      id,
      environment: "test" as EnvironmentName,
      functionId: "11111111-1111-8111-8111-111111111111" as FunctionId,
      functionVersion: 1,
      eventId: `01J0000000000000000E0${String(serial).padStart(5, "0")}` as EventId,
      status: "Scheduled",
      queuedAt: START,
      startedAt: null,
      endedAt: null,
      requestVersion: -1,
      forcePlan: false,
      pending: [],
      stepCount: 0,
      stateBytes: 2,
      revision: 0,
    },
    item: {
      runId: id,
      key: "start",
      kind: "discovery",
      stepId: null,
      attempt: 0,
      generation: 0,
      enqueuedAt: START,
      dueAt,
    },
    idempotency: null,
  };
}

async function put(store: SqliteStore, run: NewRun, session: Queue["session"] | null): Promise<QueueItem> {
  await store.events.accept({
    events: [
      {
        event: {
          id: run.run.eventId,
          environment: run.run.environment,
          name: "a/b",
          userId: null,
          receivedAt: START,
          ts: START,
          body: "{}",
        },
        runs: [run],
      },
    ],
    session,
    now: START,
  });
  return run.item;
}

const keysOf = (work: readonly Work[]): string[] => work.map(({ item }) => item.runId);

describe("Queue", () => {
  it("leases what is due when it starts, and what becomes due, at its time", async () => {
    const { store, clock, begun, start } = await harness();
    const due = await put(store, newRun(START), null);
    const later = await put(store, newRun(START + 300), null);
    start();
    await clock.advance(0);
    assert.deepEqual(keysOf(begun), [due.runId]);
    await clock.advance(299);
    assert.equal(begun.length, 1);
    await clock.advance(1);
    assert.deepEqual(keysOf(begun), [due.runId, later.runId]);
    assert.equal(begun[1]?.item.generation, 1);
  });

  it("wakes for work that is expected sooner than anything it knew of", async () => {
    const { store, clock, begun, queue, start } = await harness();
    start();
    await clock.advance(0);
    const soon = await put(store, newRun(START + 20), null);
    queue.expect(START + 20);
    await clock.advance(20);
    assert.deepEqual(keysOf(begun), [soon.runId]);
  });

  it("finds work it was not told of within a tick", async () => {
    const { store, clock, begun, start } = await harness();
    start();
    await clock.advance(0);
    await put(store, newRun(START), null);
    await clock.advance(1000);
    assert.equal(begun.length, 1);
  });

  it("does at most as many pieces at once as there are slots, and begins the next when one ends", async () => {
    const { store, clock, queue, begun, finish, start } = await harness(2);
    start();
    await clock.advance(0);
    const works: Work[] = [];
    for (let index = 0; index < 3; index += 1) {
      works.push({ item: await put(store, newRun(START), queue.session), snapshot: null });
    }
    queue.offer(works);
    assert.deepEqual(queue.load(), { active: 2, waiting: 1 });
    await finish(0);
    assert.equal(begun.length, 3);
    assert.deepEqual(queue.load(), { active: 2, waiting: 0 });
  });

  it("has no room while it holds twice its slots, and fetches what was left in the store once there is room", async () => {
    const { store, clock, queue, begun, finish, start } = await harness(1);
    start();
    await clock.advance(0);
    for (let index = 0; index < 4; index += 1) {
      const room = queue.hasRoom;
      const item = await put(store, newRun(START), room ? queue.session : null);
      if (room) queue.offer([{ item, snapshot: null }]);
      else queue.expect(item.dueAt);
    }
    assert.equal(queue.hasRoom, false);
    for (let index = 0; index < 4; index += 1) {
      await clock.advance(5);
      await finish(index);
    }
    assert.equal(new Set(keysOf(begun)).size, 4);
    assert.equal(queue.hasRoom, true);
  });

  it("extends its session while work is held, so that nobody else is handed it", async () => {
    const { store, clock, begun, start } = await harness();
    await put(store, newRun(START), null);
    start();
    await clock.advance(120_000);
    assert.equal(begun.length, 1);
    const other = await store.queue.openSession({
      node: "other",
      now: clock.now(),
      expiresAt: clock.now() + 1000,
    });
    const lease = await store.queue.lease({ session: other, limit: 10, now: clock.now() });
    assert.deepEqual(lease.items, []);
  });

  it("begins a new session when the old one ended, and takes its work up again under a new generation", async () => {
    const { store, clock, queue, begun, start } = await harness();
    await put(store, newRun(START), null);
    start();
    await clock.advance(0);
    const before = queue.session;
    await store.queue.closeSession(before);
    await clock.advance(12_000);
    assert.notEqual(queue.session, before);
    assert.deepEqual(
      begun.map(({ item }) => item.generation),
      [1, 2],
    );
  });

  it("takes work up again that is under way when its clock leaps past the end of its session", async () => {
    const { store, clock, virtual, queue, begun, start } = await harness();
    await put(store, newRun(START), null);
    start();
    await clock.advance(0);
    const before = queue.session;
    virtual.advance(SESSION_MS);
    await clock.advance(12_000);
    assert.notEqual(queue.session, before);
    assert.deepEqual(
      begun.map(({ item }) => item.generation),
      [1, 2],
    );
  });

  it("keeps work that is under way when its clock leaps less than a session, and begins what is due by then", async () => {
    const hourMs = 3_600_000;
    const { store, clock, virtual, queue, begun, start } = await harness(2, {
      scale: 60,
      sessionMs: 1000 * hourMs,
    });
    const running = await put(store, newRun(START), null);
    const later = await put(store, newRun(START + 72 * hourMs), null);
    start();
    await clock.advance(0);
    const before = queue.session;
    virtual.advance(72 * hourMs);
    // Leaps and beats in turn: each beat extends the session from where the clock is by then.
    for (let day = 0; day < 10; day += 1) {
      virtual.advance(24 * hourMs);
      await clock.advance(10_000);
    }
    assert.equal(queue.session, before);
    assert.deepEqual(
      begun.map(({ item }) => [item.runId, item.generation]),
      [
        [running.runId, 1],
        [later.runId, 1],
      ],
    );
  });

  it("stop() gives work its grace by the machine's clock, not by one that runs fast or leaps", async () => {
    const { store, clock, virtual, queue, finish, start } = await harness(1, { scale: 1000 });
    await put(store, newRun(START), null);
    start();
    await clock.advance(0);
    let stopped = false;
    const stopping = queue.stop(10_000).then(() => (stopped = true));
    virtual.advance(3_600_000);
    await clock.advance(9_999);
    assert.equal(stopped, false);
    await finish(0);
    await stopping;
  });

  it("stop() waits for what is under way, begins nothing more, and gives up after the grace", async () => {
    const { store, clock, queue, begun, finish, start } = await harness(1);
    start();
    await clock.advance(0);
    const works = [];
    for (let index = 0; index < 2; index += 1) {
      works.push({ item: await put(store, newRun(START), queue.session), snapshot: null });
    }
    queue.offer(works);
    let stopped = false;
    const stopping = queue.stop(10_000).then(() => (stopped = true));
    await clock.advance(5000);
    assert.equal(stopped, false);
    await finish(0);
    await stopping;
    assert.equal(begun.length, 1);

    const stuck = await harness(1);
    stuck.start();
    await stuck.clock.advance(0);
    stuck.queue.offer([{ item: await put(stuck.store, newRun(START), stuck.queue.session), snapshot: null }]);
    const giveUp = stuck.queue.stop(10_000);
    await stuck.clock.advance(10_000);
    await giveUp;
    assert.equal(stuck.queue.load().active, 1);
  });

  it("frees what it held when it stops", async () => {
    const { store, clock, queue, start } = await harness();
    await put(store, newRun(START), null);
    start();
    await clock.advance(0);
    assert.equal((await store.queue.size()).held, 1);
    const stopping = queue.stop(0);
    await clock.advance(0);
    await stopping;
    assert.equal((await store.queue.size()).held, 0);
  });
});
