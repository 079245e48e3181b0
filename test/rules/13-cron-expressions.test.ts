import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns, functionRuns } from "../kit/function-runs.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { sharedStage, stageOn } from "../kit/stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import type { VirtualClock } from "../kit/virtual-clock.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, virtualClockOf } from "../kit/virtual-clock.ts";

/** A function that returns for which instant it was started. */
function scheduled(id: string, cron: string): FunctionSpec {
  return {
    id,
    triggers: [{ cron }],
    handler: ({ event }) => ({ at: event.data["scheduledAt"] }),
  };
}

const iso = (at: number): string => new Date(at).toISOString();

/** The first days from `from` on that fit, at an hour of the day in UTC. */
function daysThat(
  from: number,
  hour: number,
  count: number,
  fits: (day: Date) => boolean,
): readonly number[] {
  const found: number[] = [];
  const midnight = from - (from % DAY_MS);
  for (let day = midnight; found.length < count; day += DAY_MS) {
    const at = day + hour * HOUR_MS;
    if (at > from && fits(new Date(at))) found.push(at);
  }
  return found;
}

describe("cron expressions", { timeout: 120_000 }, () => {
  const stage = sharedStage();

  /** What the server says to a function with this trigger: 200, or why not. */
  async function answerTo(cron: string): Promise<string> {
    await using app = await stage.app([scheduled("asked", cron)], { register: "none" });
    const { message, status } = await app.put();
    return status === 200 ? "200" : `${status} ${message}`;
  }

  /** A server of its own for one test: what ticks goes on ticking. */
  async function timed(
    test: (clock: VirtualClock, own: ReturnType<typeof stageOn>, server: TestServer) => Promise<void>,
  ): Promise<void> {
    await using server = await startTestServer({ mode: "dev" });
    await test(
      virtualClockOf(() => server),
      stageOn(() => server),
      server,
    );
  }

  it("13.2 an expression has five fields: minute, hour, day of month, month, weekday", async () => {
    assert.equal(await answerTo("30 9 1 6 MON"), "200");
    for (const cron of ["* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 32 * *"]) {
      assert.match(await answerTo(cron), /^400 .*At least one function is invalid/, cron);
    }
  });

  it("13.2 descriptors are rejected at registration", async () => {
    for (const cron of ["@daily", "@hourly", "@every 5m", "TZ=Asia/Tokyo @daily"])
      assert.match(await answerTo(cron), /^400 .*At least one function is invalid.*descriptors/, cron);
  });

  it("13.2 a prefix TZ= or CRON_TZ= names the zone, otherwise it is UTC", async () => {
    assert.match(await answerTo("TZ=Nowhere/Atlantis 0 9 * * *"), /^400 .*Nowhere\/Atlantis/);
    await timed(async (clock, own) => {
      await using app = await own.app([
        scheduled("utc", "0 9 * * *"),
        scheduled("tokyo", "TZ=Asia/Tokyo 0 9 * * *"),
        scheduled("kolkata", "CRON_TZ=Asia/Kolkata 0 9 * * *"),
      ]);
      const now = await clock.now();
      const [utc = 0] = daysThat(now, 9, 1, () => true);
      const [tokyo = 0] = daysThat(now, 0, 1, () => true);
      const [kolkata = 0] = daysThat(now, 3.5, 1, () => true);
      const wanted = [
        ["utc", utc],
        ["tokyo", tokyo],
        ["kolkata", kolkata],
      ] as const;
      for (const [id, at] of wanted.toSorted(([, left], [, right]) => left - right)) {
        await clock.leapTo(at);
        const [run] = await completedRuns(app, id, 1);
        assert.deepEqual(run?.output, { at: iso(at) }, id);
      }
    });
  });

  it("13.2 day of month or weekday suffices when both are restricted, and counts alone otherwise", async () => {
    await timed(async (clock, own) => {
      await using app = await own.app([
        scheduled("either", "0 12 13 * FRI"),
        scheduled("weekday", "0 12 * * FRI"),
        scheduled("day", "0 12 13 * *"),
      ]);
      const isFriday = (day: Date): boolean => day.getUTCDay() === 5;
      const isThirteenth = (day: Date): boolean => day.getUTCDate() === 13;
      const either = daysThat(await clock.now(), 12, 10, (day) => isFriday(day) || isThirteenth(day));
      assert.ok(either.some((at) => isThirteenth(new Date(at)) && !isFriday(new Date(at))));
      for (const [index, at] of either.entries()) {
        await clock.leapTo(at);
        await completedRuns(app, "either", index + 1);
      }
      const instants = async (id: string, count: number): Promise<readonly unknown[]> =>
        (await completedRuns(app, id, count)).map(({ output }) => output?.["at"]);
      assert.deepEqual(await instants("either", either.length), either.map(iso));
      const fridays = either.filter((at) => isFriday(new Date(at)));
      assert.deepEqual(await instants("weekday", fridays.length), fridays.map(iso));
      const thirteenths = either.filter((at) => isThirteenth(new Date(at)));
      assert.deepEqual(await instants("day", thirteenths.length), thirteenths.map(iso));
    });
  });

  it("13.2 an occurrence inside a skipped hour does not run", async () => {
    await timed(async (clock, own) => {
      await using app = await own.app([
        scheduled("night", "TZ=Europe/Berlin 30 2 * * *"),
        scheduled("anchor", "0,30 * * * *"),
      ]);
      // Clocks of Berlin go from 02:00 to 03:00 on the last Sunday of March, at 01:00 UTC.
      const now = await clock.now();
      const march = (year: number): number => {
        const last = Date.UTC(year, 2, 31);
        return last - new Date(last).getUTCDay() * DAY_MS;
      };
      const year = new Date(now).getUTCFullYear();
      const change = march(year) - 3 * DAY_MS > now ? march(year) : march(year + 1);
      const before = change - DAY_MS + 90 * MINUTE_MS;
      const after = change + DAY_MS + 30 * MINUTE_MS;
      const looks = [before, change + 30 * MINUTE_MS, change + HOUR_MS, change + 90 * MINUTE_MS, after];
      for (const at of looks) {
        await clock.leapTo(at);
        await completedRuns(app, "anchor", looks.indexOf(at) + 1);
      }
      const runs = await completedRuns(app, "night", 2);
      assert.deepEqual(
        runs.map(({ output }) => output?.["at"]),
        [iso(before), iso(after)],
      );
    });
  });

  it("13.2 an expression that does not occur in 5 years never runs", async () => {
    await timed(async (clock, own) => {
      await using app = await own.app([scheduled("never", "0 0 30 2 *"), scheduled("anchor", "0 0 * 2,3 *")]);
      const now = await clock.now();
      const year = new Date(now).getUTCFullYear();
      const first = Date.UTC(year, 2, 1) > now + DAY_MS ? year : year + 1;
      for (const [index, at] of [
        Date.UTC(first, 2, 1),
        Date.UTC(first, 2, 2),
        Date.UTC(first + 1, 2, 2),
      ].entries()) {
        await clock.leapTo(at);
        await completedRuns(app, "anchor", index + 1);
      }
      assert.deepEqual(await functionRuns(app, "never"), []);
    });
  });
});
