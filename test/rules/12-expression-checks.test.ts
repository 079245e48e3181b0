import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertFailed } from "../compat/assert-run.ts";
import { completedRuns, runsThat } from "../kit/function-runs.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";

const HOUR_MS = 3_600_000;

/** What is no expression, or none that anybody knows. */
const BROKEN = ["event.data.id ==", "(event.data.id", "'open", "nope(event.data.id)", "nobody.data.id == 1"];

describe("checks of expressions", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  /** What the server says to a registration with this function. */
  async function statusOf(members: Omit<FunctionSpec, "handler" | "id">): Promise<number> {
    await using app = await stage.app([{ id: "asked", ...members, handler: () => null }], {
      register: "none",
    });
    return (await app.put()).status;
  }

  it("12.5 the expression of a trigger is compiled at registration, and refused with 400", async () => {
    const trigger = (source: string): Omit<FunctionSpec, "handler" | "id"> => ({
      triggers: [{ event: "checks/trigger", if: source }],
    });
    assert.equal(await statusOf(trigger("event.data.id == 1 && has(event.user)")), 200);
    for (const source of BROKEN) assert.equal(await statusOf(trigger(source)), 400, source);
  });

  it("12.5 keys are compiled at registration, and refused with 400", async () => {
    const [source = ""] = BROKEN;
    const options: Readonly<Record<string, unknown>>[] = [
      { concurrency: { limit: 1, key: source } },
      { throttle: { limit: 1, period: "1h", key: source } },
      { rateLimit: { limit: 1, period: "1h", key: source } },
      { debounce: { period: "1h", key: source } },
      { batchEvents: { maxSize: 2, timeout: "1h", key: source } },
      { batchEvents: { maxSize: 2, timeout: "1h", if: source } },
      { singleton: { mode: "skip", key: source } },
      { priority: { run: source } },
    ];
    for (const each of options) assert.equal(await statusOf({ options: each }), 400, JSON.stringify(each));
  });

  it("12.5 an idempotency expression is compiled at registration, and refused with 400", async () => {
    assert.equal(await statusOf({ options: { idempotency: "event.data.a + '-' + event.data.b" } }), 200);
    for (const source of BROKEN)
      assert.equal(await statusOf({ options: { idempotency: source } }), 400, source);
  });

  it("12.5 a refused registration changes nothing", async () => {
    await using app = await stage.app([{ id: "valid", handler: () => "first" }], { id: "steady" });
    await using broken = await stage.app(
      [
        { id: "valid", handler: () => "second" },
        { id: "broken", options: { idempotency: "(" }, handler: () => null },
      ],
      { id: "steady", register: "none" },
    );
    const { message, status } = await broken.put();
    assert.equal(status, 400);
    assert.match(message, /At least one function is invalid/);
    assert.equal((await stage.run("valid")).output, "first");
    assert.equal(app.calls("valid").length, 1);
  });

  it("12.5 a cancel rule has logical operators, comparisons, indexing, in, and the casts int, uint and double", async () => {
    const rule = (source: string): Omit<FunctionSpec, "handler" | "id"> => ({
      options: { cancelOn: [{ event: "checks/stop", if: source }] },
    });
    for (const source of [
      "event.data.id == async.data.id",
      "!(event.data['id'] != async.data.id) && (async.data.a < 1 || async.data.b >= 2.5)",
      "int(async.data.id) == uint(7) || double('1') > 0.5",
      "async.data.id in [1, 'a', null]",
    ]) {
      assert.equal(await statusOf(rule(source)), 200, source);
    }
    for (const source of [
      "has(async.data.id)",
      "async.data.tags.exists(tag, tag == 'a')",
      "async.data.email.contains('a')",
      "size(async.data.tags) > 0",
      "string(async.data.id) == '1'",
      "event.data.id == lowercase('A')",
      "async.data.id ==",
    ]) {
      assert.equal(await statusOf(rule(source)), 400, source);
    }
  });

  it("12.5 a wait's expression is not looked at when the function is registered, and fails the run that reaches it", async () => {
    const attempts: number[] = [];
    await using app = await stage.app([
      {
        id: "reached",
        handler: async ({ attempt, step }) => {
          attempts.push(attempt);
          await step.waitForEvent("word", { event: "checks/word", timeout: "1h", if: "async.data.id ==" });
        },
      },
    ]);
    assertFailed(await stage.run("reached"), "InvalidExpression", /Cannot read the expression at 1:17/);
    assert.deepEqual(attempts, [0]);
    assert.equal(app.calls("reached").length, 1);
  });

  it("12.6 a wait compares with the values of the event that started its run, whatever comes later", async () => {
    await using app = await stage.app([
      {
        id: "compared",
        handler: async ({ event, step }) => {
          const word = await step.waitForEvent("word", {
            event: "checks/compared",
            timeout: "1h",
            if: "async.data.id == event.data.id && async.data.deep.list == event.data.deep.list",
          });
          return { own: event.data["id"], got: (word as { data: { id: unknown } }).data.id };
        },
      },
    ]);
    const client = clientOf(stage.server);
    for (const id of [1, 2]) await stage.send("compared", { id, deep: { list: [id, "x"] } });
    await until(
      "both runs wait",
      () => app.calls("compared").filter(({ status }) => status === 206).length === 2,
    );
    await client.send({ name: "checks/compared", data: { id: 1, deep: { list: [2, "x"] } } });
    for (const id of [2, 1])
      await client.send({ name: "checks/compared", data: { id, deep: { list: [id, "x"] } } });
    const runs = await completedRuns(app, "compared", 2);
    assert.deepEqual(
      runs.map(({ output }) => output),
      [
        { own: 1, got: 1 },
        { own: 2, got: 2 },
      ],
    );
  });

  it("12.6 the run's event of a batch is its first", async () => {
    await using app = await stage.app([
      {
        id: "first",
        options: { batchEvents: { maxSize: 2, timeout: "1h" } },
        handler: async ({ step }) => {
          const word = await step.waitForEvent("word", {
            event: "checks/first",
            timeout: "1h",
            if: "async.data.id == event.data.id",
          });
          return (word as { data: unknown }).data;
        },
      },
    ]);
    for (const id of [1, 2]) await stage.send("first", { id });
    await until("the run waits", () => app.calls("first").some(({ status }) => status === 206));
    for (const id of [2, 1]) await clientOf(stage.server).send({ name: "checks/first", data: { id } });
    assert.deepEqual((await completedRuns(app, "first", 1))[0]?.output, { id: 1 });
  });

  it("12.6 a path that is missing in the run's event is null", async () => {
    await using app = await stage.app([
      {
        id: "missing",
        handler: async ({ step }) => {
          const word = await step.waitForEvent("word", {
            event: "checks/missing",
            timeout: "1h",
            if: "async.data.id == event.data.not.there",
          });
          return (word as { data: unknown }).data;
        },
      },
    ]);
    const event = await stage.send("missing", { id: 7 });
    await until("the run waits", () => app.calls("missing").some(({ status }) => status === 206));
    const client = clientOf(stage.server);
    for (const id of [7, 0, "", false]) await client.send({ name: "checks/missing", data: { id } });
    await client.send({ name: "checks/missing", data: { id: null, last: true } });
    assert.deepEqual((await stage.end(event)).output, { id: null, last: true });
  });

  it("12.6 a cancel rule that the run's event makes false never cancels; one that it leaves open does", async () => {
    await using app = await stage.app([
      {
        id: "reduced",
        options: {
          cancelOn: [
            { event: "checks/reduced", if: "event.data.kind == 'open' && async.data.id == event.data.id" },
          ],
        },
        handler: async ({ step }) => {
          await step.sleep("nap", "1h");
          return "slept";
        },
      },
    ]);
    for (const kind of ["closed", "open"]) await stage.send("reduced", { kind, id: 1 });
    await until(
      "both runs sleep",
      () => app.calls("reduced").filter(({ status }) => status === 206).length === 2,
    );
    await clientOf(stage.server).send({ name: "checks/reduced", data: { kind: "open", id: 1 } });
    await runsThat(app, "reduced", 1, ({ status }) => status === "CANCELLED");
    await clientOf(stage.server).advanceClock(HOUR_MS);
    await completedRuns(app, "reduced", 1);
    const runs = await runsThat(app, "reduced", 2, () => true);
    assert.deepEqual(
      runs.map(({ status }) => status),
      ["COMPLETED", "CANCELLED"],
    );
  });
});
