import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns, functionRuns, runsThat } from "../kit/function-runs.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import type { Gauge } from "../kit/gauge.ts";
import { createGauge } from "../kit/gauge.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";

/** A function of one run at a time, whose calls stay in the gauge until it opens. */
function only(gauge: Gauge, id: string, singleton: Readonly<Record<string, string>>): FunctionSpec {
  return {
    id,
    options: { singleton },
    handler: ({ event }) => gauge.hold(String(event.data["key"])),
  };
}

describe("singleton", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("14.8 skip: while a run is unfinished the next is recorded as skipped, with the id of the one that blocks it", async () => {
    const gauge = createGauge();
    await using app = await stage.app([only(gauge, "skipping", { mode: "skip" })]);
    await stage.send("skipping");
    await until("the first run goes on", () => gauge.inside === 1);
    const blocked = await stage.send("skipping");
    const [first, second] = await runsThat(app, "skipping", 2, () => true);
    assert.deepEqual(second?.trigger.eventIds, [blocked]);
    assert.deepEqual([second?.isSkipped, second?.reason], [true, "Singleton"]);
    assert.equal(second?.blockedBy, first?.id);
    gauge.open();
    await completedRuns(app, "skipping", 1);
    await stage.run("skipping");
    assert.equal(gauge.entered.length, 2);
  });

  it("14.8 skip: a run that sleeps is unfinished too", async () => {
    await using app = await stage.app([
      {
        id: "sleeping",
        options: { singleton: { mode: "skip" } },
        handler: async ({ step }) => {
          await step.sleep("nap", "1h");
          return "done";
        },
      },
    ]);
    await stage.send("sleeping");
    await until("the first run sleeps", () => app.calls("sleeping")[0]?.status === 206);
    await stage.send("sleeping");
    const [, second] = await runsThat(app, "sleeping", 2, () => true);
    assert.equal(second?.isSkipped, true);
    await clientOf(stage.server).advanceClock(3_600_000);
    await completedRuns(app, "sleeping", 1);
  });

  it("14.8 cancel: the current run is cancelled, and the new one starts", async () => {
    const gauge = createGauge();
    await using app = await stage.app([only(gauge, "cancelling", { mode: "cancel" })]);
    await stage.send("cancelling", { key: "old" });
    await until("the first run goes on", () => gauge.inside === 1);
    await stage.send("cancelling", { key: "new" });
    const [cancelled] = await runsThat(app, "cancelling", 1, ({ status }) => status === "CANCELLED");
    await until("the second run goes on", () => gauge.entered.includes("new"));
    gauge.open();
    const [completed] = await completedRuns(app, "cancelling", 1);
    const all = await functionRuns(app, "cancelling");
    assert.deepEqual([cancelled?.id, completed?.id], [all[0]?.id, all[1]?.id]);
    assert.equal(all.length, 2);
  });

  it("14.8 cancel: of several that compete one is left, and the others end without having run to their end", async () => {
    const gauge = createGauge();
    await using app = await stage.app([only(gauge, "competing", { mode: "cancel" })]);
    const event = (key: number): { name: string; data: object } => ({ name: "competing/go", data: { key } });
    await clientOf(stage.server).send(Array.from({ length: 8 }, (_, key) => event(key)));
    await runsThat(
      app,
      "competing",
      7,
      ({ isSkipped, status }) => status === "CANCELLED" || isSkipped === true,
    );
    await until("the last run goes on", () => gauge.inside >= 1);
    gauge.open();
    await completedRuns(app, "competing", 1);
    const statuses = (await functionRuns(app, "competing")).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === "COMPLETED").length, 1);
    assert.equal(statuses.length, 8);
  });

  it("14.8 each value of the key has a run of its own, and a key that is false none that counts", async () => {
    const gauge = createGauge();
    await using app = await stage.app([only(gauge, "keyed", { mode: "skip", key: "event.data.key" })]);
    for (const key of ["a", "b", "a", false, false]) await stage.send("keyed", { key });
    await until("four runs go on", () => gauge.inside === 4);
    const runs = await runsThat(app, "keyed", 5, () => true);
    assert.deepEqual(
      runs.map(({ isSkipped }) => isSkipped ?? false),
      [false, false, true, false, false],
    );
    gauge.open();
    await completedRuns(app, "keyed", 4);
  });

  it("14.8 it is not allowed with batching", async () => {
    const members = { batchEvents: { maxSize: 2, timeout: "1h" }, singleton: { mode: "skip" } };
    const registration = registrationOf("refused", "http://127.0.0.1:9/api", ["both"], members);
    const { body, status } = await postRegistration(stage.server, registration);
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), /batchEvents cannot be combined with singleton/);
  });
});
