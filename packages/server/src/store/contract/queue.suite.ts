import assert from "node:assert/strict";
import type { SessionId } from "../records.ts";
import {
  anAdvance,
  aNewRun,
  anEvent,
  anItem,
  aSession,
  functionId,
  itemName,
  leaseAll,
  NOW,
  open,
  runId,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { storeTest } from "./testing/harness.ts";

export function queueSuite(create: CreateHarness): void {
  storeTest(create, "lease() hands out the longest due item first", async (store) => {
    await open(store, [
      aNewRun(1, { item: { dueAt: NOW - 1 } }),
      aNewRun(2, { item: { dueAt: NOW - 3 } }),
      aNewRun(3, { item: { dueAt: NOW } }),
      aNewRun(4, { item: { dueAt: NOW - 2 } }),
    ]);
    assert.deepEqual(
      await leaseAll(store, await aSession(store)),
      [2, 4, 1, 3].map((num) => itemName(num)),
    );
  });

  storeTest(
    create,
    "lease() hands out items as they were queued, each with its generation raised by one",
    async (store) => {
      const item = {
        kind: "step",
        stepId: stepId(1),
        key: "step:1",
        attempt: 2,
        enqueuedAt: NOW - 9,
        dueAt: NOW - 1,
      } as const;
      await open(store, [aNewRun(1, { item: { ...item, generation: 4 } })]);
      const session = await aSession(store);
      const { items } = await store.queue.lease({ session, limit: 10, now: NOW });
      const leased = anItem(1, { ...item, generation: 5 });
      assert.deepEqual(items, [{ item: leased, functionId: functionId(1) }]);
      assert.deepEqual((await store.runs.load(runId(1)))?.items, [leased]);
      await store.queue.closeSession(session);
      const again = await store.queue.lease({ session: await aSession(store), limit: 10, now: NOW });
      assert.deepEqual(
        again.items.map((each) => each.item),
        [anItem(1, { ...item, generation: 6 })],
      );
    },
  );

  storeTest(create, "lease() hands out no more than the limit, and says that more are due", async (store) => {
    await open(store, [
      aNewRun(1),
      aNewRun(2, { item: { dueAt: NOW - 1 } }),
      aNewRun(3, { item: { dueAt: NOW + 9 } }),
    ]);
    const session = await aSession(store);
    const lease = await store.queue.lease({ session, limit: 1, now: NOW });
    assert.deepEqual(
      lease.items.map(({ item }) => item.runId),
      [runId(2)],
    );
    assert.equal(lease.nextDueAt, NOW);
    const next = await store.queue.lease({ session, limit: 1, now: NOW });
    assert.equal(next.nextDueAt, NOW + 9);
  });

  storeTest(
    create,
    "lease() hands out nothing that is not due, and says when the next free item is",
    async (store) => {
      const session = await aSession(store);
      assert.deepEqual(await store.queue.lease({ session, limit: 10, now: NOW }), {
        items: [],
        nextDueAt: null,
      });
      await open(store, [aNewRun(1, { item: { dueAt: NOW + 5 } }), aNewRun(2, { item: { dueAt: NOW + 3 } })]);
      const early = await store.queue.lease({ session, limit: 10, now: NOW + 2 });
      assert.deepEqual(early, { items: [], nextDueAt: NOW + 3 });
      assert.deepEqual(await leaseAll(store, session, NOW + 3), [itemName(2)]);
      const late = await store.queue.lease({ session, limit: 10, now: NOW + 5 });
      assert.equal(late.nextDueAt, null, "items that are held do not count");
    },
  );

  storeTest(create, "lease() hands an item to one session at a time", async (store) => {
    await open(
      store,
      Array.from({ length: 20 }, (_, index) => aNewRun(index + 1)),
    );
    const sessions = await Promise.all([1, 2, 3, 4].map(() => aSession(store)));
    const leases = await Promise.all(
      sessions.flatMap((session) => [1, 2].map(() => store.queue.lease({ session, limit: 4, now: NOW }))),
    );
    const held = leases.flatMap((lease) => lease.items.map(({ item }) => item.runId));
    assert.equal(held.length, 20);
    assert.equal(new Set(held).size, 20);
    assert.deepEqual(await store.queue.size(), { queued: 20, held: 20 });
  });

  storeTest(create, "lease() sees what was queued by an act asked for before it", async (store) => {
    const session = await aSession(store);
    const [, leased] = await Promise.all([open(store, [aNewRun(1)]), leaseAll(store, session)]);
    assert.deepEqual(leased, [itemName(1)]);
  });

  storeTest(create, "lease() hands out what a closed session held", async (store) => {
    await open(store, [aNewRun(1), aNewRun(2)]);
    const first = await aSession(store);
    const second = await aSession(store);
    await store.queue.lease({ session: first, limit: 1, now: NOW });
    await store.queue.lease({ session: second, limit: 1, now: NOW });
    await store.queue.closeSession(first);
    const third = await aSession(store);
    assert.deepEqual(await leaseAll(store, third), [itemName(1)], "what the second holds stays with it");
  });

  storeTest(
    create,
    "lease() hands out what an expired session held, from the instant it expires",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const expiring = await aSession(store, NOW + 100);
      const other = await aSession(store, NOW + 1000);
      assert.deepEqual(await leaseAll(store, expiring), [itemName(1)]);
      assert.deepEqual(await leaseAll(store, other, NOW + 99), []);
      assert.deepEqual(await leaseAll(store, other, NOW + 100), [itemName(1)]);
      assert.equal((await store.runs.load(runId(1)))?.items[0]?.generation, 2);
    },
  );

  storeTest(create, "lease() gives nothing to a session that has ended", async (store) => {
    await open(store, [aNewRun(1)]);
    const closed = await aSession(store);
    await store.queue.closeSession(closed);
    const nothing = { items: [], nextDueAt: null };
    assert.deepEqual(await store.queue.lease({ session: closed, limit: 10, now: NOW }), nothing);
    const expired = await aSession(store, NOW + 1);
    assert.deepEqual(await store.queue.lease({ session: expired, limit: 10, now: NOW + 1 }), nothing);
    assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1)]);
  });

  storeTest(create, "lease() gives nothing that a run has finished", async (store) => {
    await open(store, [aNewRun(1)]);
    const session = await aSession(store);
    await leaseAll(store, session);
    await store.runs.advance(
      anAdvance(1, { finish: ["start"], enqueue: [anItem(1, { key: "next", dueAt: NOW + 1 })] }),
    );
    await store.queue.closeSession(session);
    assert.deepEqual(await leaseAll(store, await aSession(store), NOW + 1), [itemName(1, "next")]);
  });

  storeTest(create, "openSession() names each session differently", async (store) => {
    const ids = await Promise.all([1, 2, 3].map(() => aSession(store)));
    assert.equal(new Set(ids).size, 3);
  });

  storeTest(create, "extendSession() moves the end of a session", async (store) => {
    await open(store, [aNewRun(1)]);
    const session = await aSession(store, NOW + 100);
    await leaseAll(store, session);
    assert.equal(await store.queue.extendSession(session, NOW + 200, NOW + 99), true);
    const other = await aSession(store, NOW + 1000);
    assert.deepEqual(await leaseAll(store, other, NOW + 199), []);
    assert.deepEqual(await leaseAll(store, other, NOW + 200), [itemName(1)]);
  });

  storeTest(
    create,
    "extendSession() answers false once a session has ended, and it stays ended",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const expired = await aSession(store, NOW + 100);
      await leaseAll(store, expired);
      assert.equal(await store.queue.extendSession(expired, NOW + 900, NOW + 100), false);
      assert.equal(
        await store.queue.extendSession(expired, NOW + 900, NOW),
        false,
        "even if the clock goes back",
      );
      assert.deepEqual(await store.queue.size(), { queued: 1, held: 0 });
      const closed = await aSession(store);
      await store.queue.closeSession(closed);
      assert.equal(await store.queue.extendSession(closed, NOW + 900, NOW), false);
      // No store gives out this number here.
      const unknown = 4711 as SessionId;
      assert.equal(await store.queue.extendSession(unknown, NOW + 900, NOW), false);
    },
  );

  storeTest(create, "closeSession() does nothing to a session that has ended", async (store) => {
    await open(store, [aNewRun(1)]);
    const session = await aSession(store);
    await store.queue.closeSession(session);
    const other = await aSession(store);
    await leaseAll(store, other);
    await store.queue.closeSession(session);
    assert.deepEqual(await store.queue.size(), { queued: 1, held: 1 });
  });

  storeTest(create, "size() counts the items that are queued and those that are held", async (store) => {
    assert.deepEqual(await store.queue.size(), { queued: 0, held: 0 });
    await open(store, [aNewRun(1), aNewRun(2)]);
    await open(store, [aNewRun(3, { item: { dueAt: NOW + 1000 } })], { event: anEvent(2) });
    await store.queue.lease({ session: await aSession(store), limit: 1, now: NOW });
    assert.deepEqual(await store.queue.size(), { queued: 3, held: 1 });
  });

  storeTest(create, "waiting() counts what is due or behind a gate, and nobody holds", async (store) => {
    const count = (now: number, max = 100): Promise<number> => store.queue.waiting({ now, max });
    assert.equal(await count(NOW), 0);
    await open(store, [aNewRun(1), aNewRun(2)]);
    await open(store, [aNewRun(3, { item: { dueAt: NOW + 1000 } })], { event: anEvent(2) });
    assert.deepEqual([await count(NOW), await count(NOW, 1), await count(NOW + 1000)], [2, 1, 3]);
    await store.queue.lease({ session: await aSession(store), limit: 1, now: NOW });
    assert.deepEqual([await count(NOW), await count(NOW + 999), await count(NOW + 1000)], [1, 1, 2]);
  });
}
