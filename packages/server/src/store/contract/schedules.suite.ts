import assert from "node:assert/strict";
import type { EventRecord, Gathering, NewRun } from "../records.ts";
import type { DueGathering, Store } from "../contract.ts";
import {
  aCancellation,
  aFunction,
  aNewRun,
  anEvent,
  aRegistration,
  aSession,
  aTick,
  eventId,
  functionId,
  NOW,
  outcomes,
  production,
  runId,
  staging,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

function debounce(fields: Partial<Gathering> = {}): Gathering {
  return {
    kind: "debounce",
    functionId: functionId(1),
    key: "",
    periodMs: 1000,
    timeoutMs: null,
    sizeMax: null,
    bytesMax: null,
    rateLimit: null,
    correlation: null,
    ...fields,
  };
}

function batch(fields: Partial<Gathering> = {}): Gathering {
  return { ...debounce(), kind: "batch", sizeMax: 3, ...fields };
}

/** Accepts an event that joins a gathering; when that is due. */
async function join(
  store: Store,
  num: number,
  gathering: Gathering,
  now = NOW,
  fields: Partial<EventRecord> = {},
): Promise<number | null> {
  const event = anEvent(num, { receivedAt: now, ts: now, ...fields });
  const events = [{ event, runs: [], gatherings: [gathering] }];
  return (await store.events.accept({ events, session: null, now })).gatheringDueAt;
}

async function due(store: Store, now: number, limit = 10): Promise<readonly DueGathering[]> {
  return (await store.schedules.due({ now, limit })).gatherings;
}

async function only(store: Store, now: number): Promise<DueGathering> {
  const [first, ...others] = await due(store, now);
  assert.ok(first !== undefined);
  assert.equal(others.length, 0);
  return first;
}

function numbers(gathering: DueGathering | undefined): readonly number[] {
  return gathering?.events.map((event) => Number(event.id.slice(-6))) ?? [];
}

export function scheduleSuite(create: CreateHarness): void {
  storeTest(
    create,
    "an event over its rate limit neither joins a debounce nor puts it off",
    async (store) => {
      const rateLimit = { counter: "r", limit: 1, periodMs: 600 };
      const limited = debounce({ rateLimit });
      assert.equal(await join(store, 1, limited), NOW + 1000);
      assert.equal(await join(store, 2, limited, NOW + 599), null);
      assert.deepEqual(numbers(await only(store, NOW + 1000)), [1]);
      assert.equal(await join(store, 3, limited, NOW + 600), NOW + 1600);
      const event = anEvent(4, { receivedAt: NOW + 600, ts: NOW + 600 });
      const events = [{ event, runs: [], gatherings: [limited, debounce()] }];
      const { events: accepted } = await store.events.accept({ events, session: null, now: NOW + 600 });
      assert.deepEqual(accepted, [{ outcome: "accepted", runs: [], joined: [false, true] }]);
    },
  );

  storeTest(create, "a debounce is due a period after its last event, with that event", async (store) => {
    assert.equal(await join(store, 1, debounce()), NOW + 1000);
    assert.equal(await join(store, 2, debounce(), NOW + 400), NOW + 1400);
    assert.deepEqual(await store.schedules.due({ now: NOW + 1399, limit: 10 }), {
      gatherings: [],
      ticks: [],
      nextDueAt: NOW + 1400,
    });
    const gathering = await only(store, NOW + 1400);
    assert.deepEqual(
      { ...gathering, events: [] },
      {
        id: gathering.id,
        revision: 2,
        kind: "debounce",
        functionId: functionId(1),
        key: "",
        dueAt: NOW + 1400,
        events: [],
      },
    );
    assert.deepEqual(gathering.events, [anEvent(2, { receivedAt: NOW + 400, ts: NOW + 400 })]);
  });

  storeTest(
    create,
    "a debounce keeps the event that happened last, and moves its end for any",
    async (store) => {
      await join(store, 1, debounce(), NOW, { ts: NOW + 50 });
      assert.equal(await join(store, 2, debounce(), NOW + 10, { ts: NOW + 40 }), NOW + 1010);
      assert.deepEqual(numbers(await only(store, NOW + 2000)), [1]);
      await join(store, 3, debounce(), NOW + 20, { ts: NOW + 50 });
      assert.deepEqual(numbers(await only(store, NOW + 2000)), [3], "of two at once the later to come");
    },
  );

  storeTest(create, "a debounce is due at the latest when its time-out is over", async (store) => {
    const capped = debounce({ timeoutMs: 1500 });
    await join(store, 1, capped);
    assert.equal(await join(store, 2, capped, NOW + 900), NOW + 1500);
    assert.deepEqual(numbers(await only(store, NOW + 1500)), [2]);
  });

  storeTest(create, "an event that comes when the time is over begins anew", async (store) => {
    await join(store, 1, debounce());
    assert.equal(await join(store, 2, debounce(), NOW + 1000), NOW + 2000);
    assert.deepEqual((await due(store, NOW + 2000)).map(numbers), [[1], [2]]);
  });

  storeTest(create, "gatherings of other keys, kinds and functions are others", async (store) => {
    const kinds = [debounce(), debounce({ key: "k" }), batch(), debounce({ functionId: functionId(2) })];
    for (const [index, kind] of kinds.entries()) await join(store, index + 1, kind);
    assert.equal((await due(store, NOW + 1000)).length, 4);
  });

  storeTest(create, "a batch is due a period after its first event, with all of them", async (store) => {
    assert.equal(await join(store, 1, batch()), NOW + 1000);
    assert.equal(await join(store, 2, batch(), NOW + 900), NOW + 1000);
    assert.deepEqual(numbers(await only(store, NOW + 1000)), [1, 2]);
  });

  storeTest(
    create,
    "a batch is due at once when it is full, and the next event begins another",
    async (store) => {
      for (const num of [1, 2]) await join(store, num, batch());
      assert.equal(await join(store, 3, batch(), NOW + 5), NOW + 5);
      assert.equal(await join(store, 4, batch(), NOW + 5), NOW + 1005);
      assert.deepEqual(numbers(await only(store, NOW + 5)), [1, 2, 3]);
      assert.equal(await join(store, 5, batch({ key: "one", sizeMax: 1 }), NOW + 6), NOW + 6);
      assert.equal(
        await join(store, 6, batch({ key: "big", bytesMax: 50 }), NOW + 7),
        NOW + 7,
        "by its bytes",
      );
    },
  );

  storeTest(create, "a batch keeps an event of the same id once", async (store) => {
    const gathering = batch();
    await join(store, 1, gathering, NOW, { userId: "order-7" });
    assert.equal(await join(store, 2, gathering, NOW, { userId: "order-7" }), null);
    await join(store, 3, gathering);
    await join(store, 3, gathering);
    assert.deepEqual(numbers(await only(store, NOW + 1000)), [1, 3]);
  });

  storeTest(create, "due() lists the longest due first, up to the limit", async (store) => {
    for (const num of [3, 1, 2]) await join(store, num, debounce({ key: `${num}` }), NOW + num);
    const first = await store.schedules.due({ now: NOW + 5000, limit: 2 });
    assert.deepEqual(first.gatherings.map(numbers), [[1], [2]]);
    assert.equal(first.nextDueAt, NOW + 1003, "more are due");
  });

  storeTest(create, "startGathering() puts a run in place of a gathering, once", async (store) => {
    await join(store, 1, batch());
    await join(store, 2, batch());
    const { id, revision } = await only(store, NOW + 1000);
    const run: NewRun = aNewRun(1, {
      eventIds: [eventId(1), eventId(2)],
      run: { batchId: "01JBATCH" },
      idempotency: { key: "01JBATCH", expiresAt: NOW + 9999 },
    });
    const session = await aSession(store);
    const request = { id, revision, run, session, now: NOW + 1000 };
    assert.deepEqual(await store.schedules.startGathering(request), {
      outcome: "held",
      existing: null,
      workDueAt: null,
    });
    assert.equal(await store.schedules.startGathering(request), "gone");
    assert.deepEqual(await store.runs.eventsOf(runId(1)), [eventId(1), eventId(2)]);
    assert.deepEqual(await due(store, NOW + 9999), []);
  });

  storeTest(create, "startGathering() answers gone for one that changed or is not due", async (store) => {
    await join(store, 1, debounce());
    const { id, revision } = await only(store, NOW + 1000);
    await join(store, 2, debounce(), NOW + 999);
    const request = { id, revision, run: null, session: null, now: NOW + 9999 };
    assert.equal(await store.schedules.startGathering(request), "gone");
    const early = { ...request, revision: revision + 1, now: NOW + 1998 };
    assert.equal(await store.schedules.startGathering(early), "gone");
    assert.equal(await store.schedules.startGathering({ ...early, now: NOW + 1999 }), "dropped");
    assert.equal(await store.schedules.startGathering({ ...early, now: NOW + 1999 }), "gone");
  });

  reopenTest(create, "gatherings and ticks survive a restart", async (store, reopen) => {
    await join(store, 1, batch());
    await store.apps.register({ ...aRegistration({}, [aFunction(1)]), ticks: [aTick(1)] });
    const before = await store.schedules.due({ now: NOW + 60_000, limit: 10 });
    assert.equal(before.ticks.length, 1);
    const next = await reopen();
    assert.deepEqual(await next.schedules.due({ now: NOW + 60_000, limit: 10 }), before);
  });

  storeTest(
    create,
    "register() begins chains of ticks, keeps those that go on, and ends the others",
    async (store) => {
      const functions = [aFunction(1), aFunction(2)];
      const listed = async (): Promise<readonly unknown[]> =>
        (await store.schedules.due({ now: NOW + 999_999_999, limit: 10 })).ticks;
      const [one, two] = [aTick(1), aTick(2, { cron: "0 * * * *", dueAt: NOW + 70_000 })];
      await store.apps.register({ ...aRegistration({}, functions), ticks: [one, two] });
      assert.deepEqual(await listed(), [one, two]);
      const moved = { ...two, dueAt: NOW + 65_000 };
      const later = { ...one, scheduledAt: NOW + 120_000, dueAt: NOW + 120_000 };
      await store.apps.register({ ...aRegistration({ checksum: "b" }, functions), ticks: [later, moved] });
      assert.deepEqual(await listed(), [one, moved], "the instant stays, its jitter may change");
      await store.apps.register({ ...aRegistration({ checksum: "c" }, [aFunction(2)]), ticks: [moved] });
      assert.deepEqual(await listed(), [moved], "the function vanished");
      await store.apps.remove(production, "app-1", NOW);
      assert.deepEqual(await listed(), []);
    },
  );

  storeTest(
    create,
    "fireTick() accepts the events of a tick and puts the next in its place, once",
    async (store) => {
      const tick = aTick(1);
      await store.apps.register({ ...aRegistration({}, [aFunction(1)]), ticks: [tick] });
      const next = { ...tick, scheduledAt: tick.scheduledAt + 60_000, dueAt: tick.dueAt + 60_000 };
      const now = tick.dueAt;
      const events = [{ event: anEvent(1), runs: [aNewRun(1)], gatherings: [] }];
      const fired = await store.schedules.fireTick({ tick, next, batch: { events, session: null, now } });
      assert.ok(fired !== "gone");
      assert.deepEqual(outcomes(fired), ["opened"]);
      const other = [{ event: anEvent(2), runs: [aNewRun(2)], gatherings: [] }];
      const again = { tick, next, batch: { events: other, session: null, now } };
      assert.equal(await store.schedules.fireTick(again), "gone");
      assert.equal(await store.events.get(eventId(2)), null);
      assert.equal((await store.schedules.due({ now, limit: 1 })).nextDueAt, next.dueAt);
      const last = { tick: next, next: null, batch: { events: other, session: null, now: next.dueAt } };
      assert.notEqual(await store.schedules.fireTick(last), "gone");
      assert.equal((await store.schedules.due({ now, limit: 1 })).nextDueAt, null);
    },
  );

  storeTest(create, "cancellations are kept by environment until they are removed", async (store) => {
    const all = [aCancellation("a", { startedAfter: NOW - 5 }), aCancellation("b", { expression: "true" })];
    for (const each of all) await store.cancellations.add(each);
    await store.cancellations.add(aCancellation("a", { environment: staging }));
    assert.deepEqual(await store.cancellations.list(production), all);
    await assert.rejects(store.cancellations.add(aCancellation("a")), { code: "store_refused" });
    assert.equal(await store.cancellations.remove(production, "a"), true);
    assert.equal(await store.cancellations.remove(production, "a"), false);
    assert.deepEqual(await store.cancellations.list(production), all.slice(1));
    assert.equal((await store.cancellations.list(staging)).length, 1);
  });
}
