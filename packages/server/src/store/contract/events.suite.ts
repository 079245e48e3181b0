import assert from "node:assert/strict";
import type { EventRecord } from "../records.ts";
import type { EventQuery, Store } from "../contract.ts";
import {
  aNewRun,
  anEvent,
  aRun,
  aSession,
  eventId,
  functionId,
  itemName,
  leaseAll,
  NOW,
  open,
  outcomes,
  production,
  runId,
  staging,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { storeTest } from "./testing/harness.ts";

const DAY = 86_400_000;

export function eventSuite(create: CreateHarness): void {
  storeTest(create, "accept() stores an event as it was given", async (store) => {
    const event = anEvent(1, { userId: "order-7", receivedAt: NOW + 1, ts: NOW - 1, environment: staging });
    await open(store, [], { event });
    assert.deepEqual(await store.events.get(event.id), event);
  });

  storeTest(create, "accept() opens the runs of an event with their first items", async (store) => {
    await open(store, [aNewRun(1), aNewRun(2, { run: { functionId: functionId(2) } })]);
    assert.deepEqual(await store.runs.ofEvent(eventId(1)), [aRun(1), aRun(2, { functionId: functionId(2) })]);
    assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1), itemName(2)]);
  });

  storeTest(create, "accept() stores a run as it was given", async (store) => {
    const run = aRun(1, {
      environment: staging,
      functionId: functionId(9),
      functionVersion: 3,
      status: "Running",
      queuedAt: NOW - 5,
      startedAt: NOW - 4,
      requestVersion: 2,
      forcePlan: true,
      pending: [stepId(1), stepId(2)],
      stepCount: 2,
      stateBytes: 4096,
      revision: 7,
    });
    await open(store, [{ ...aNewRun(1), run }]);
    assert.deepEqual(await store.runs.get(run.id), run);
  });

  storeTest(
    create,
    "accept() answers for each event and each of its runs, in the order given",
    async (store) => {
      const key = { key: "k", expiresAt: NOW + DAY };
      const result = await store.events.accept({
        events: [
          { event: anEvent(1), runs: [aNewRun(1, { idempotency: key }), aNewRun(2)], gatherings: [] },
          { event: anEvent(2), runs: [], gatherings: [] },
          { event: anEvent(1), runs: [aNewRun(3)], gatherings: [] },
          { event: anEvent(3), runs: [aNewRun(4, { idempotency: key }), aNewRun(5)], gatherings: [] },
        ],
        session: null,
        now: NOW,
      });
      const opened = { outcome: "opened", existing: null };
      assert.deepEqual(result, {
        events: [
          { outcome: "accepted", runs: [opened, opened], joined: [] },
          { outcome: "accepted", runs: [], joined: [] },
          { outcome: "duplicate", runs: [{ outcome: "duplicate", existing: null }], joined: [] },
          { outcome: "accepted", runs: [{ outcome: "duplicate", existing: runId(1) }, opened], joined: [] },
        ],
        workDueAt: NOW,
        gatheringDueAt: null,
      });
    },
  );

  storeTest(create, "accept() leaves out an event that is known, with all its runs", async (store) => {
    await open(store, []);
    const idempotency = { key: "k", expiresAt: NOW + DAY };
    const again = await open(store, [aNewRun(1, { idempotency })], { event: anEvent(1, { body: "{}" }) });
    assert.deepEqual(again.events, [
      { outcome: "duplicate", runs: [{ outcome: "duplicate", existing: null }], joined: [] },
    ]);
    assert.equal(again.workDueAt, null);
    assert.deepEqual(
      await store.events.get(eventId(1)),
      anEvent(1),
      "the event stays as it was first accepted",
    );
    assert.equal(await store.runs.get(runId(1)), null);
    assert.deepEqual(await store.queue.size(), { queued: 0, held: 0 });
    const next = await open(store, [aNewRun(2, { idempotency })], { event: anEvent(2) });
    assert.deepEqual(outcomes(next), ["opened"], "a run that was left out does not take its key");
  });

  storeTest(
    create,
    "accept() opens one run per function and live key, in one batch and across batches",
    async (store) => {
      const idempotency = { key: "order-7", expiresAt: NOW + DAY };
      const first = await open(store, [aNewRun(1, { idempotency }), aNewRun(2, { idempotency })]);
      assert.deepEqual(outcomes(first), ["opened", "duplicate"]);
      const second = await open(store, [aNewRun(3, { idempotency })], {
        event: anEvent(2),
        now: NOW + DAY - 1,
      });
      assert.deepEqual(second.events, [
        { outcome: "accepted", runs: [{ outcome: "duplicate", existing: runId(1) }], joined: [] },
      ]);
      assert.deepEqual(await store.runs.list({ environment: production, limit: 10 }), [aRun(1)]);
      assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1)]);
    },
  );

  storeTest(
    create,
    "accept() opens a run again once its key has expired, and the key is live again",
    async (store) => {
      await open(store, [aNewRun(1, { idempotency: { key: "k", expiresAt: NOW + 100 } })]);
      const renewed = { key: "k", expiresAt: NOW + 200 };
      const opened = async (num: number, now: number): Promise<readonly string[]> =>
        outcomes(await open(store, [aNewRun(num, { idempotency: renewed })], { event: anEvent(num), now }));
      assert.deepEqual(await opened(2, NOW + 99), ["duplicate"]);
      assert.deepEqual(await opened(3, NOW + 100), ["opened"]);
      assert.deepEqual(await opened(4, NOW + 199), ["duplicate"]);
    },
  );

  storeTest(
    create,
    "accept() keeps the keys of functions apart, and runs without a key are never left out",
    async (store) => {
      const idempotency = { key: "k", expiresAt: NOW + DAY };
      const result = await open(store, [
        aNewRun(1, { idempotency }),
        aNewRun(2, { idempotency, run: { functionId: functionId(2) } }),
        aNewRun(3),
        aNewRun(4),
      ]);
      assert.deepEqual(outcomes(result), ["opened", "opened", "opened", "opened"]);
    },
  );

  storeTest(
    create,
    "accept() with a session has it hold items that are due, and no others",
    async (store) => {
      const session = await aSession(store);
      const runs = [
        aNewRun(1, { item: { dueAt: NOW - 1, generation: 1 } }),
        aNewRun(2, { item: { dueAt: NOW, generation: 1 } }),
        aNewRun(3, { item: { dueAt: NOW + 1 } }),
      ];
      await open(store, runs, { session });
      assert.deepEqual(await store.queue.size(), { queued: 3, held: 2 });
      const other = await aSession(store);
      assert.deepEqual(await leaseAll(store, other, NOW + 1), [itemName(3)]);
      await store.queue.closeSession(session);
      assert.deepEqual(await leaseAll(store, other, NOW + 1), [itemName(1), itemName(2)]);
    },
  );

  storeTest(create, "accept() without a session leaves every item free", async (store) => {
    await open(store, [aNewRun(1)]);
    assert.deepEqual(await store.queue.size(), { queued: 1, held: 0 });
  });

  storeTest(create, "accept() with a session that has ended leaves every item free", async (store) => {
    const closed = await aSession(store);
    await store.queue.closeSession(closed);
    const expired = await aSession(store, NOW);
    await open(store, [aNewRun(1)], { session: closed });
    await open(store, [aNewRun(2)], { event: anEvent(2), session: expired });
    assert.deepEqual(await store.queue.size(), { queued: 2, held: 0 });
    assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1), itemName(2)]);
  });

  storeTest(create, "accept() stores generations as given", async (store) => {
    await open(store, [aNewRun(1, { item: { generation: 5 } })]);
    assert.equal((await store.runs.load(runId(1)))?.items[0]?.generation, 5);
  });

  storeTest(create, "accept() stores all of a batch or nothing of it", async (store) => {
    await open(store, [aNewRun(1)]);
    const broken = store.events.accept({
      events: [
        {
          event: anEvent(2),
          runs: [aNewRun(2, { idempotency: { key: "k", expiresAt: NOW + DAY } })],
          gatherings: [],
        },
        // A run of this id is there already.
        { event: anEvent(3), runs: [aNewRun(1)], gatherings: [] },
      ],
      session: null,
      now: NOW,
    });
    await assert.rejects(broken, { code: "store_refused" });
    assert.equal(await store.events.get(eventId(2)), null);
    assert.equal(await store.runs.get(runId(2)), null);
    assert.deepEqual(await store.queue.size(), { queued: 1, held: 0 });
    const again = await open(store, [aNewRun(2, { idempotency: { key: "k", expiresAt: NOW + DAY } })], {
      event: anEvent(2),
    });
    assert.deepEqual(outcomes(again), ["opened"]);
  });

  storeTest(create, "get() answers null for an event that is not there", async (store) => {
    assert.equal(await store.events.get(eventId(1)), null);
  });

  storeTest(
    create,
    "list() lists events newest first, up to the limit, before an id that is left out",
    async (store) => {
      await acceptAll(store, [anEvent(2), anEvent(1), anEvent(4), anEvent(3)]);
      assert.deepEqual(await listed(store, {}), [4, 3, 2, 1]);
      assert.deepEqual(await listed(store, { limit: 2 }), [4, 3]);
      assert.deepEqual(await listed(store, { limit: 2, before: eventId(3) }), [2, 1]);
      assert.deepEqual(await listed(store, { before: eventId(1) }), []);
      assert.deepEqual(await store.events.list({ environment: production, limit: 1 }), [anEvent(4)]);
    },
  );

  storeTest(create, "list() keeps environments apart", async (store) => {
    await acceptAll(store, [anEvent(1), anEvent(2, { environment: staging })]);
    assert.deepEqual(await listed(store, {}), [1]);
    assert.deepEqual(await listed(store, { environment: staging }), [2]);
  });

  storeTest(
    create,
    "list() filters events by name and by when they were received, in any combination",
    async (store) => {
      const at = (num: number, name: string): EventRecord => anEvent(num, { name, receivedAt: NOW + num });
      await acceptAll(store, [at(1, "a"), at(2, "b"), at(3, "a"), at(4, "b"), at(5, "a")]);
      assert.deepEqual(await listed(store, { name: "a" }), [5, 3, 1]);
      assert.deepEqual(await listed(store, { name: "c" }), []);
      assert.deepEqual(await listed(store, { name: "a", before: eventId(5), limit: 1 }), [3]);
      assert.deepEqual(await listed(store, { receivedBefore: NOW + 3 }), [2, 1]);
      assert.deepEqual(await listed(store, { receivedAfter: NOW + 3 }), [5, 4]);
      const window = { receivedAfter: NOW + 1, receivedBefore: NOW + 5 };
      assert.deepEqual(await listed(store, window), [4, 3, 2]);
      assert.deepEqual(await listed(store, { ...window, name: "b", before: eventId(4) }), [2]);
      assert.deepEqual(await listed(store, { ...window, name: "b", environment: staging }), []);
    },
  );

  storeTest(
    create,
    "list() leaves out the server's own events unless it is told, or a name",
    async (store) => {
      const own = anEvent(2, { name: "inngest/function.finished" });
      await acceptAll(store, [anEvent(1), own, anEvent(3, { name: "inngest" })]);
      assert.deepEqual(await listed(store, {}), [3, 1]);
      assert.deepEqual(await listed(store, { withInternal: true }), [3, 2, 1]);
      assert.deepEqual(await listed(store, { name: own.name }), [2]);
    },
  );
}

async function acceptAll(store: Store, events: readonly EventRecord[]): Promise<void> {
  await store.events.accept({
    events: events.map((event) => ({ event, runs: [], gatherings: [] })),
    session: null,
    now: NOW,
  });
}

/** The numbers of the events that a query finds. */
async function listed(store: Store, query: Partial<EventQuery>): Promise<number[]> {
  const events = await store.events.list({ environment: production, limit: 100, ...query });
  return events.map((event) => Number(event.id.slice(-6)));
}
