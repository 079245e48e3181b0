import assert from "node:assert/strict";
import type { Store } from "../contract.ts";
import { anAdvance, anEvent, aNewRun, aRun, functionId, NOW } from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

const DRAFT = { at: NOW, text: '{"action":"data.swept"}', openings: null };

export function historySuite(create: CreateHarness): void {
  storeTest(create, "runs() lists every run in portions, ended or not", async (store) => {
    for (const num of [1, 2, 3]) await openRun(store, num);
    await endRun(store, 2);
    const first = await store.history.runs({ after: null, limit: 2 });
    assert.deepEqual(
      first.runs.map(({ endedAt, id }) => [id, endedAt]),
      [
        [aRun(1).id, null],
        [aRun(2).id, NOW + 5],
      ],
    );
    const rest = await store.history.runs({ after: first.next, limit: 2 });
    assert.deepEqual([rest.runs.map(({ id }) => id), rest.next], [[aRun(3).id], null]);
    assert.equal(rest.runs[0]?.functionId, functionId(1));
  });

  storeTest(
    create,
    "remove() takes ended runs with their journals and events, and says so",
    async (store) => {
      for (const num of [1, 2]) {
        await openRun(store, num);
        await endRun(store, num);
      }
      const removal = { runs: [aRun(1).id], events: [anEvent(1).id], audit: [DRAFT] };
      assert.equal(await store.history.remove(removal), true);
      assert.deepEqual(
        [
          await store.runs.get(aRun(1).id),
          await store.events.get(anEvent(1).id),
          await store.runs.load(aRun(1).id),
        ],
        [null, null, null],
      );
      assert.deepEqual(await store.runs.journal(aRun(1).id), []);
      assert.deepEqual(
        (await store.texts.portion(null)).texts.filter(({ text }) => text.includes('"n":1')),
        [],
      );
      assert.equal((await store.runs.get(aRun(2).id))?.id, aRun(2).id);
      assert.deepEqual(
        (await store.audit.entries({ after: 0, limit: 9 })).map(({ text }) => text),
        [DRAFT.text],
      );
      assert.equal(await store.history.remove(removal), true, "what is gone is no error");
    },
  );

  storeTest(create, "remove() does nothing at all where a run goes on", async (store) => {
    for (const num of [1, 2]) await openRun(store, num);
    await endRun(store, 1);
    const removal = { runs: [aRun(1).id, aRun(2).id], events: [], audit: [DRAFT] };
    assert.equal(await store.history.remove(removal), false);
    assert.notEqual(await store.runs.get(aRun(1).id), null);
    assert.deepEqual(await store.audit.entries({ after: 0, limit: 9 }), []);
  });

  storeTest(create, "remove() leaves everything where an event is still needed", async (store) => {
    for (const num of [1, 2]) {
      await openRun(store, num);
      await endRun(store, num);
    }
    const removal = { runs: [aRun(1).id], events: [anEvent(1).id, anEvent(2).id], audit: [DRAFT] };
    assert.equal(await store.history.remove(removal), false);
    assert.notEqual(await store.runs.get(aRun(1).id), null);
    assert.notEqual(await store.events.get(anEvent(1).id), null);
    assert.deepEqual(await store.audit.entries({ after: 0, limit: 9 }), []);
  });

  storeTest(create, "looseEvents() lists old events that nothing was made of", async (store) => {
    await openRun(store, 1);
    for (const num of [2, 3]) await accept(store, num, []);
    const old = { receivedBefore: NOW + 3, after: null, limit: 10 };
    assert.deepEqual(await store.history.looseEvents(old), { ids: [anEvent(2).id], next: null });
  });

  storeTest(create, "lists go on behind what was removed in the middle of reading them", async (store) => {
    for (const num of [1, 2, 3, 4, 5]) {
      await openRun(store, num);
      await endRun(store, num);
    }
    const listed: unknown[] = [];
    for (let after: string | null = null; ;) {
      const { next, runs }: Awaited<ReturnType<Store["history"]["runs"]>> = await store.history.runs({
        after,
        limit: 2,
      });
      listed.push(...runs.map(({ id }) => id));
      await store.history.remove({ runs: runs.map(({ id }) => id), events: [], audit: [DRAFT] });
      if (next === null) break;
      after = next;
    }
    assert.deepEqual(
      listed,
      [1, 2, 3, 4, 5].map((num) => aRun(num).id),
    );
    const loose: string[] = [];
    for (let after: string | null = null; ;) {
      const { ids, next }: Awaited<ReturnType<Store["history"]["looseEvents"]>> =
        await store.history.looseEvents({ receivedBefore: NOW + 1_000_000, after, limit: 2 });
      loose.push(...ids);
      await store.history.remove({ runs: [], events: ids, audit: [DRAFT] });
      if (next === null) break;
      after = next;
    }
    assert.deepEqual(new Set(loose), new Set([1, 2, 3, 4, 5].map((num) => anEvent(num).id)));
  });

  storeTest(create, "an event that waits in a batch is needed", async (store) => {
    const gathering = {
      kind: "batch",
      functionId: functionId(1),
      key: "k",
      periodMs: 1000,
      timeoutMs: null,
      sizeMax: 5,
      bytesMax: null,
      rateLimit: null,
      correlation: null,
    } as const;
    const events = [{ event: anEvent(1), runs: [], gatherings: [gathering] }];
    await store.events.accept({ events, session: null, now: NOW });
    const all = { receivedBefore: NOW + 1e6, after: null, limit: 10 };
    assert.deepEqual((await store.history.looseEvents(all)).ids, []);
    assert.equal(await store.history.remove({ runs: [], events: [anEvent(1).id], audit: [DRAFT] }), false);
  });

  reopenTest(
    create,
    "what was removed is gone after a restart, and new runs come after it",
    async (store, reopen) => {
      await openRun(store, 1);
      await endRun(store, 1);
      await store.history.remove({ runs: [aRun(1).id], events: [anEvent(1).id], audit: [DRAFT] });
      await store.history.scrub();
      const again = await reopen();
      assert.equal(await again.runs.get(aRun(1).id), null);
      await openRun(again, 1);
      assert.equal((await again.runs.get(aRun(1).id))?.status, "Scheduled");
    },
  );
}

async function accept(
  store: Store,
  num: number,
  runs: Parameters<Store["events"]["accept"]>[0]["events"][number]["runs"],
) {
  const event = anEvent(num, { receivedAt: NOW + num });
  await store.events.accept({ events: [{ event, runs, gatherings: [] }], session: null, now: NOW });
}

const openRun = (store: Store, num: number): Promise<void> =>
  accept(store, num, [aNewRun(num, { run: { eventId: anEvent(num).id } })]);

async function endRun(store: Store, num: number): Promise<void> {
  const run = { ...aRun(num), status: "Completed", endedAt: NOW + 5 } as const;
  const result = await store.runs.advance(anAdvance(num, { expectedRevision: 0, run, now: NOW + 5 }));
  assert.equal(result.kind, "committed");
}
