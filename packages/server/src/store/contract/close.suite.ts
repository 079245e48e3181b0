import assert from "node:assert/strict";
import type { Store } from "../contract.ts";
import {
  aCancellation,
  aFunction,
  anAdvance,
  anApp,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRegistration,
  aRun,
  aSession,
  aTick,
  eventId,
  functionId,
  itemName,
  leaseAll,
  NOW,
  open,
  production,
  runId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

export function closeSuite(create: CreateHarness): void {
  storeTest(create, "close() settles what was asked for before it", async (store) => {
    const asked = Array.from({ length: 50 }, (_, index) =>
      open(store, [aNewRun(index)], { event: anEvent(index) }),
    );
    await store.close();
    for (const result of await Promise.all(asked)) assert.equal(result.events[0]?.outcome, "accepted");
  });

  storeTest(create, "close() makes every later call fail with store_closed", async (store) => {
    const session = await aSession(store);
    const closed = store.close();
    const asked = await Promise.allSettled(everyCall(store, session));
    await closed;
    const askedLater = await Promise.allSettled(everyCall(store, session));
    for (const outcome of [...asked, ...askedLater]) {
      assert.equal(outcome.status, "rejected");
      assert.equal(outcome.reason.code, "store_closed");
    }
  });

  storeTest(create, "close() may be called again", async (store) => {
    await Promise.all([store.close(), store.close()]);
    await store.close();
  });

  reopenTest(create, "close() keeps everything for the next open", async (store, reopen) => {
    await open(store, [aNewRun(1), aNewRun(2, { idempotency: { key: "k", expiresAt: NOW + 1000 } })]);
    await store.runs.advance(anAdvance(1, { journal: [anEntry(1)], enqueue: [anItem(1, { key: "next" })] }));
    await store.apps.register(aRegistration({}, [aFunction(1)]));
    const before = await store.runs.load(runId(1));

    const next = await reopen();
    assert.deepEqual(await next.runs.load(runId(1)), before);
    assert.deepEqual(await next.runs.journal(runId(1)), [anEntry(1)]);
    assert.deepEqual(await next.events.list({ environment: production, limit: 10 }), [anEvent(1)]);
    assert.deepEqual(await next.runs.ofEvent(eventId(1)), [
      aRun(1, { status: "Running", startedAt: NOW, revision: 1 }),
      aRun(2),
    ]);
    assert.deepEqual(await next.apps.apps(), [anApp(1)]);
    assert.deepEqual(await next.apps.functions(), [aFunction(1)]);
    const again = await open(next, [aNewRun(3, { idempotency: { key: "k", expiresAt: NOW + 1000 } })], {
      event: anEvent(2),
    });
    assert.deepEqual(again.events[0]?.runs, [{ outcome: "duplicate", existing: runId(2) }]);
  });

  reopenTest(
    create,
    "an open store has ended the sessions of earlier ones and freed what they held",
    async (store, reopen) => {
      const session = await aSession(store);
      await open(store, [aNewRun(1, { item: { generation: 1 } })], { session });
      const next = await reopen();
      assert.deepEqual(await next.queue.size(), { queued: 1, held: 0 });
      assert.equal(await next.queue.extendSession(session, NOW + 900, NOW), false);
      const fresh = await aSession(next);
      assert.notEqual(fresh, session);
      assert.deepEqual(await leaseAll(next, fresh), [itemName(1)]);
      assert.equal((await next.runs.load(runId(1)))?.items[0]?.generation, 2);
    },
  );
}

/** One call of each method. */
function everyCall(store: Store, session: Awaited<ReturnType<typeof aSession>>): readonly Promise<unknown>[] {
  return [
    open(store, []),
    store.events.get(eventId(1)),
    store.events.list({ environment: production, limit: 1 }),
    store.runs.load(runId(1)),
    store.runs.advance(anAdvance(1)),
    store.runs.get(runId(1)),
    store.runs.journal(runId(1)),
    store.runs.end(runId(1)),
    store.runs.ofEvent(eventId(1)),
    store.runs.list({ environment: production, limit: 1 }),
    store.runs.open({ runs: [], session: null, now: NOW }),
    store.runs.signal({ environment: production, name: "s", memo: "null", now: NOW }),
    store.texts.portion(null),
    store.runs.eventsOf(runId(1)),
    store.runs.items(runId(1)),
    store.runs.stranded(1),
    aSession(store),
    store.queue.extendSession(session, NOW, NOW),
    store.queue.closeSession(session),
    leaseAll(store, session),
    store.queue.size(),
    store.queue.pause(functionId(1), NOW),
    store.queue.resume(functionId(1), NOW),
    store.queue.paused(),
    store.schedules.due({ now: NOW, limit: 1 }),
    store.schedules.startGathering({ id: 1, revision: 1, run: null, session: null, now: NOW }),
    store.schedules.fireTick({ tick: aTick(1), next: null, batch: { events: [], session: null, now: NOW } }),
    store.cancellations.add(aCancellation("c")),
    store.cancellations.list(production),
    store.cancellations.remove(production, "c"),
    store.apps.register(aRegistration({}, [])),
    store.apps.noteError(production, "app-1", null),
    store.apps.remove(production, "app-1", NOW),
    store.apps.apps(),
    store.apps.functions(),
  ];
}
