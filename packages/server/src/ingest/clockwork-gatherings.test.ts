import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { House } from "./testing/house.ts";
import { openHouse } from "./testing/house.ts";

const DEBOUNCED = { debounce: { period: "10s" } };
const BATCHED = { batchEvents: { maxSize: 3, timeout: "60s" } };

async function started(functions: Record<string, object>): Promise<House> {
  const house = await openHouse(functions);
  house.ingest.start();
  return house;
}

const send = (house: House, n: unknown, fields: object = {}): Promise<unknown> =>
  house.ingest.accept({ name: "order/placed", data: { n }, ...fields }, undefined);
/** What the events of each run of `pay` hold, oldest run first. */
async function startedWith(house: House): Promise<unknown[][]> {
  const runs = await house.runsOf("pay");
  return Promise.all(runs.map(async ({ id }) => (await house.eventsOf(id)).map(({ data }) => data["n"])));
}

describe("clockwork: debounce", () => {
  it("starts one run with the last event, once none has come for the period, and hands its call over", async () => {
    const house = await started({ pay: DEBOUNCED });
    await send(house, 1);
    await house.clock.advance(6000);
    await send(house, 2);
    await house.clock.advance(9000);
    assert.deepEqual(await startedWith(house), []);
    await house.clock.advance(2000);
    assert.deepEqual(await startedWith(house), [[2]]);
    assert.deepEqual(
      house.offered.map(({ item }) => item.key),
      ["start"],
    );
    const [run] = await house.runsOf("pay");
    assert.equal(run?.batchId, null);
    assert.ok(house.updates.some((update) => update.kind === "run.queued" && update.runId === run?.id));
    await house.clock.advance(60_000);
    assert.equal((await house.runsOf("pay")).length, 1);
  });

  it("waits no longer than its time-out, however often it is put off", async () => {
    const house = await started({ pay: { debounce: { period: "10s", timeout: "15s" } } });
    for (let n = 0; n < 4; n += 1) {
      await send(house, n);
      await house.clock.advance(4000);
    }
    assert.equal((await house.runsOf("pay")).length, 1);
  });

  it("keeps the event that happened last, not the one that came last", async () => {
    const house = await started({ pay: DEBOUNCED });
    const { clock } = house;
    await send(house, "newer", { ts: clock.now() - 1000 });
    await send(house, "older", { ts: clock.now() - 9000 });
    await clock.advance(12_000);
    assert.deepEqual(await startedWith(house), [["newer"]]);
  });

  it("debounces each value of its key by itself", async () => {
    const house = await started({ pay: { debounce: { period: "10s", key: "event.data.n" } } });
    await send(house, 1);
    await send(house, 2);
    await house.clock.advance(12_000);
    assert.deepEqual(new Set((await startedWith(house)).flat()), new Set([1, 2]));
  });

  it("starts nothing twice for an id that the sender chose", async () => {
    const house = await started({ pay: DEBOUNCED });
    for (const n of [1, 2]) {
      await send(house, n, { id: "o-1" });
      await house.clock.advance(12_000);
    }
    assert.deepEqual(await startedWith(house), [[1]]);
  });

  it("takes the events that their rate limit lets pass, and is not limited again when it starts", async () => {
    const house = await started({ pay: { ...DEBOUNCED, rateLimit: { limit: 1, period: "11s" } } });
    await send(house, 1);
    await house.clock.advance(1000);
    await send(house, 2);
    await house.clock.advance(11_000);
    await send(house, 3);
    await house.clock.advance(12_000);
    assert.deepEqual(await startedWith(house), [[1], [3]]);
  });

  it("drops what was gathered for a function that is gone", async () => {
    const house = await started({ pay: DEBOUNCED, mail: {} });
    await send(house, 1);
    await house.register({ mail: {} });
    await house.clock.advance(30_000);
    assert.equal((await house.runsOf("pay")).length, 0);
    const { gatherings } = await house.store.schedules.due({ now: house.clock.now(), limit: 10 });
    assert.deepEqual(gatherings, []);
  });

  it("goes on after a downtime with what was due meanwhile", async () => {
    const house = await openHouse({ pay: DEBOUNCED });
    await send(house, 1);
    await house.clock.advance(3_600_000);
    house.ingest.start();
    await house.clock.advance(1000);
    assert.deepEqual(await startedWith(house), [[1]]);
  });

  it("starts nothing once it is stopped", async () => {
    const house = await started({ pay: DEBOUNCED });
    await send(house, 1);
    house.ingest.stop();
    await house.clock.advance(60_000);
    assert.deepEqual(await startedWith(house), []);
  });
});

describe("clockwork: batches", () => {
  it("starts a run when the batch is full, and the next event begins another", async () => {
    const house = await started({ pay: BATCHED });
    for (const n of [1, 2, 3, 4]) await send(house, n);
    await house.clock.advance(1000);
    assert.deepEqual(await startedWith(house), [[1, 2, 3]]);
    const [run] = await house.runsOf("pay");
    assert.match(run?.batchId ?? "", /^[0-9A-Z]{26}$/);
  });

  it("starts a run of what there is when its time is over, of one event too", async () => {
    const house = await started({ pay: BATCHED });
    await send(house, 1);
    await house.clock.advance(59_000);
    assert.deepEqual(await startedWith(house), []);
    await house.clock.advance(2000);
    assert.deepEqual(await startedWith(house), [[1]]);
    assert.notEqual((await house.runsOf("pay"))[0]?.batchId, null);
  });

  it("keeps an event once that was sent twice under one id", async () => {
    const house = await started({ pay: BATCHED });
    for (const n of [1, 2]) await send(house, n, { id: "o-1" });
    await send(house, 3);
    await house.clock.advance(61_000);
    assert.deepEqual(await startedWith(house), [[1, 3]]);
  });

  it("batches each value of its key by itself, and lets events run alone that its condition leaves out", async () => {
    const house = await started({
      pay: { batchEvents: { maxSize: 2, timeout: "60s", key: "event.data.k", if: "event.data.n > 0" } },
    });
    const entry = (k: string, n: number): Promise<unknown> =>
      house.ingest.accept({ name: "order/placed", data: { k, n } }, undefined);
    await entry("a", 0);
    assert.deepEqual(await startedWith(house), [[0]]);
    assert.equal((await house.runsOf("pay"))[0]?.batchId, null);
    await house.clock.advance(1);
    await entry("a", 1);
    await entry("b", 2);
    await entry("a", 3);
    await house.clock.advance(1000);
    assert.deepEqual(await startedWith(house), [[0], [1, 3]]);
  });
});
