import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns } from "../kit/function-runs.ts";
import { createGauge } from "../kit/gauge.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";

const MINUTE_MS = 60_000;

/** A run that is sent while its function is busy, and the minutes that pass before the next one. */
interface Sent {
  readonly name: string;
  readonly priority: unknown;
  readonly minutesAfter?: number;
}

describe("priority", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  /** The order in which runs go that wait for one place. */
  async function orderOf(id: string, sent: readonly Sent[]): Promise<readonly string[]> {
    const gauge = createGauge();
    await using app = await stage.app([
      {
        id,
        options: { concurrency: 1, priority: { run: "event.data.priority" } },
        handler: ({ event }) => gauge.hold(String(event.data["name"])),
      },
    ]);
    await stage.send(id, { name: "first", priority: 0 });
    await until("the first run is inside", () => gauge.inside === 1);
    for (const { minutesAfter = 0, ...data } of sent) {
      await stage.send(id, data);
      await clientOf(stage.server).advanceClock(minutesAfter * MINUTE_MS);
    }
    gauge.open();
    await completedRuns(app, id, sent.length + 1);
    return gauge.entered.slice(1);
  }

  it("14.6 a positive priority goes ahead of runs enqueued up to so many seconds earlier, and of no others", async () => {
    const order = await orderOf("ahead", [
      { name: "an hour before", priority: 0, minutesAfter: 60 },
      { name: "ten minutes before", priority: 0, minutesAfter: 10 },
      { name: "half an hour ahead", priority: 1800 },
    ]);
    assert.deepEqual(order, ["an hour before", "half an hour ahead", "ten minutes before"]);
  });

  it("14.6 a negative priority stays behind runs enqueued up to so many seconds later", async () => {
    const order = await orderOf("behind", [
      { name: "half an hour behind", priority: -1800, minutesAfter: 10 },
      { name: "ten minutes later", priority: 0, minutesAfter: 50 },
      { name: "an hour later", priority: 0 },
    ]);
    assert.deepEqual(order, ["ten minutes later", "half an hour behind", "an hour later"]);
  });

  it("14.6 a priority is at most 43200 seconds", async () => {
    const order = await orderOf("clamped", [
      { name: "13 hours before", priority: 0, minutesAfter: 120 },
      { name: "11 hours before", priority: 0, minutesAfter: 660 },
      { name: "most urgent", priority: 1_000_000_000 },
    ]);
    assert.deepEqual(order, ["13 hours before", "most urgent", "11 hours before"]);
  });

  it("14.6 a priority is at least -43200 seconds", async () => {
    const order = await orderOf("clamped-below", [
      { name: "least urgent", priority: -1_000_000_000, minutesAfter: 660 },
      { name: "11 hours later", priority: 0, minutesAfter: 120 },
      { name: "13 hours later", priority: 0 },
    ]);
    assert.deepEqual(order, ["11 hours later", "least urgent", "13 hours later"]);
  });

  it("14.6 runs of equal priority keep their order, and what is no integer is no priority", async () => {
    const order = await orderOf("equal", [
      { name: "a", priority: 600 },
      { name: "b", priority: "600" },
      { name: "c", priority: null },
      { name: "d", priority: 600 },
      { name: "e", priority: 0 },
    ]);
    assert.deepEqual(order, ["a", "d", "b", "c", "e"]);
  });
});
