import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryDisk } from "#store";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { KeyEvidence } from "./administration.ts";
import { EvidenceBook } from "./evidence-book.ts";

const seen = (fields: Partial<KeyEvidence> = {}): KeyEvidence => ({
  app: "shop",
  worker: "10.0.0.1",
  keyId: "k1",
  how: "call",
  at: 10,
  ...fields,
});

function world() {
  const { administration } = createMemoryDisk().takeOver();
  const clock = manualClock(0);
  return { administration, clock, book: () => new EvidenceBook(administration, clock) };
}

test("of each app, way and key the latest is kept, and an older one changes nothing", () => {
  const book = world().book();
  for (const evidence of [seen(), seen({ at: 20 }), seen({ at: 15 }), seen({ at: 20, worker: "10.0.0.2" })])
    book.add(evidence);
  for (const other of [seen({ app: "cart" }), seen({ how: "probe" }), seen({ keyId: "k2" })]) book.add(other);
  assert.deepEqual(
    book.all().map(({ app, at, how, keyId, worker }) => `${app} ${how} ${keyId} ${at} ${worker}`),
    [
      "shop call k1 20 10.0.0.1",
      "cart call k1 10 10.0.0.1",
      "shop probe k1 10 10.0.0.1",
      "shop call k2 10 10.0.0.1",
    ],
  );
});

test("what is new is written every five seconds, by one hand, and read at the next start", async () => {
  const { administration, book, clock } = world();
  const first = book();
  first.add(seen());
  await clock.advance(4999);
  assert.deepEqual(await administration.records("key-use"), []);
  await clock.advance(1);
  assert.equal((await administration.records("key-use")).length, 1);
  first.add(seen({ at: 30 }));
  await first.flush();
  const second = book();
  // Other rooms note uses of their own kind of keys under the same kind of record.
  await administration.note([{ kind: "key-use", id: "an-event-key", body: '{"at":1,"address":null}' }]);
  await second.load();
  assert.deepEqual(second.all(), [seen({ at: 30 })]);
});

test("what could not be written is written with what comes next", async () => {
  const { administration, clock } = world();
  let isFailing = true;
  let writes = 0;
  const book = new EvidenceBook(
    {
      ...administration,
      note(records) {
        writes += 1;
        return isFailing ? Promise.reject(new Error("the disk is full")) : administration.note(records);
      },
    },
    clock,
  );
  book.add(seen());
  await assert.rejects(book.flush(), /disk is full/);
  isFailing = false;
  await book.flush();
  assert.equal((await administration.records("key-use")).length, 1);
  await book.flush();
  assert.equal(writes, 2, "what is written is not written again");
});

test("five thousand exchanges are remembered; past them the one goes that was seen longest ago", () => {
  const book = world().book();
  for (let num = 0; num < 5000; num += 1) book.add(seen({ app: `app-${num}`, at: num }));
  // Seen again, and so no longer the oldest.
  book.add(seen({ app: "app-0", at: 9000 }));
  assert.equal(book.all().length, 5000);
  book.add(seen({ app: "one-more", at: 9001 }));
  const apps = new Set(book.all().map(({ app }) => app));
  assert.deepEqual(
    [apps.size, apps.has("app-0"), apps.has("app-1"), apps.has("one-more")],
    [5000, true, false, true],
  );
});
