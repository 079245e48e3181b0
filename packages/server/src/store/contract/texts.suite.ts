import assert from "node:assert/strict";
import type { Store, StoredText } from "../contract.ts";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aWait,
  eventId,
  functionId,
  NOW,
  open,
  production,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { storeTest } from "./testing/harness.ts";

async function textsOf(store: Store): Promise<readonly StoredText[]> {
  const all: StoredText[] = [];
  for (let after: string | null = null; ;) {
    const { next, texts }: Awaited<ReturnType<Store["texts"]["portion"]>> = await store.texts.portion(after);
    all.push(...texts);
    if (next === null) return all;
    after = next;
  }
}

export function textSuite(create: CreateHarness): void {
  storeTest(create, "portion() comes to every event, journal entry, wait and cause", async (store) => {
    await open(store, [aNewRun(1)], { event: anEvent(1, { body: '{"text":"event"}' }) });
    await store.runs.advance(
      anAdvance(1, {
        journal: [anEntry(1, { at: NOW + 5, data: '{"text":"journal"}' })],
        enqueue: [
          anItem(1, { key: "w", kind: "wait", dueAt: NOW + 1000 }),
          anItem(1, { key: "s", kind: "signal", dueAt: NOW + 1000 }),
        ],
        waits: [
          aWait({
            key: "w",
            eventName: "later",
            filter: { source: "true", captured: '{"text":"wait"}', equality: null },
          }),
        ],
        signals: [{ name: "sig", key: "s", conflict: "fail" }],
      }),
    );
    await store.runs.signal({ environment: production, name: "sig", memo: '{"text":"signal"}', now: NOW });
    const texts = await textsOf(store);
    for (const place of ["event", "journal", "wait", "signal"]) {
      const found = texts.filter(({ text }) => new RegExp(`text\\\\?":\\\\?"${place}`).test(text));
      assert.equal(found.length, 1, place);
      assert.equal(found[0]?.functionId, place === "event" ? null : functionId(1));
    }
    assert.equal(texts.find(({ text }) => text.includes("journal"))?.at, NOW + 5);
  });

  storeTest(create, "portion() goes on where it ended, over more than one portion holds", async (store) => {
    const count = 1203;
    await store.events.accept({
      events: Array.from({ length: count }, (_, index) => ({
        event: anEvent(index, { id: eventId(index), body: `{"n":${index}}` }),
        runs: [],
        gatherings: [],
      })),
      session: null,
      now: NOW,
    });
    const found = new Set((await textsOf(store)).map(({ text }) => text));
    assert.equal(found.size, count);
  });
}
