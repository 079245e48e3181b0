import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { completedRuns, runsThat } from "../kit/function-runs.ts";
import { assertStarted } from "../kit/matching.ts";
import { clientOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";

const HOUR_MS = 3_600_000;

describe("places of expressions", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("12.1 a trigger's expression sees event, and starts a run for the boolean true alone", async () => {
    await assertStarted(
      stage,
      { name: "places/trigger", data: { word: "true", number: 1, yes: true, list: [true] } },
      ["event.data.yes", "event.data.number == 1", "true"],
      [
        "event.data.word",
        "event.data.number",
        "event.data.list",
        "event.data.missing",
        "!event.data.yes",
        "null",
        "false",
        "event.data.number / 0 == 1",
      ],
    );
  });

  it("12.1 event has name, data, user, id, ts as a float, v and the sessions of meta", async () => {
    const event = {
      name: "places/event",
      id: "place-1",
      ts: 1_764_158_400_000,
      v: "2026-11",
      data: { id: 7 },
      user: { id: "u1" },
      meta: { sessions: { chat: "c1" } },
    };
    await assertStarted(
      stage,
      event,
      [
        "event.name == 'places/event'",
        "event.data.id == 7",
        "event.user.id == 'u1'",
        "event.id == 'place-1'",
        "event.ts == 1764158400000.0",
        "type(event.ts) == double",
        "event.v == '2026-11'",
        "event.meta.sessions.chat == 'c1'",
      ],
      ["event.meta.other == 'c1'", "event.other"],
    );
  });

  it("12.1 keys, batch filters and priorities see event and nothing else", async () => {
    const key = "async.data.id";
    const places: Readonly<Record<string, unknown>>[] = [
      { concurrency: { limit: 1, key } },
      { throttle: { limit: 1, period: "1h", key } },
      { rateLimit: { limit: 1, period: "1h", key } },
      { debounce: { period: "1h", key } },
      { batchEvents: { maxSize: 2, timeout: "1h", key } },
      { singleton: { mode: "skip", key } },
      { idempotency: key },
      { priority: { run: key } },
    ];
    for (const options of places) {
      const asked = async (text: string): Promise<number> => {
        // What is written in the options is text, so that one name in it can be put in place of the other.
        const changed = JSON.parse(JSON.stringify(options).replace("async.", text)) as typeof options;
        await using app = await stage.app([{ id: "asked", options: changed, handler: () => null }], {
          register: "none",
        });
        return (await app.put()).status;
      };
      assert.deepEqual([await asked("event."), await asked("async.")], [200, 400], JSON.stringify(options));
    }
  });

  it("12.1 the keys of a batched function are evaluated on the single event that comes", async () => {
    await using app = await stage.app([
      {
        id: "incoming",
        options: {
          batchEvents: { maxSize: 2, timeout: "1h", key: "event.data.key", if: "event.data.batch" },
        },
        handler: ({ events }) => ({ keys: events.map(({ data }) => data?.["key"]) }),
      },
    ]);
    await stage.send("incoming", { key: "a", batch: true });
    await stage.send("incoming", { key: "b", batch: true });
    await stage.send("incoming", { key: "b", batch: false });
    await stage.send("incoming", { key: "b", batch: true });
    const runs = await completedRuns(app, "incoming", 2);
    assert.deepEqual(
      runs.map(({ output }) => output),
      [{ keys: ["b"] }, { keys: ["b", "b"] }],
    );
  });

  it("12.1 a cancel rule sees the run's event and the incoming one as async, and cancels at the boolean true alone", async () => {
    const sleeper = (id: string, rule: string): Parameters<typeof stage.app>[0][number] => ({
      id,
      triggers: [{ event: "places/sleep" }],
      options: { cancelOn: [{ event: "places/stop", if: rule }] },
      handler: async ({ step }) => {
        await step.sleep("nap", "1h");
        return "slept";
      },
    });
    await using app = await stage.app([
      sleeper("both", "event.data.id == async.data.id"),
      sleeper("truthy", "async.data.word"),
      sleeper("logical", "event.data.id && async.data.word"),
    ]);
    const client = clientOf(stage.server);
    const sent = await client.send([
      { name: "places/sleep", data: { id: 1 } },
      { name: "places/sleep", data: { id: 2 } },
    ]);
    for (const id of ["both", "truthy", "logical"]) {
      await until(
        `two runs of "${id}" sleep`,
        () => app.calls(id).filter(({ status }) => status === 206).length >= 2,
      );
    }
    await client.send({ name: "places/stop", data: { id: 1, word: "yes" } });
    const [cancelled] = await runsThat(app, "both", 1, ({ status }) => status === "CANCELLED");
    // By the event, not by its place in a list: runs that were queued in the same millisecond stand in any order.
    assert.deepEqual(cancelled?.trigger.eventIds, [sent.ids[0]]);
    await client.advanceClock(HOUR_MS);
    await completedRuns(app, "both", 1);
    await completedRuns(app, "truthy", 2);
    await completedRuns(app, "logical", 2);
  });

  it("12.1 a wait's expression sees the run's event and the incoming one as async, and resumes at the boolean true alone", async () => {
    await using app = await stage.app([
      {
        id: "waiting",
        handler: async ({ step }) => {
          const wait = (id: string, rule: string): Promise<unknown> =>
            step.waitForEvent(id, { event: "places/word", timeout: "1h", if: rule });
          const [both, truthy] = await Promise.all([
            wait("both", "event.data.id == async.data.id"),
            wait("truthy", "async.data.word"),
          ]);
          return [both === null ? null : (both as { data: unknown }).data, truthy];
        },
      },
    ]);
    const event = await stage.send("waiting", { id: 7 });
    await until("the run waits", () => app.calls("waiting").some(({ status }) => status === 206));
    const client = clientOf(stage.server);
    await client.send({ name: "places/word", data: { id: 8, word: "no" } });
    await client.send({ name: "places/word", data: { id: 7, word: "yes" } });
    await client.advanceClock(HOUR_MS);
    assert.deepEqual((await stage.end(event)).output, [{ id: 7, word: "yes" }, null]);
  });

  it("12.1 a bulk cancellation's expression sees the event of each run, and cancels at the boolean true alone", async () => {
    await using app = await stage.app([
      {
        id: "many",
        handler: async ({ step }) => {
          await step.sleep("nap", "30d");
        },
      },
    ]);
    for (const id of [1, 2, 3]) await stage.send("many", { id, word: "yes" });
    await until(
      "three runs sleep",
      () => app.calls("many").filter(({ status }) => status === 206).length === 3,
    );
    const client = clientOf(stage.server);
    const { now } = await client.clock();
    const cancel = (rule: string): Promise<unknown> =>
      client.cancelMany({
        app_id: app.id,
        function_id: "many",
        started_before: new Date(now).toISOString(),
        if: rule,
      });
    await cancel("event.data.word");
    await cancel("event.data.id == 2");
    const runs = await runsThat(app, "many", 3, () => true);
    assert.deepEqual(
      runs.map(({ status }) => status === "CANCELLED"),
      [false, true, false],
    );
  });
});
