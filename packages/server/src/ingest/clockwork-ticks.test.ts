import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { House } from "./testing/house.ts";
import { openHouse } from "./testing/house.ts";

/** Half a minute past twelve. */
const NOON = Date.UTC(2026, 0, 5, 12, 0, 30);
const MINUTE = 60_000;
const often = (fields: object = {}): object => ({ triggers: [{ cron: "*/5 * * * *", ...fields }] });

async function ticking(functions: Record<string, object>, options: object = {}): Promise<House> {
  const house = await openHouse(functions, { startAt: NOON, ...options });
  house.ingest.start();
  return house;
}

/** The instants that runs of `pay` were started for, as `HH:MM`. */
async function instants(house: House): Promise<string[]> {
  const runs = await house.runsOf("pay");
  const events = await Promise.all(runs.map(({ id }) => house.eventsOf(id)));
  return events.flat().map(({ data }) => String(data["scheduledAt"]).slice(11, 16));
}

describe("clockwork: cron ticks", () => {
  it("starts a run at each occurrence, with an event that says which", async () => {
    const house = await ticking({ pay: often() });
    await house.clock.advance(4 * MINUTE);
    assert.deepEqual(await instants(house), []);
    await house.clock.advance(MINUTE);
    assert.deepEqual(await instants(house), ["12:05"]);
    const [run] = await house.runsOf("pay");
    assert.ok(run);
    const [event] = await house.eventsOf(run.id);
    assert.deepEqual(
      { ...event, ts: 0 },
      {
        data: {
          cron: "*/5 * * * *",
          fireAt: "2026-01-05T12:05:00.000Z",
          scheduledAt: "2026-01-05T12:05:00.000Z",
        },
        id: "2026-01-05T12:05:00.000Z",
        name: "inngest/scheduled.timer",
        ts: 0,
        user: {},
      },
    );
    assert.equal(house.offered.length, 1);
    await house.clock.advance(10 * MINUTE);
    assert.deepEqual(await instants(house), ["12:05", "12:10", "12:15"]);
  });

  it("starts only the function whose tick it is, and those that ask for such events", async () => {
    const house = await ticking({
      pay: often(),
      other: { triggers: [{ cron: "3-59/5 * * * *" }] },
      all: { triggers: [{ event: "inngest/scheduled.timer" }] },
    });
    await house.clock.advance(5 * MINUTE);
    assert.deepEqual(
      await Promise.all(["pay", "other", "all"].map(async (id) => (await house.runsOf(id)).length)),
      [1, 1, 2],
    );
  });

  it("starts a function once at an instant, even if it asks for all such events too", async () => {
    const both = { triggers: [{ cron: "*/5 * * * *" }, { event: "inngest/scheduled.timer" }] };
    const house = await ticking({ pay: both });
    await house.clock.advance(5 * MINUTE);
    assert.deepEqual(await instants(house), ["12:05"]);
  });

  it("delays an occurrence by its jitter, and counts the next one from the instant itself", async () => {
    const house = await ticking({ pay: often({ jitter: "2m" }) });
    const { ticks } = await house.store.schedules.due({ now: NOON + 9 * MINUTE, limit: 10 });
    const [tick] = ticks;
    assert.ok(tick);
    const jitterMs = tick.dueAt - tick.scheduledAt;
    assert.ok(jitterMs >= 1000 && jitterMs <= 2 * MINUTE, String(jitterMs));
    await house.clock.advance(tick.dueAt - NOON - 1);
    assert.deepEqual(await instants(house), []);
    await house.clock.advance(1);
    assert.deepEqual(await instants(house), ["12:05"]);
    await house.clock.advance(NOON + 12 * MINUTE - house.clock.now());
    assert.deepEqual(await instants(house), ["12:05", "12:10"]);
  });

  it("runs what is less than a minute late, and leaves out what a downtime missed", async () => {
    const late = await openHouse({ pay: often() }, { startAt: NOON });
    await late.clock.advance(5 * MINUTE);
    late.ingest.start();
    await late.clock.advance(1000);
    assert.deepEqual(await instants(late), ["12:05"]);
    const missed = await openHouse({ pay: often() }, { startAt: NOON });
    await missed.clock.advance(247 * MINUTE);
    missed.ingest.start();
    await missed.clock.advance(3 * MINUTE);
    assert.deepEqual(await instants(missed), ["16:10"]);
  });

  it("makes good the latest occurrences that a downtime missed, as many as it may", async () => {
    const house = await openHouse({ pay: often() }, { startAt: NOON, cronCatchUpMax: 2 });
    await house.clock.advance(247 * MINUTE);
    house.ingest.start();
    await house.clock.advance(1000);
    assert.deepEqual((await instants(house)).toSorted(), ["16:00", "16:05"]);
    await house.clock.advance(5 * MINUTE);
    assert.equal((await instants(house)).length, 3);
  });

  it("skips the ticks of a paused function, and goes on once it is resumed", async () => {
    const house = await ticking({ pay: often() });
    await house.queue.pause(house.definition("pay").id);
    await house.clock.advance(5 * MINUTE);
    await house.queue.resume(house.definition("pay").id);
    await house.clock.advance(5 * MINUTE);
    const runs = await house.runsOf("pay");
    assert.deepEqual(
      runs.map(({ status }) => status),
      ["Skipped", "Scheduled"],
    );
    assert.equal(house.offered.length, 1);
  });

  it("ends with the registration that drops it, and begins anew with a changed one", async () => {
    const house = await ticking({ pay: often() });
    await house.register({ pay: { triggers: [{ cron: "3-59/5 * * * *" }] } });
    await house.clock.advance(5 * MINUTE);
    assert.deepEqual(await instants(house), ["12:03"]);
    await house.register({ pay: { triggers: [{ event: "a" }] } });
    await house.clock.advance(10 * MINUTE);
    assert.deepEqual(await instants(house), ["12:03"]);
  });

  it("cannot be taken the place of by an event whose id names the instant", async () => {
    const both = { triggers: [{ cron: "*/5 * * * *" }, { event: "order/placed" }] };
    const house = await ticking({ pay: both });
    const at = Date.UTC(2026, 0, 5, 12, 5);
    for (const id of [`cron:*/5 * * * *:${at}`, `*/5 * * * *:${at}`]) {
      await house.ingest.accept({ name: "order/placed", id }, undefined);
    }
    await house.clock.advance(5 * MINUTE);
    assert.equal((await house.runsOf("pay")).length, 3);
  });
});
