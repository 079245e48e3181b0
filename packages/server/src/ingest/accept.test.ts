import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { IngestOutcome } from "./contract.ts";
import { NOW } from "./testing/events.ts";
import type { House } from "./testing/house.ts";
import { idsOf, openHouse } from "./testing/house.ts";

/** Two functions that one event starts. */
const harness = (hasRoom = true): Promise<House> => openHouse({ pay: {}, mail: {} }, { hasRoom });

describe("Ingest.accept()", () => {
  it("stores the event, opens a run of every function it starts, and hands their first calls over", async () => {
    const { ingest, store, offered, updates } = await harness();
    const [id] = idsOf(await ingest.accept({ name: "order/placed", data: { b: 1, a: 2 } }, undefined));
    assert.ok(id);
    const event = await ingest.get(id);
    assert.equal(
      event?.body,
      `{"data":{"a":2,"b":1},"id":"${id}","name":"order/placed","ts":${NOW},"user":{}}`,
    );
    const runs = await ingest.runsOf(id);
    assert.equal(runs.length, 2);
    assert.deepEqual(new Set(offered.map(({ item }) => item.runId)), new Set(runs.map((run) => run.id)));
    assert.equal((await store.queue.size()).held, 2);
    for (const { item, snapshot } of offered) {
      assert.equal(item.generation, 1);
      assert.deepEqual(snapshot, await store.runs.load(item.runId));
    }
    assert.deepEqual(
      updates.map(({ kind }) => kind),
      ["event.accepted", "run.queued", "run.queued"],
    );
  });

  it("leaves first calls to be leased when the queue has no room", async () => {
    const { ingest, store, offered, expected } = await harness(false);
    await ingest.accept({ name: "order/placed" }, undefined);
    assert.deepEqual(offered, []);
    assert.deepEqual(new Set(expected), new Set([NOW]));
    assert.deepEqual(await store.queue.size(), { queued: 2, held: 0 });
  });

  it("delays the runs of an event of the future", async () => {
    const { ingest, offered, expected } = await harness();
    await ingest.accept({ name: "order/placed", ts: NOW + 60_000 }, undefined);
    assert.deepEqual(offered, []);
    assert.deepEqual(new Set(expected), new Set([NOW + 60_000]));
  });

  it("starts a function once a day for an id the sender chose, and stores every event all the same", async () => {
    const { ingest, clock, offered } = await harness();
    const send = (): Promise<IngestOutcome> => ingest.accept({ name: "order/placed", id: "o-1" }, undefined);
    await send();
    await send();
    assert.equal(offered.length, 2);
    assert.equal((await ingest.list({ limit: 10 })).length, 2);
    await clock.advance(24 * 3_600_000 + 1);
    await send();
    assert.equal(offered.length, 4);
  });

  it("starts nothing again for a request that is repeated under the same seed", async () => {
    const { ingest, offered } = await harness();
    const seed = "1700000000000,AAAAAAAAAAAAAA==";
    const first = idsOf(await ingest.accept([{ name: "order/placed" }, { name: "x" }], seed));
    assert.deepEqual(idsOf(await ingest.accept([{ name: "order/placed" }, { name: "x" }], seed)), first);
    assert.equal(offered.length, 2);
  });

  it("takes what comes before a bad event, and says which", async () => {
    const { ingest, offered } = await harness();
    const outcome = await ingest.accept(
      [{ name: "order/placed" }, { name: "inngest/x" }, { name: "order/placed" }],
      undefined,
    );
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, "event_name_reserved");
    assert.equal(outcome.ids.length, 1);
    assert.equal(offered.length, 2);
  });

  it("opens one run per function for each event of a batch, in one commit", async () => {
    const { ingest, store, offered } = await harness();
    const before = store.stats().commits;
    await ingest.accept(
      Array.from({ length: 50 }, () => ({ name: "order/placed" })),
      undefined,
    );
    assert.equal(offered.length, 100);
    assert.equal(store.stats().commits - before, 1);
  });

  it("merges sessions as they were given and inherited", async () => {
    const { ingest } = await harness();
    const meta = { sessions: { b: 7, gone: null }, propagated_sessions: { gone: "x", a: "1", b: "other" } };
    const [id] = idsOf(await ingest.accept({ name: "x", meta }, undefined));
    assert.ok(id);
    const { body } = (await ingest.get(id)) ?? { body: "{}" };
    assert.deepEqual((JSON.parse(body) as { meta: unknown }).meta, { sessions: { a: "1", b: "7" } });
  });
});
