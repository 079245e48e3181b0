import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionId, RunId } from "@holdfast/protocol";
import type { AdjustableClock } from "#kernel";
import { scaledClock, silentLog } from "#kernel";
import type { QueueItem, QueueItemKind, RunSnapshot } from "#store";
import type { ManualClock } from "../kernel/testing/manual-clock.ts";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { Queue, Work } from "./contract.ts";
import type { MemoryQueueStore } from "./testing/memory-queue-store.ts";
import { memoryQueueStore } from "./testing/memory-queue-store.ts";
import { openQueue, SESSION_MS } from "./work-queue.ts";

const START = 1_700_000_000_000;
const NOISY = "11111111-1111-8111-8111-111111111111" as FunctionId;
const QUIET = "22222222-2222-8222-8222-222222222222" as FunctionId;

interface Harness {
  readonly store: MemoryQueueStore;
  /** The machine's clock, which makes everything go on. */
  readonly clock: ManualClock;
  /** What the queue goes by for what is due. */
  readonly virtual: AdjustableClock;
  readonly queue: Queue;
  readonly begun: Work[];
  /** Ends the piece that was begun in this place. */
  finish(index: number): Promise<void>;
  start(): void;
  /** Work that the store holds for the queue's session, not offered yet. */
  held(functionId?: FunctionId, kind?: QueueItemKind): Work;
  /** Work that lies free in the store. */
  free(dueAt: number, functionId?: FunctionId): RunId;
}

