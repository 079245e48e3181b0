import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TraceSpan } from "@holdfast/client";
import type { RunId } from "@holdfast/protocol";
import { clientOf, runsOf } from "../kit/run-of.ts";
import type { RawFunction } from "../kit/raw-app.ts";
import { sdkAnswer } from "../kit/raw-app.ts";
import { sdkOf } from "../kit/test-app.ts";
import type { Stage } from "../kit/stage.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const { RetryAfterError } = sdkOf("v4");

/** Delays by the attempt that failed, as the rule's table has them; the last holds for all that follow. */
const TABLE_MS = [
  15 * SECOND_MS,
  30 * SECOND_MS,
  1 * MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  20 * MINUTE_MS,
  40 * MINUTE_MS,
  1 * HOUR_MS,
  2 * HOUR_MS,
  2 * HOUR_MS,
  2 * HOUR_MS,
];
const JITTER_MS = 30 * SECOND_MS;

/** How long after each failed attempt the next one is due, so far. */
async function delaysOf(stage: Stage, run: RunId): Promise<readonly number[]> {
  const attempts: TraceSpan[] = [];
  const gather = (span: TraceSpan): void => {
    // A span above them shows when it goes on, and has not ended.
    if (span.retryAt !== undefined && span.endedAt !== undefined) attempts.push(span);
    for (const child of span.children ?? []) gather(child);
  };
  gather(await clientOf(stage.server).trace(run));
  return attempts.map(({ retryAt, endedAt }) => Date.parse(retryAt ?? "") - Date.parse(endedAt ?? ""));
}

function failing(id: string, retries: number, headers: Readonly<Record<string, string>> = {}): RawFunction {
  return { id, retries, answer: () => sdkAnswer(500, { name: "Error", message: "again" }, headers) };
}

/** The delay after the first failure of a function that answers like this. */
async function firstDelay(stage: Stage, id: string): Promise<number> {
  const [run] = await runsOf(stage.server, await stage.send(id));
  assert.ok(run);
  return until("the first attempt failed", async () => (await delaysOf(stage, run.run_id))[0]);
}

describe("10.3: the table of delays", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev", retryIntervalMs: null });

  it("10.3 the delay goes by the attempt that failed: 15 s, 30 s, 1 m, … 2 h, and up to 30 s of chance beside", async () => {
    await using app = await stage.rawApp([failing("table", TABLE_MS.length)]);
    const client = clientOf(stage.server);
    const [run] = await runsOf(stage.server, await stage.send("table"));
    assert.ok(run);
    for (const [attempt, baseMs] of TABLE_MS.entries()) {
      const delays = await until(`attempt ${attempt} failed`, async () => {
        const found = await delaysOf(stage, run.run_id);
        return found.length > attempt && found;
      });
      const delay = delays[attempt] ?? 0;
      assert.ok(delay >= baseMs && delay <= baseMs + JITTER_MS, `${delay} ms after attempt ${attempt}`);
      assert.equal(app.calls("table").length, attempt + 1);
      await client.advanceClock(baseMs + JITTER_MS);
    }
    await until(
      "the last attempt failed too",
      async () => (await client.run(run.run_id)).status === "Failed",
    );
    assert.equal(app.calls("table").length, TABLE_MS.length + 1);
  });
});

describe("10.3: chance, and what an app asks for", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev", retryIntervalMs: null });

  it("10.3 chance is spread over 30 s: of twenty first delays not all are alike", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `chance-${index}`);
    await using app = await stage.rawApp(ids.map((id) => failing(id, 1)));
    const delays = await Promise.all(ids.map((id) => firstDelay(stage, id)));
    for (const delay of delays) assert.ok(delay >= 15 * SECOND_MS && delay <= 45 * SECOND_MS, `${delay} ms`);
    assert.ok(Math.max(...delays) - Math.min(...delays) > 3 * SECOND_MS, delays.join(", "));
    assert.equal(app.calls("chance-0").length, 1);
  });

  it("10.3 Retry-After is taken for seconds or for a date, and has no chance beside", async () => {
    await using app = await stage.rawApp([
      failing("asks-seconds", 1, { "retry-after": "120" }),
      failing("asks-date", 1, { "retry-after": new Date(Date.now() + 5 * MINUTE_MS).toUTCString() }),
    ]);
    assertNear(await firstDelay(stage, "asks-seconds"), 120 * SECOND_MS);
    assertNear(await firstDelay(stage, "asks-date"), 5 * MINUTE_MS);
    assert.equal(app.calls("asks-date").length, 1);
  });

  it("10.3 Retry-After is kept between 1 s and 24 h", async () => {
    await using app = await stage.rawApp([
      failing("asks-no-time", 1, { "retry-after": "0" }),
      failing("asks-past", 1, { "retry-after": new Date(Date.now() - HOUR_MS).toISOString() }),
      failing("asks-days", 1, { "retry-after": new Date(Date.now() + 48 * HOUR_MS).toISOString() }),
      failing("asks-many-seconds", 1, { "retry-after": "9999999" }),
    ]);
    assert.equal(await firstDelay(stage, "asks-no-time"), SECOND_MS);
    assert.equal(await firstDelay(stage, "asks-past"), SECOND_MS);
    assertNear(await firstDelay(stage, "asks-days"), 24 * HOUR_MS);
    assertNear(await firstDelay(stage, "asks-many-seconds"), 24 * HOUR_MS);
    assert.ok(app.calls("asks-days").length === 1);
  });

  it("10.3 RetryAfterError of the client is such a wish, from a step as from the function", async () => {
    await using app = await stage.app([
      {
        id: "wish-function",
        handler: () => {
          throw new RetryAfterError("later", "10m");
        },
      },
      {
        id: "wish-step",
        handler: ({ step }) =>
          step.run("wish", () => {
            throw new RetryAfterError("later", "20m");
          }),
      },
    ]);
    assertNear(await firstDelay(stage, "wish-function"), 10 * MINUTE_MS);
    assertNear(await firstDelay(stage, "wish-step"), 20 * MINUTE_MS);
    assert.equal(app.calls("wish-step").length, 1);
  });
});

describe("10.3: a flat interval", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev", retryIntervalMs: 50 });

  it("10.3 --retry-interval replaces every delay of the table", async () => {
    await using app = await stage.rawApp([failing("flat", 4)]);
    const run = await stage.run("flat");
    assert.equal(run.status, "Failed");
    assert.deepEqual(await delaysOf(stage, run.run_id), [50, 50, 50, 50]);
    assert.equal(app.calls("flat").length, 5);
  });

  it("10.3 Retry-After goes before the flat interval too", async () => {
    await using app = await stage.rawApp([
      {
        id: "flat-asked",
        retries: 1,
        answer: ({ body }) =>
          body.ctx.attempt === 0
            ? sdkAnswer(500, { name: "Error", message: "later" }, { "retry-after": "2" })
            : sdkAnswer(200, "done"),
      },
    ]);
    assertCompleted(await stage.run("flat-asked"), "done");
    const [first, second] = app.calls("flat-asked");
    assert.ok(Number(second?.at) - Number(first?.at) >= 2 * SECOND_MS);
  });
});

/** As long as that, less the time from the wish to the decision: it counts from when it was made, or read. */
function assertNear(actualMs: number, expectedMs: number): void {
  assert.ok(
    actualMs > expectedMs - 20 * SECOND_MS && actualMs <= expectedMs,
    `${actualMs} ms, not about ${expectedMs} ms`,
  );
}
