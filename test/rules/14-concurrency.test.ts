import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { completedRuns, functionRuns, startsOf } from "../kit/function-runs.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import type { Gauge } from "../kit/gauge.ts";
import { createGauge } from "../kit/gauge.ts";
import { opOf, opsAnswer, sdkAnswer } from "../kit/raw-app.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";
import { until } from "../kit/until.ts";

const HOUR_MS = 3_600_000;

/** A function whose calls stay in the gauge until it opens. */
function holding(gauge: Gauge, id: string, concurrency: unknown, event = `${id}/go`): FunctionSpec {
  return {
    id,
    triggers: [{ event }],
    options: { concurrency },
    handler: async (context) => {
      await gauge.hold(`${id} ${String(context.event.data["key"])}`);
      return "done";
    },
  };
}

describe("concurrency", { timeout: 120_000 }, () => {
  const stage = sharedStage({ mode: "dev" });
  let witness: TestApp;
  before(async () => {
    witness = await stage.app([
      { id: "witness", handler: ({ step }) => step.run("look", () => "the server goes on") },
    ]);
  });
  after(() => witness.close());

  /** What the server would let in wrongly came before this run of another function, and would be inside by its end. */
  async function staysAt(gauge: Gauge, count: number): Promise<void> {
    await until(`${count} calls are inside`, () => gauge.inside >= count);
    await stage.run("witness");
    assert.equal(gauge.inside, count, gauge.entered.join(", "));
  }

  it("14.1 a limit of 2 lets 2 calls be under way, the rest waits, and no event is lost", async () => {
    const gauge = createGauge();
    await using app = await stage.app([holding(gauge, "two", 2)]);
    for (let sent = 0; sent < 6; sent += 1) await stage.send("two");
    await staysAt(gauge, 2);
    assert.equal((await functionRuns(app, "two")).length, 6);
    gauge.open();
    await completedRuns(app, "two", 6);
    assert.equal(gauge.entered.length, 6);
    assert.equal(gauge.peak, 2);
  });

  it("14.1 a run that sleeps holds nothing", async () => {
    await using app = await stage.app([
      {
        id: "dozing",
        options: { concurrency: 1 },
        handler: async ({ event, step }) => {
          if (event.data["sleeps"] === true) await step.sleep("nap", "1h");
          return "done";
        },
      },
    ]);
    const sleeper = await stage.send("dozing", { sleeps: true });
    await until("the first run sleeps", () => app.calls("dozing")[0]?.status === 206);
    assert.equal((await stage.run("dozing", { sleeps: false })).status, "Completed");
    await clientOf(stage.server).advanceClock(HOUR_MS);
    assert.equal((await stage.end(sleeper)).status, "Completed");
  });

  it("14.1 a run that waits for an event holds nothing", async () => {
    await using app = await stage.app([
      {
        id: "waiting",
        options: { concurrency: 1 },
        handler: async ({ event, step }) => {
          if (event.data["waits"] !== true) return "did not wait";
          return (await step.waitForEvent("word", { event: "waiting/word", timeout: "1h" })) !== null;
        },
      },
    ]);
    const waiter = await stage.send("waiting", { waits: true });
    await until("the first run waits", () => app.calls("waiting")[0]?.status === 206);
    assert.equal((await stage.run("waiting")).output, "did not wait");
    await clientOf(stage.server).send({ name: "waiting/word" });
    assert.equal((await stage.end(waiter)).output, true);
  });

  it("14.1 targeted calls and discovery calls both count", async () => {
    let inside = 0;
    const peaks = { step: 0, targeted: 0 };
    const names = ["left", "middle", "right"];
    await using app = await stage.rawApp([
      {
        id: "counted",
        members: { concurrency: [{ limit: 1 }] },
        async answer({ body, stepId }) {
          inside += 1;
          const kind = stepId === "step" ? "step" : "targeted";
          peaks[kind] = Math.max(peaks[kind], inside);
          // Long enough for any other call that the server would let in.
          await stage.run("witness");
          inside -= 1;
          if (kind === "targeted") return opsAnswer([{ op: "StepRun", id: stepId, data: 1 }]);
          if (Object.keys(body.steps).length === names.length) return sdkAnswer(200, "done");
          return opsAnswer(names.map((name) => opOf("StepPlanned", name)));
        },
      },
    ]);
    const events = [await stage.send("counted"), await stage.send("counted")];
    const ends = await Promise.all(events.map((event) => stage.end(event)));
    assert.deepEqual(
      ends.map(({ status }) => status),
      ["Completed", "Completed"],
    );
    assert.equal(app.calls("counted").filter(({ stepId }) => stepId !== "step").length, 6);
    assert.deepEqual(peaks, { step: 1, targeted: 1 });
  });

  it("14.1 with the level fn a place is held from a run's first call until the run ends", async () => {
    await using app = await stage.app([
      {
        id: "whole-run",
        options: { concurrency: { fn: [{ limit: 1 }] } },
        handler: async ({ step }) => {
          await step.sleep("nap", "1h");
          return "done";
        },
      },
    ]);
    await stage.send("whole-run");
    await stage.send("whole-run");
    await until("the first run sleeps", () => app.calls("whole-run")[0]?.status === 206);
    await stage.run("witness");
    assert.equal(app.calls("whole-run").length, 1);
    await clientOf(stage.server).advanceClock(HOUR_MS);
    await completedRuns(app, "whole-run", 1);
    await until("the second run sleeps", () => app.calls("whole-run")[2]?.status === 206);
    await clientOf(stage.server).advanceClock(HOUR_MS);
    const runs = await completedRuns(app, "whole-run", 2);
    const [, secondStart = 0] = startsOf(runs);
    const firstEnd = Math.min(...runs.map(({ endedAt = "" }) => Date.parse(endedAt)));
    assert.ok(secondStart >= firstEnd, `started ${firstEnd - secondStart} ms before the first had ended`);
  });

  it("14.1 a limit of scope fn is the function's own", async () => {
    const gauge = createGauge();
    const key = "event.data.key";
    await using app = await stage.app([
      holding(gauge, "own-one", [{ limit: 1, key, scope: "fn" }], "own/go"),
      holding(gauge, "own-two", [{ limit: 1, key }], "own/go"),
    ]);
    const client = clientOf(stage.server);
    await client.send([
      { name: "own/go", data: { key: "a" } },
      { name: "own/go", data: { key: "a" } },
    ]);
    await staysAt(gauge, 2);
    assert.deepEqual(gauge.entered.toSorted(), ["own-one a", "own-two a"]);
    gauge.open();
    await Promise.all(["own-one", "own-two"].map((id) => completedRuns(app, id, 2)));
  });

  it("14.1 each value of the key has a limit of its own", async () => {
    const gauge = createGauge();
    await using app = await stage.app([holding(gauge, "by-key", { limit: 1, key: "event.data.key" })]);
    for (const key of ["a", "a", "b", "b", "b"]) await stage.send("by-key", { key });
    await staysAt(gauge, 2);
    assert.deepEqual(gauge.entered.toSorted(), ["by-key a", "by-key b"]);
    gauge.open();
    await completedRuns(app, "by-key", 5);
  });

  it("14.1 functions share a limit of scope env by their key and its value", async () => {
    const gauge = createGauge();
    const shared = [{ limit: 1, key: "event.data.key", scope: "env" }];
    await using one = await stage.app([holding(gauge, "env-one", shared, "env/go")]);
    await using two = await stage.app([
      holding(gauge, "env-two", shared, "env/go"),
      // Another key with the same value is another limit.
      holding(gauge, "env-other", [{ limit: 1, key: "event.data.key + ''", scope: "env" }], "env/go"),
    ]);
    const client = clientOf(stage.server);
    for (const key of ["a", "b"]) await client.send({ name: "env/go", data: { key } });
    await staysAt(gauge, 4);
    const inside = gauge.entered.toSorted();
    assert.deepEqual(inside.slice(0, 2), ["env-other a", "env-other b"]);
    assert.deepEqual(
      inside
        .slice(2)
        .map((name) => name.slice(-1))
        .toSorted(),
      ["a", "b"],
    );
    gauge.open();
    await completedRuns(one, "env-one", 2);
    await completedRuns(two, "env-two", 2);
  });

  it("14.1 functions of several apps share a limit of scope account, apart from that of scope env", async () => {
    const gauge = createGauge();
    const rule = (scope: string): unknown => [{ limit: 1, key: '"the one"', scope }];
    await using one = await stage.app([holding(gauge, "account-one", rule("account"), "account/go")]);
    await using two = await stage.app([
      holding(gauge, "account-two", rule("account"), "account/go"),
      holding(gauge, "account-env", rule("env"), "account/go"),
    ]);
    await clientOf(stage.server).send({ name: "account/go", data: { key: 1 } });
    await staysAt(gauge, 2);
    assert.equal(gauge.entered.filter((name) => name === "account-env 1").length, 1);
    gauge.open();
    await completedRuns(one, "account-one", 1);
    await completedRuns(two, "account-two", 1);
  });

  it("14.1 of two limits both must have room", async () => {
    const gauge = createGauge();
    await using app = await stage.app([
      holding(gauge, "both", [{ limit: 2 }, { limit: 1, key: "event.data.key" }]),
    ]);
    for (const key of ["a", "a", "b", "c"]) await stage.send("both", { key });
    await staysAt(gauge, 2);
    // Room for two, but not for two of one key: whoever is behind with another key goes first.
    assert.deepEqual(gauge.entered.toSorted(), ["both a", "both b"]);
    gauge.open();
    await completedRuns(app, "both", 4);
    assert.equal(gauge.peak, 2);
  });

  it("14.1 a limit of 1 lets events of a burst run one after the other, none twice", async () => {
    const gauge = createGauge();
    gauge.open();
    await using app = await stage.app([holding(gauge, "serial", 1)]);
    const { ids } = await clientOf(stage.server).send(
      Array.from({ length: 20 }, (_, n) => ({ name: "serial/go", data: { key: n } })),
    );
    await completedRuns(app, "serial", 20);
    assert.equal(gauge.peak, 1);
    assert.equal(new Set(gauge.entered).size, 20);
    const last = ids.at(-1);
    assert.ok(last !== undefined);
    assert.equal((await runOf(stage.server, last)).status, "Completed");
  });
});
