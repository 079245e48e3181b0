import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns, functionRuns } from "../kit/function-runs.ts";
import type { EventPayload, FunctionSpec } from "../kit/function-spec.ts";
import { createGauge } from "../kit/gauge.ts";
import { clientOf } from "../kit/run-of.ts";
import type { Stage } from "../kit/stage.ts";
import { stageOn } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import type { VirtualClock } from "../kit/virtual-clock.ts";
import { HOUR_MS, MINUTE_MS, virtualClockOf } from "../kit/virtual-clock.ts";

const HOURLY = "0 * * * *";
const iso = (at: number): string => new Date(at).toISOString();

/** A function that returns for which instant it was started. */
function scheduled(id: string, cron: string, jitter?: string): FunctionSpec {
  return {
    id,
    triggers: [{ cron, ...(jitter === undefined ? {} : { jitter }) }],
    handler: ({ event }) => ({ at: event.data["scheduledAt"] }),
  };
}

interface House extends AsyncDisposable {
  readonly stage: Stage;
  readonly clock: VirtualClock;
  /** The next full hour, with time enough before it for what a test prepares. */
  readonly hour: number;
}

/** A server of its own for one test: what ticks goes on ticking. */
async function openHouse(): Promise<House> {
  const server = await startTestServer({ mode: "dev" });
  const clock = virtualClockOf(() => server);
  const toHour = async (): Promise<number> => HOUR_MS - ((await clock.now()) % HOUR_MS);
  // Before anything is registered: an hour that passes meanwhile would be a tick of its own.
  if ((await toHour()) < 10 * MINUTE_MS) await clock.advance((await toHour()) + MINUTE_MS);
  return {
    stage: stageOn(() => server),
    clock,
    hour: Math.ceil((await clock.now()) / HOUR_MS) * HOUR_MS,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function instantsOf(app: TestApp, functionId: string, count: number): Promise<readonly unknown[]> {
  return (await completedRuns(app, functionId, count)).map(({ output }) => output?.["at"]);
}

describe("cron ticks", { timeout: 120_000, concurrency: 4 }, () => {
  it("13.2 the event of a tick is inngest/scheduled.timer, with the instant, the time it fired and the expression", async () => {
    await using house = await openHouse();
    const seen: EventPayload[] = [];
    await using app = await house.stage.app([
      { id: "told", triggers: [{ cron: HOURLY }], handler: ({ event }) => void seen.push(event) },
    ]);
    await house.clock.leapTo(house.hour);
    const [run] = await completedRuns(app, "told", 1);
    const [event] = seen;
    assert.equal(event?.name, "inngest/scheduled.timer");
    assert.equal(event.id, iso(house.hour));
    const { cron, fireAt, scheduledAt, ...others } = event.data ?? {};
    assert.deepEqual([cron, scheduledAt, others], [HOURLY, iso(house.hour), {}]);
    assert.equal(fireAt, iso(event.ts ?? 0));
    assert.ok((event.ts ?? 0) >= house.hour && (event.ts ?? 0) < house.hour + MINUTE_MS);
    assert.equal(run?.trigger.cronSchedule, HOURLY);
  });

  it("13.2 the next occurrence follows the scheduled instant, whenever the run before it ends", async () => {
    await using house = await openHouse();
    const gauge = createGauge();
    await using app = await house.stage.app([
      {
        id: "slow",
        triggers: [{ cron: HOURLY }],
        handler: async ({ event }) => {
          await gauge.hold();
          return { at: event.data["scheduledAt"] };
        },
      },
    ]);
    for (const tick of [0, 1, 2]) {
      await house.clock.leapTo(house.hour + tick * HOUR_MS);
      await until(`${tick + 1} runs go on`, () => gauge.inside === tick + 1);
    }
    gauge.open();
    const instants = await instantsOf(app, "slow", 3);
    assert.deepEqual(
      instants,
      [0, 1, 2].map((tick) => iso(house.hour + tick * HOUR_MS)),
    );
  });

  it("13.2 a sync that changes the expression ends the old chain and starts the new, with the function's new version", async () => {
    await using house = await openHouse();
    await using first = await house.stage.app([scheduled("changed", HOURLY)], { id: "changing" });
    await house.clock.leapTo(house.hour);
    assert.deepEqual(await instantsOf(first, "changed", 1), [iso(house.hour)]);
    await using second = await house.stage.app(
      [scheduled("changed", "30 * * * *"), scheduled("anchor", HOURLY)],
      { id: "changing" },
    );
    await house.clock.leapTo(house.hour + HOUR_MS / 2);
    const [old, run] = await completedRuns(second, "changed", 2);
    assert.deepEqual(run?.output, { at: iso(house.hour + HOUR_MS / 2) });
    assert.equal(run.trigger.cronSchedule, "30 * * * *");
    const client = clientOf(house.stage.server);
    const versions = await Promise.all([old, run].map((each) => client.run(each?.id ?? run.id)));
    assert.deepEqual(
      versions.map(({ function_version: version }) => version),
      [1, 2],
    );
    await house.clock.leapTo(house.hour + HOUR_MS);
    await completedRuns(second, "anchor", 1);
    assert.equal((await functionRuns(second, "changed")).length, 2);
  });

  it("13.2 a sync that removes the expression, or the function, ends its chain", async () => {
    await using house = await openHouse();
    await using first = await house.stage.app([scheduled("kept", HOURLY), scheduled("gone", HOURLY)], {
      id: "removing",
    });
    await house.clock.leapTo(house.hour);
    await instantsOf(first, "kept", 1);
    await instantsOf(first, "gone", 1);
    await using second = await house.stage.app(
      [{ id: "kept", handler: () => null }, scheduled("anchor", HOURLY)],
      { id: "removing" },
    );
    await house.clock.leapTo(house.hour + HOUR_MS);
    await completedRuns(second, "anchor", 1);
    assert.equal((await functionRuns(second, "kept")).length, 1);
    assert.equal(first.calls("gone").length, 1);
  });

  it("13.2 a function runs once for each instant, though it was synced again and time went back meanwhile", async () => {
    await using house = await openHouse();
    const server = house.stage.server;
    await using app = await house.stage.app([scheduled("once", HOURLY)], { id: "repeated" });
    await using again = await house.stage.app([{ ...scheduled("once", HOURLY), options: { retries: 1 } }], {
      id: "repeated",
    });
    await house.clock.leapTo(house.hour);
    assert.deepEqual(await instantsOf(again, "once", 1), [iso(house.hour)]);
    // The clock of a development server begins anew with the process.
    await server.stop();
    await server.start();
    await house.clock.leapTo(house.hour);
    await using anchored = await house.stage.app(
      [
        { ...scheduled("once", HOURLY), options: { retries: 2 } },
        { id: "witness", handler: () => "the server goes on" },
      ],
      { id: "repeated" },
    );
    await house.stage.run("witness");
    assert.equal((await functionRuns(anchored, "once")).length, 1);
    await house.clock.leapTo(house.hour + HOUR_MS);
    assert.deepEqual(await instantsOf(anchored, "once", 2), [iso(house.hour), iso(house.hour + HOUR_MS)]);
    assert.equal(app.calls("once").length, 0);
  });

  it("13.2 a paused function skips its ticks, and they are not made good", async () => {
    await using house = await openHouse();
    await using app = await house.stage.app([scheduled("paused", HOURLY), scheduled("anchor", HOURLY)]);
    const client = clientOf(house.stage.server);
    await client.pauseFunction(app.id, "paused");
    await house.clock.leapTo(house.hour);
    await completedRuns(app, "anchor", 1);
    await client.resumeFunction(app.id, "paused");
    await house.clock.leapTo(house.hour + HOUR_MS);
    await completedRuns(app, "anchor", 2);
    assert.deepEqual(await instantsOf(app, "paused", 1), [iso(house.hour + HOUR_MS)]);
    assert.equal(app.calls("paused").length, 1);
  });

  it("13.2 missed ticks are not replayed", async () => {
    await using house = await openHouse();
    await using app = await house.stage.app([scheduled("missed", HOURLY), scheduled("anchor", "30 * * * *")]);
    await house.clock.leapTo(house.hour + 5 * HOUR_MS + HOUR_MS / 2);
    await completedRuns(app, "anchor", 1);
    await house.clock.leapTo(house.hour + 6 * HOUR_MS);
    assert.deepEqual(await instantsOf(app, "missed", 1), [iso(house.hour + 6 * HOUR_MS)]);
    assert.equal((await functionRuns(app, "missed")).length, 1);
  });

  it("13.2 jitter is from 1 second to 5 minutes", async () => {
    await using house = await openHouse();
    const answerTo = async (jitter: string): Promise<number> => {
      await using app = await house.stage.app([scheduled("asked", HOURLY, jitter)], { register: "none" });
      return (await app.put()).status;
    };
    const answers = await Promise.all(["1s", "5m", "500ms", "301s", "soon"].map(answerTo));
    assert.deepEqual(answers, [200, 200, 400, 400, 400]);
  });

  it("13.2 with jitter an occurrence starts later, by the same time for the same function and instant", async () => {
    // Two servers, so that one instant comes twice for one function; their time moves in steps of this length.
    const stepMs = 2000;
    const houses = await Promise.all([openHouse(), openHouse()]);
    const hour = Math.max(...houses.map((house) => house.hour));
    const delays = await Promise.all(
      houses.map(async ({ clock, stage }) => {
        await using app = await stage.app(
          [
            scheduled("shifted", HOURLY, "40s"),
            scheduled("anchor", HOURLY),
            { id: "witness", handler: () => null },
          ],
          { id: "jittered" },
        );
        await clock.leapTo(hour);
        await completedRuns(app, "anchor", 1);
        for (let steps = 0; steps <= 21; steps += 1) {
          await stage.run("witness");
          const [run] = await functionRuns(app, "shifted");
          if (run !== undefined) {
            assert.ok(Date.parse(run.queuedAt) >= hour + 1000, run.queuedAt);
            return steps;
          }
          await clock.advance(stepMs);
        }
        return assert.fail("40 seconds were over, and the occurrence had not started");
      }),
    );
    await Promise.all(houses.map((house) => house[Symbol.asyncDispose]()));
    const [one = 0, other = 0] = delays;
    // The machine's own time passes too, so a step may come a little earlier in one of them.
    assert.ok(Math.abs(one - other) <= 2, `${one} and ${other} steps of ${stepMs} ms`);
  });

  it("13.2 removing jitter applies to the occurrence that is pending", async () => {
    await using house = await openHouse();
    await using first = await house.stage.app([scheduled("eager", HOURLY, "5m")], { id: "eager" });
    await house.clock.leapTo(house.hour - MINUTE_MS);
    await using second = await house.stage.app([scheduled("eager", HOURLY)], { id: "eager" });
    await house.clock.leapTo(house.hour);
    const [run] = await completedRuns(second, "eager", 1);
    assert.deepEqual(run?.output, { at: iso(house.hour) });
    assert.ok(Date.parse(run.queuedAt) - house.hour < MINUTE_MS, run.queuedAt);
    assert.equal(first.calls("eager").length, 0);
  });
});