/** A queue whose pieces of work end when the test says so. */
async function harness(
  slots = 4,
  store = memoryQueueStore(),
  { scale = 1, sessionMs = SESSION_MS }: { scale?: number; sessionMs?: number } = {},
): Promise<Harness> {
  const clock = manualClock(START);
  const virtual = scaledClock(clock, scale);
  const queue = await openQueue({
    store,
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
    held(functionId = NOISY, kind = "discovery") {
      const item = newItem(START, kind);
      store.put(item, functionId, queue.session);
      return { item, functionId, snapshot: null };
    },
    free(dueAt, functionId = NOISY) {
      const item = newItem(dueAt, "discovery");
      store.put(item, functionId, null);
      return item.runId;
    },
  };
}

let serial = 0;

function newItem(dueAt: number, kind: QueueItemKind): QueueItem {
  serial += 1;
  return {
    runId: `01J000000000000000000${String(serial).padStart(5, "0")}` as RunId,
    key: "start",
    kind,
    stepId: null,
    attempt: 0,
    generation: 0,
    enqueuedAt: START,
    dueAt,
    cause: null,
  };
}

const runsOf = (work: readonly Work[]): RunId[] => work.map(({ item }) => item.runId);
const functionsOf = (work: readonly Work[]): FunctionId[] => work.map(({ functionId }) => functionId);

describe("Queue", () => {
  it("leases what is due when it starts, and what becomes due, at its time", async () => {
    const { clock, begun, start, free } = await harness();
    const due = free(START);
    const later = free(START + 300);
    start();
    await clock.advance(0);
    assert.deepEqual(runsOf(begun), [due]);
    await clock.advance(299);
    assert.equal(begun.length, 1);
    await clock.advance(1);
    assert.deepEqual(runsOf(begun), [due, later]);
    assert.equal(begun[1]?.item.generation, 1);
    assert.equal(begun[1]?.functionId, NOISY);
  });

  it("wakes for work that is expected sooner than anything it knew of", async () => {
    const { clock, begun, queue, start, free } = await harness();
    start();
    await clock.advance(0);
    const soon = free(START + 20);
    queue.expect(START + 20);
    await clock.advance(20);
    assert.deepEqual(runsOf(begun), [soon]);
  });

  it("looks at once for work that is due, unless it just looked; then one look sees what many acts made due", async () => {
    const { store, clock, begun, queue, start, free } = await harness();
    start();
    await clock.advance(100);
    const before = store.leaseCount;
    free(START);
    queue.expect(START);
    assert.equal(store.leaseCount, before + 1);
    await clock.advance(0);
    for (const functionId of [QUIET, NOISY]) {
      free(START, functionId);
      queue.expect(START);
      await clock.advance(0);
    }
    assert.equal(store.leaseCount, before + 1);
    await clock.advance(2);
    assert.equal(store.leaseCount, before + 2);
    assert.deepEqual(functionsOf(begun), [NOISY, QUIET, NOISY]);
  });

  it("finds work it was not told of within a tick", async () => {
    const { clock, begun, start, free } = await harness();
    start();
    await clock.advance(0);
    free(START);
    await clock.advance(1000);
    assert.equal(begun.length, 1);
  });

  it("looks again after a look that failed", async () => {
    const { store, clock, begun, start, free } = await harness();
    free(START);
    store.failNextLease(new Error("the disk is full"));
    start();
    await clock.advance(0);
    assert.equal(begun.length, 0);
    await clock.advance(1000);
    assert.equal(begun.length, 1);
  });

  it("gives one function half of the slots, and begins its next piece when one ends", async () => {
    const { clock, queue, begun, finish, start, held } = await harness(4);
    start();
    await clock.advance(0);
    queue.offer([held(), held(), held()]);
    assert.deepEqual(queue.load(), { active: 2, waiting: 1 });
    await finish(0);
    assert.equal(begun.length, 3);
    assert.deepEqual(queue.load(), { active: 2, waiting: 0 });
  });

  it("begins a quiet function's work at once, however much of a noisy one waits", async () => {
    const { clock, queue, begun, start, held } = await harness(8);
    start();
    await clock.advance(0);
    queue.offer(Array.from({ length: 60 }, () => held()));
    assert.deepEqual(queue.load(), { active: 4, waiting: 56 });
    const quiet = held(QUIET);
    queue.offer([quiet]);
    assert.deepEqual(begun.at(-1), quiet);
  });

  it("hands a quiet function its work while leased work of noisy ones fills it, and leases the rest as there is room", async () => {
    const { store, clock, queue, begun, finish, start, free, held } = await harness(2);
    const many = Array.from({ length: 50 }, () => free(START));
    start();
    await clock.advance(10);
    assert.equal((await store.size()).held, 30);
    assert.equal(queue.hasRoom, true);
    queue.offer([held(QUIET)]);
    assert.equal(begun.at(-1)?.functionId, QUIET);
    queue.offer([held(QUIET)]);
    assert.equal(queue.hasRoom, false);
    for (let index = 0; index < 52; index += 1) {
      await clock.advance(5);
      await finish(index);
    }
    assert.equal(queue.hasRoom, true);
    assert.deepEqual(runsOf(begun.filter(({ functionId }) => functionId === NOISY)).sort(), many.toSorted());
  });

  it("forgets the runs of work that will wait long, but never the work", async () => {
    const { clock, queue, begun, finish, start, held } = await harness(1);
    start();
    await clock.advance(0);
    // Only its presence matters here.
    const snapshot = {} as RunSnapshot;
    queue.offer(Array.from({ length: 5 }, () => ({ ...held(), snapshot })));
    for (let index = 0; index < 5; index += 1) await finish(index);
    assert.deepEqual(
      begun.map((work) => work.snapshot === null),
      [false, false, true, true, true],
    );
  });

  it("begins so much at once that other things get their turn, and goes on without being asked", async () => {
    const { clock, queue, begun, start, held } = await harness(400);
    start();
    await clock.advance(0);
    queue.offer(Array.from({ length: 150 }, () => held()));
    assert.equal(begun.length, 64);
    queue.offer([held(QUIET)]);
    assert.equal(begun.length, 64);
    await clock.advance(0);
    assert.equal(begun.length, 151);
    assert.equal(begun[64]?.functionId, QUIET);
  });

  it("pause() holds back a function's waiting and offered calls, but not the ends of its sleeps", async () => {
    const { clock, queue, begun, start, finish, held } = await harness(2);
    start();
    await clock.advance(0);
    queue.offer([held(), held(), held(NOISY, "sleep")]);
    assert.equal(await queue.pause(NOISY), true);
    assert.equal(await queue.pause(NOISY), false);
    assert.deepEqual([...(await queue.paused())], [[NOISY, START]]);
    queue.offer([held(), held(NOISY, "cancel")]);
    for (let index = 0; index < 3; index += 1) await finish(index);
    assert.deepEqual(
      begun.map(({ item }) => item.kind),
      ["discovery", "sleep", "cancel"],
    );
    assert.deepEqual(queue.load(), { active: 0, waiting: 0 });
  });

  it("resume() gives back what was held back, in order, and looks for what the store held back", async () => {
    const { clock, queue, begun, start, finish, held, free } = await harness(1);
    start();
    await clock.advance(0);
    await queue.pause(NOISY);
    const [first, second] = [held(), held()];
    queue.offer([first, second]);
    const stored = free(START);
    await clock.advance(0);
    assert.deepEqual(begun, []);
    assert.equal(await queue.resume(NOISY), true);
    assert.equal(await queue.resume(NOISY), false);
    await clock.advance(2);
    await finish(0);
    await finish(1);
    assert.deepEqual(runsOf(begun), [first.item.runId, second.item.runId, stored]);
  });

  it("holds back calls of a function that was paused before it was opened", async () => {
    const store = memoryQueueStore();
    await store.pause(NOISY, START - 1);
    const { clock, queue, begun, start, held } = await harness(1, store);
    start();
    queue.offer([held()]);
    await clock.advance(0);
    assert.deepEqual(begun, []);
    await queue.resume(NOISY);
    assert.equal(begun.length, 1);
  });

  it("extends its session while work is held, so that nobody else is handed it", async () => {
    const { store, clock, begun, start, free } = await harness();
    free(START);
    start();
    await clock.advance(120_000);
    assert.equal(begun.length, 1);
    const other = await store.openSession({ node: "other", now: clock.now(), expiresAt: clock.now() + 1000 });
    const lease = await store.lease({ session: other, limit: 10, now: clock.now() });
    assert.deepEqual(lease.items, []);
  });

  it("begins a new session when the old one ended, and takes its work up again under a new generation", async () => {
    const { store, clock, queue, begun, start, free } = await harness();
    free(START);
    start();
    await clock.advance(0);
    const before = queue.session;
    await store.closeSession(before);
    await clock.advance(12_000);
    assert.notEqual(queue.session, before);
    assert.deepEqual(
      begun.map(({ item }) => item.generation),
      [1, 2],
    );
  });

  it("takes work up again that is under way when its clock leaps past the end of its session", async () => {
    const { clock, virtual, queue, begun, start, free } = await harness();
    free(START);
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
    const { clock, virtual, queue, begun, start, free } = await harness(4, memoryQueueStore(), {
      scale: 60,
      sessionMs: 1000 * hourMs,
    });
    const running = free(START);
    const later = free(START + 72 * hourMs);
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
        [running, 1],
        [later, 1],
      ],
    );
  });

  it("stop() gives work its grace by the machine's clock, not by one that runs fast or leaps", async () => {
    const { clock, virtual, queue, finish, start, free } = await harness(1, memoryQueueStore(), {
      scale: 1000,
    });
    free(START);
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
    const { clock, queue, begun, finish, start, held } = await harness(1);
    start();
    await clock.advance(0);
    queue.offer([held(), held()]);
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
    stuck.queue.offer([stuck.held()]);
    const giveUp = stuck.queue.stop(10_000);
    await stuck.clock.advance(10_000);
    await giveUp;
    assert.equal(stuck.queue.load().active, 1);
  });

  it("frees what it held when it stops", async () => {
    const { store, clock, queue, start, free } = await harness();
    free(START);
    start();
    await clock.advance(0);
    assert.equal((await store.size()).held, 1);
    const stopping = queue.stop(0);
    await clock.advance(0);
    await stopping;
    assert.equal((await store.size()).held, 0);
  });
});
