import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns, functionRuns, runsThat } from "../kit/function-runs.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { createGauge } from "../kit/gauge.ts";
import { sharedStage } from "../kit/stage.ts";
import type { TestApp } from "../kit/test-app.ts";

/** One run for each value of the key. */
function limited(id: string, key: string): FunctionSpec {
  return { id, options: { rateLimit: { limit: 1, period: "1h", key } }, handler: () => null };
}

describe("keys of expressions", { timeout: 60_000, concurrency: 4 }, () => {
  const stage = sharedStage();

  /** Sends an event with each of the data, and tells which of them started a run. */
  async function startsOf(
    app: TestApp,
    functionId: string,
    sent: readonly Readonly<Record<string, unknown>>[],
  ): Promise<readonly boolean[]> {
    const events = [];
    for (const data of sent) events.push(await stage.send(functionId, data));
    // Runs are opened with their event: all there will be are there.
    const started = new Set((await functionRuns(app, functionId)).flatMap(({ trigger }) => trigger.eventIds));
    await completedRuns(app, functionId, started.size);
    return events.map((event) => started.has(event));
  }

  it("12.3 the operand that && and || return is a value for a key", async () => {
    await using app = await stage.app([limited("operand", "event.data.a || event.data.b")]);
    const sent = [{ a: "x" }, { b: "x" }, { a: "", b: "x" }, { a: "y", b: "x" }, { b: "y" }];
    assert.deepEqual(await startsOf(app, "operand", sent), [true, false, false, true, false]);
  });

  it("12.4 events of equal key values are counted together, and those of others apart", async () => {
    await using app = await stage.app([limited("equal", "event.data.key")]);
    const wanted = [
      [{ key: "a" }, true],
      [{ key: "a" }, false],
      [{ key: "b" }, true],
      [{ key: 1 }, true],
      [{ key: 2 }, true],
      [{ key: 1 }, false],
      [{ key: [1, { x: 2 }] }, true],
      [{ key: [1, { x: 2 }] }, false],
      [{ key: [2, { x: 2 }] }, true],
      [{ key: true }, true],
      [{ key: true }, false],
    ] as const;
    const started = await startsOf(
      app,
      "equal",
      wanted.map(([data]) => data),
    );
    assert.deepEqual(
      started,
      wanted.map(([, starts]) => starts),
    );
  });

  it("12.4 a rate limit whose key is false, or fails, limits nothing", async () => {
    await using app = await stage.app([
      limited("off", "event.data.vip == true"),
      limited("failing", "int(event.data.text)"),
    ]);
    const vip = [{ vip: true }, { vip: true }, { vip: false }, {}, { vip: false }];
    assert.deepEqual(await startsOf(app, "off", vip), [true, false, true, true, true]);
    const texts = [{ text: "7" }, { text: "7" }, { text: "many" }, { text: "many" }];
    assert.deepEqual(await startsOf(app, "failing", texts), [true, false, true, true]);
  });

  it("12.4 a singleton whose key is false, or fails, stops nothing", async () => {
    const gauge = createGauge();
    const only = (id: string, key: string): FunctionSpec => ({
      id,
      options: { singleton: { mode: "skip", key } },
      handler: () => gauge.hold(),
    });
    await using app = await stage.app([
      only("single-off", "event.data.vip == true"),
      only("single-failing", "int(event.data.text)"),
    ]);
    for (const vip of [true, true, false, false]) await stage.send("single-off", { vip });
    for (const text of ["7", "7", "many", "many"]) await stage.send("single-failing", { text });
    for (const id of ["single-off", "single-failing"]) {
      const runs = await runsThat(app, id, 4, () => true);
      assert.deepEqual(
        runs.map(({ isSkipped }) => isSkipped ?? false),
        [false, true, false, false],
        id,
      );
    }
    gauge.open();
    for (const id of ["single-off", "single-failing"]) await completedRuns(app, id, 3);
  });

  it("12.4 other falsy values of a key count as values", async () => {
    await using app = await stage.app([limited("falsy", "event.data.key")]);
    const sent = [{ key: 0 }, { key: 0 }, { key: "" }, { key: "" }, { key: null }, { key: null }, {}];
    assert.deepEqual(await startsOf(app, "falsy", sent), [true, false, true, false, true, false, false]);
  });
});
