import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createGate } from "../kit/gate.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";
import { waiting } from "./waiting.ts";

describe("15.1 waitForEvent", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.1 match: an event of the name resumes the wait, whose memo is the raw event", async () => {
    await using app = await stage.rawApp([
      {
        id: "raw-wait",
        answer: ({ body }) =>
          stepIdOf("w") in body.steps
            ? sdkAnswer(200, "over")
            : opsAnswer([opOf("WaitForEvent", "w", { name: "raw-wait/signed", opts: { timeout: "1h" } })]),
      },
    ]);
    const event = await stage.send("raw-wait");
    await waiting(stage, event);
    const sent = {
      name: "raw-wait/signed",
      data: { by: "me" },
      id: "signed-1",
      ts: 1_700_000_000_000,
      v: "3",
      user: { id: "u1" },
    };
    await clientOf(stage.server).send(sent);
    await stage.end(event);
    assert.deepEqual(app.calls("raw-wait")[1]?.body.steps[stepIdOf("w")], sent);
  });

  it("15.1 match: opts.event names the event before the op's name does", async () => {
    await using _ = await stage.rawApp([
      {
        id: "opts-event",
        answer: ({ body }) =>
          stepIdOf("w") in body.steps
            ? sdkAnswer(200, body.steps[stepIdOf("w")])
            : opsAnswer([
                opOf("WaitForEvent", "w", {
                  name: "opts-event/label",
                  opts: { event: "opts-event/real", timeout: "1h" },
                }),
              ]),
      },
    ]);
    const event = await stage.send("opts-event");
    await waiting(stage, event);
    const client = clientOf(stage.server);
    await client.send([{ name: "opts-event/label" }, { name: "opts-event/real" }]);
    const { output } = await stage.end(event);
    assert.equal((output as { name?: unknown }).name, "opts-event/real");
  });

  it("15.1 timeout: the wait ends with null after it, a duration or a date", async () => {
    await using _ = await stage.app([
      {
        id: "times-out",
        handler: async ({ step }) => {
          const [one, two] = await Promise.all([
            step.waitForEvent("duration", { event: "times-out/never", timeout: "1s" }),
            step.waitForEvent("date", { event: "times-out/never", timeout: new Date(Date.now() + 1500) }),
          ]);
          return [one, two];
        },
      },
    ]);
    const run = await stage.run("times-out");
    assertCompleted(run, [null, null]);
    const ms = Date.parse(run.ended_at ?? "") - Date.parse(run.run_started_at);
    assert.ok(ms >= 1000 && ms < 10_000, `${ms} ms`);
  });

  it("15.1 timeout: 366 days is the most; one more fails the run at once", async () => {
    await using _ = await stage.app([
      {
        id: "too-long",
        handler: ({ step }) => step.waitForEvent("w", { event: "too-long/never", timeout: "367d" }),
      },
      {
        id: "just-right",
        handler: ({ step }) => step.waitForEvent("w", { event: "just-right/now", timeout: "366d" }),
      },
    ]);
    assertFailed(await stage.run("too-long"), "InngestErrTimeoutTooLong", /367d|366 days|52w/);
    const event = await stage.send("just-right");
    await waiting(stage, event);
    await clientOf(stage.server).send({ name: "just-right/now" });
    assert.equal((await stage.end(event)).status, "Completed");
  });

  it("15.1 if: only an event for which it is true resumes", async () => {
    await using _ = await stage.app([
      {
        id: "picky",
        handler: ({ step }) =>
          step.waitForEvent("w", {
            event: "picky/paid",
            timeout: "1h",
            if: "event.data.order == async.data.order && async.data.paid",
          }),
      },
    ]);
    const event = await stage.send("picky", { order: 7 });
    await waiting(stage, event);
    const client = clientOf(stage.server);
    // The third makes the condition the text "yes", which is not the boolean true.
    for (const data of [
      { order: 8, paid: true },
      { order: 7, paid: false },
      { order: 7, paid: "yes" },
      { order: 7, paid: true },
    ])
      await client.send({ name: "picky/paid", data });
    const { output } = await stage.end(event);
    assert.deepEqual((output as { data?: unknown }).data, { order: 7, paid: true });
  });

  it("15.1 match: one event resumes many waits, also several of one run", async () => {
    await using _ = await stage.app([
      {
        id: "many",
        handler: async ({ step }) => {
          const found = await Promise.all(
            ["a", "b"].map((id) => step.waitForEvent(id, { event: "many/now", timeout: "1h" })),
          );
          return found.map((each) => (each as { data: { n: number } }).data.n);
        },
      },
    ]);
    const events = [await stage.send("many"), await stage.send("many"), await stage.send("many")];
    await Promise.all(events.map((event) => waiting(stage, event, 2)));
    await clientOf(stage.server).send({ name: "many/now", data: { n: 5 } });
    for (const event of events) assertCompleted(await stage.end(event), [5, 5]);
  });

  it("15.1 match: the event that triggered the run never resumes its own wait", async () => {
    await using _ = await stage.app([
      {
        id: "own",
        handler: ({ step }) => step.waitForEvent("w", { event: "own/go", timeout: "1s" }),
      },
    ]);
    assertCompleted(await stage.run("own"), null);
  });

  it("15.1 match: an event that comes while the call is still under way resumes the wait that this call asks for", async () => {
    await using _ = await stage.app([
      {
        id: "race",
        handler: async ({ step }) => {
          await step.sendEvent("tell", { name: "race/now", data: { n: 1 } });
          const found = await step.waitForEvent("w", { event: "race/now", timeout: "1h" });
          return (found as { data: unknown }).data;
        },
      },
    ]);
    assertCompleted(await stage.run("race"), { n: 1 });
  });

  it("15.1 match: an event that a step of the run sent just before resumes the wait, and none resumes two waits of it", async () => {
    await using _ = await stage.app([
      {
        id: "asks-first",
        options: { checkpointing: false },
        handler: async ({ step }) => {
          await step.sendEvent("ask", { name: "asks-first/answer", data: { n: 1 } });
          const first = await step.waitForEvent("first", { event: "asks-first/answer", timeout: "30s" });
          const second = await step.waitForEvent("second", { event: "asks-first/answer", timeout: "1s" });
          return { first: (first as { data?: unknown } | null)?.data ?? null, second };
        },
      },
    ]);
    assertCompleted(await stage.run("asks-first"), { first: { n: 1 }, second: null });
  });

  it("15.1 match: the name is taken as it is, not as a pattern", async () => {
    await using _ = await stage.app([
      {
        id: "pattern",
        handler: ({ step }) => step.waitForEvent("w", { event: "pattern/*", timeout: "1h" }),
      },
    ]);
    const event = await stage.send("pattern");
    await waiting(stage, event);
    const client = clientOf(stage.server);
    await client.send({ name: "pattern/now" });
    await client.send({ name: "pattern/*" });
    const { output } = await stage.end(event);
    assert.equal((output as { name?: unknown }).name, "pattern/*");
  });

  it("15.1 match: the server's own events resume waits like any other", async () => {
    await using app = await stage.app([
      { id: "watched", handler: () => "done" },
      {
        id: "watcher",
        handler: async ({ step }) => {
          const found = await step.waitForEvent("w", {
            event: "inngest/function.finished",
            timeout: "1h",
            if: "async.data.function_id == event.data.slug",
          });
          return (found as { data: { result: unknown } }).data.result;
        },
      },
    ]);
    const event = await stage.send("watcher", { slug: `${app.id}-watched` });
    await waiting(stage, event);
    assertCompleted(await stage.run("watched"), "done");
    assertCompleted(await stage.end(event), "done");
  });

  it("15.1 match: a wait resumes once, and later matches are ignored", async () => {
    const gate = createGate();
    const ran: unknown[] = [];
    await using _ = await stage.app([
      {
        id: "once",
        handler: async ({ step }) => {
          const found = await step.waitForEvent("w", { event: "once/now", timeout: "1h" });
          await step.run("after", async () => {
            ran.push((found as { data: { n: number } }).data.n);
            await gate.opened;
          });
          return ran;
        },
      },
    ]);
    const event = await stage.send("once");
    await waiting(stage, event);
    const client = clientOf(stage.server);
    const now = [1, 2, 3].map((n) => ({ name: "once/now", data: { n } }));
    await client.send(now);
    await until("the wait was resumed", () => ran.length > 0);
    await client.send(now);
    gate.open();
    assertCompleted(await stage.end(event), [1]);
  });
});

