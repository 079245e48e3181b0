import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName, EventId } from "@holdfast/protocol";
import { createIds, nodeDigest as digest, silentLog, systemRandom } from "#kernel";
import type { ManualClock } from "../kernel/testing/manual-clock.ts";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import type { Queue, Work } from "#queue";
import type { Update } from "#realtime";
import { createRealtime } from "#realtime";
import { createRegistry } from "#registry";
import type { SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import { createIngest } from "./accept.ts";
import type { Ingest, IngestOutcome } from "./contract.ts";

const NOW = 1_700_000_000_000;
const environment = "test" as EnvironmentName;

/** The real rooms around ingest, and a queue that notes what it is given. */
async function harness(hasRoom = true): Promise<{
  ingest: Ingest;
  store: SqliteStore;
  clock: ManualClock;
  offered: Work[];
  expected: number[];
  updates: Update[];
}> {
  const store = await openSqliteStore({ path: ":memory:" });
  const clock = manualClock(NOW);
  const registry = await createRegistry({ store: store.apps, environment, digest, log: silentLog });
  const url = "http://127.0.0.1:3000/x";
  const fn = (id: string): unknown => ({
    id: `shop-${id}`,
    name: id,
    triggers: [{ event: "order/placed" }],
    steps: { step: { runtime: { type: "http", url: `${url}?fnId=shop-${id}` } } },
  });
  await registry.register({ appName: "shop", url, functions: [fn("pay"), fn("mail")] }, NOW);
  const session = await store.queue.openSession({ node: "test", now: NOW, expiresAt: NOW + 1e6 });
  const offered: Work[] = [];
  const expected: number[] = [];
  const queue: Queue = {
    session,
    hasRoom,
    offer: (work) => void offered.push(...work),
    expect: (dueAt) => void expected.push(dueAt),
    start: () => undefined,
    stop: () => Promise.resolve(),
    load: () => ({ active: 0, waiting: 0 }),
    size: () => store.queue.size(),
  };
  const realtime = createRealtime({ log: silentLog });
  const updates: Update[] = [];
  realtime.follow({}, (more) => updates.push(...more));
  const ingest = createIngest({
    events: store.events,
    runs: store.runs,
    registry,
    queue,
    realtime,
    clock,
    ids: createIds(clock, systemRandom),
    digest,
    environment,
  });
  return { ingest, store, clock, offered, expected, updates };
}

function idsOf(outcome: IngestOutcome): readonly EventId[] {
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.ids;
}

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
    assert.deepEqual(expected, [NOW, NOW]);
    assert.deepEqual(await store.queue.size(), { queued: 2, held: 0 });
  });

  it("delays the runs of an event of the future", async () => {
    const { ingest, offered, expected } = await harness();
    await ingest.accept({ name: "order/placed", ts: NOW + 60_000 }, undefined);
    assert.deepEqual(offered, []);
    assert.deepEqual(expected, [NOW + 60_000, NOW + 60_000]);
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