describe("15.1 waits and time", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("15.1 match: an event received more than 5 seconds before the wait is ignored", async () => {
    const [begun, gate] = [createGate(), createGate()];
    await using _ = await stage.app([
      {
        id: "older",
        handler: async ({ step }) => {
          await step.run("hold", () => {
            begun.open();
            return gate.opened;
          });
          const found = await step.waitForEvent("w", { event: "older/now", timeout: "1h" });
          return (found as { data: unknown } | null)?.data ?? null;
        },
      },
    ]);
    const event = await stage.send("older");
    const [run] = await runsOf(stage.server, event);
    assert.ok(run !== undefined);
    const client = clientOf(stage.server);
    await begun.opened;
    await client.send({ name: "older/now", data: { n: "old" } });
    await client.advanceClock(6000);
    gate.open();
    await waiting(stage, event);
    await client.send({ name: "older/now", data: { n: "new" } });
    assertCompleted(await endOf(stage.server, run.run_id), { n: "new" });
  });

  it("15.1 lookBack: the oldest event since then that answered no wait of the run resumes it, also one older than the run", async () => {
    await using app = await stage.rawApp([
      {
        id: "looks-back",
        answer: ({ body }) => {
          const waits = ["one", "two", "three"];
          const next = waits.find((name) => !(stepIdOf(name) in body.steps));
          const asked = { timeout: "1s", lookBack: "1h", if: "async.data.order == event.data.order" };
          return next === undefined
            ? sdkAnswer(200, null)
            : opsAnswer([opOf("WaitForEvent", next, { name: "looks-back/paid", opts: asked })]);
        },
      },
    ]);
    const client = clientOf(stage.server);
    const paid = (n: number, order = 7) => client.send({ name: "looks-back/paid", data: { n, order } });
    await paid(0);
    await client.advanceClock(2 * 3_600_000);
    await paid(1);
    await client.advanceClock(1000);
    await paid(2, 8);
    await paid(3);
    await client.advanceClock(600_000);
    const event = await stage.send("looks-back", { order: 7 });
    assertCompleted(await stage.end(event), null);
    const steps = app.calls("looks-back").at(-1)?.body.steps ?? {};
    const found = ["one", "two", "three"].map(
      (name) => (steps[stepIdOf(name)] as { data: { n: number } } | null)?.data.n ?? null,
    );
    assert.deepEqual(found, [1, 3, null]);
  });

  it("15.1 lookBack: more than 7 days, or no duration, fails the run at once", async () => {
    for (const [id, lookBack] of [
      ["looks-too-far", "8d"],
      ["looks-nowhere", "soon"],
    ] as const) {
      await using _ = await stage.rawApp([
        { id, answer: () => opsAnswer([opOf("WaitForEvent", "w", { opts: { timeout: "1h", lookBack } })]) },
      ]);
      assertFailed(await stage.run(id), "InvalidLookBack", new RegExp(lookBack));
    }
  });

  it("15.1 timeout: an event that comes after it is too late", async () => {
    await using _ = await stage.app([
      {
        id: "late",
        handler: ({ step }) => step.waitForEvent("w", { event: "late/now", timeout: "30d" }),
      },
    ]);
    const event = await stage.send("late");
    await waiting(stage, event);
    const client = clientOf(stage.server);
    await client.advanceClock(30 * 86_400_000);
    await client.send({ name: "late/now" });
    assertCompleted(await stage.end(event), null);
  });
});
