import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { createGate } from "../kit/gate.ts";
import { eventsAbout } from "../kit/internal-events.ts";
import { clientOf, endOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { bearerOf } from "../kit/test-keys.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";
import { waiting } from "./waiting.ts";

const DAY_MS = 86_400_000;

describe("15.5 cancel rules", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("15.5 rule: an event of its name cancels the run", async () => {
    await using _ = await stage.app([
      {
        id: "by-event",
        options: { cancelOn: [{ event: "by-event/stop" }] },
        handler: ({ step }) => step.sleep("long", "1h"),
      },
    ]);
    const event = await stage.send("by-event");
    await waiting(stage, event);
    await clientOf(stage.server).send({ name: "by-event/stop" });
    assert.equal((await stage.end(event)).status, "Cancelled");
  });

  it("15.5 rule: its if compares the event of the run with the one that came, and must be true", async () => {
    await using _ = await stage.app([
      {
        id: "by-if",
        options: {
          cancelOn: [
            { event: "by-if/stop", if: "event.data.user == async.data.user && async.data.count > 2" },
          ],
        },
        handler: ({ step }) => step.sleep("long", "1h"),
      },
    ]);
    const [ann, bob] = [
      await stage.send("by-if", { user: "ann" }),
      await stage.send("by-if", { user: "bob" }),
    ];
    await Promise.all([waiting(stage, ann), waiting(stage, bob)]);
    const client = clientOf(stage.server);
    await client.send([
      { name: "by-if/stop", data: { user: "ann", count: 1 } },
      { name: "by-if/stop", data: { user: "eve", count: 3 } },
      { name: "by-if/stop", data: { user: "bob", count: 3 } },
    ]);
    assert.equal((await stage.end(bob)).status, "Cancelled");
    const [run] = await runsOf(stage.server, ann);
    assert.equal(run?.ended_at, null);
  });

  it("15.5 rule: it stands from the run's creation, before its first call", async () => {
    const ran: string[] = [];
    await using _ = await stage.app([
      {
        id: "not-begun",
        options: { cancelOn: [{ event: "not-begun/stop" }] },
        handler: () => void ran.push("called"),
      },
    ]);
    const event = await stage.send("not-begun", {}, { ts: Date.now() + 3_600_000 });
    await clientOf(stage.server).send({ name: "not-begun/stop" });
    assert.equal((await stage.end(event)).status, "Cancelled");
    assert.deepEqual(ran, []);
  });

  it("15.5 rule: the event that started the run does not cancel it", async () => {
    await using _ = await stage.app([
      {
        id: "restart",
        options: { cancelOn: [{ event: "restart/go" }] },
        handler: ({ step }) => step.sleep("long", "1h"),
      },
    ]);
    const first = await stage.send("restart");
    await waiting(stage, first);
    const second = await stage.send("restart");
    assert.equal((await stage.end(first)).status, "Cancelled");
    assert.equal((await waiting(stage, second)).ended_at, null);
  });

  it("15.5 rule: an event whose id is older than the run's never cancels it, whenever it comes", async () => {
    await using _ = await stage.app([
      {
        id: "newer",
        options: { cancelOn: [{ event: "newer/stop" }] },
        handler: ({ step }) => step.sleep("short", "2s"),
      },
    ]);
    const event = await stage.send("newer");
    const run = await waiting(stage, event);
    const before = Date.parse(run.run_started_at) - 1000;
    const answer = await fetch(`${stage.server.url}/e/${stage.server.eventKey}`, {
      method: "POST",
      headers: { "x-inngest-event-id-seed": `${before},${Buffer.alloc(10, 7).toString("base64")}` },
      body: JSON.stringify({ name: "newer/stop" }),
    });
    const { ids } = (await answer.json()) as { ids: readonly string[] };
    assert.ok(ids[0] !== undefined && ids[0] < run.run_id);
    assertCompleted(await stage.end(event), null);
  });

  it("15.5 rule: it lives for its timeout", async () => {
    await using _ = await stage.app([
      {
        id: "short-lived",
        options: { cancelOn: [{ event: "short-lived/stop", timeout: "1s" }] },
        handler: async ({ step }) => {
          await step.sleep("past the rule", "2s");
          await step.sendEvent("too late", { name: "short-lived/stop" });
          await step.sleep("time to be cancelled", "1s");
          return "spared";
        },
      },
    ]);
    assertCompleted(await stage.run("short-lived"), "spared");
  });
});

describe("15.5 cancellation", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  for (const { title, method, path, answer } of [
    {
      title: "15.5 API: DELETE /v1/runs/{id} cancels a run, once",
      method: "DELETE",
      path: (id: string) => `/v1/runs/${id}`,
      answer: [200, 409, 404],
    },
    {
      title: "15.5 API: POST /v2/runs/{id}/cancel cancels a run, once",
      method: "POST",
      path: (id: string) => `/v2/runs/${id}/cancel`,
      answer: [200, 409, 404],
    },
    {
      title: "15.5 API: DELETE /v0/runs/{id} cancels a run, once",
      method: "DELETE",
      path: (id: string) => `/v0/runs/${id}`,
      answer: [204, 409, 404],
    },
  ] as const) {
    it(title, async () => {
      const functionId = `by-${method.toLowerCase()}-${answer[0]}`;
      await using _ = await stage.app([{ id: functionId, handler: ({ step }) => step.sleep("long", "1h") }]);
      const event = await stage.send(functionId);
      const { run_id: id } = await waiting(stage, event);
      const ask = async (path: string): Promise<number> => {
        const headers = { authorization: bearerOf(stage.server.signingKey ?? "") };
        return (await fetch(stage.server.url + path, { method, headers })).status;
      };
      const codes = [await ask(path(id)), await ask(path(id)), await ask(path(UNKNOWN))];
      assert.deepEqual(codes, answer);
      assert.equal((await endOf(stage.server, id)).status, "Cancelled");
    });
  }

  it("15.5 effect: a call under way is not interrupted, and its answer is dropped", async () => {
    const [begun, gate] = [createGate(), createGate()];
    const ran: string[] = [];
    await using app = await stage.app([
      {
        id: "under-way",
        options: { checkpointing: false },
        handler: async ({ step }) => {
          await step.run("one", async () => {
            begun.open();
            await gate.opened;
            ran.push("one");
          });
          await step.run("two", () => void ran.push("two"));
        },
      },
      { id: "next", handler: () => "next" },
    ]);
    const [run] = await runsOf(stage.server, await stage.send("under-way"));
    assert.ok(run !== undefined);
    await begun.opened;
    await clientOf(stage.server).cancel(run.run_id);
    const cancelled = await clientOf(stage.server).run(run.run_id);
    assert.equal(cancelled.status, "Cancelled");
    gate.open();
    await until("the call is answered", () => app.calls("under-way")[0]?.status === 206);
    // Another run takes longer than the answer does to arrive.
    assertCompleted(await stage.run("next"), "next");
    assert.deepEqual(ran, ["one"]);
    assert.deepEqual(await clientOf(stage.server).run(run.run_id), cancelled);
    assert.equal(app.calls("under-way").length, 1);
  });

  it("15.5 effect: waits, signals and sleeps of the run are gone, and it has emitted its end once", async () => {
    await using app = await stage.app([
      {
        id: "waits-much",
        options: { checkpointing: false },
        handler: ({ step }) =>
          Promise.all([
            step.waitForEvent("event", { event: "waits-much/now", timeout: "1h" }),
            step.waitForSignal("signal", { signal: "waits-much", timeout: "1h", onConflict: "fail" }),
            step.sleep("sleep", "1s"),
          ]),
      },
    ]);
    const event = await stage.send("waits-much");
    const { run_id: id } = await waiting(stage, event, 3);
    const client = clientOf(stage.server);
    await client.cancel(id);
    await client.send({ name: "waits-much/now" });
    await assert.rejects(client.signal("waits-much"), (error) => isHoldfastError(error, "not_found"));
    const run = await endOf(stage.server, id);
    const trace = await client.trace(id);
    assert.deepEqual(
      (trace.children ?? []).map(({ wait }) => wait?.outcome),
      ["cancelled", "cancelled", "cancelled"],
    );
    // The sleep would have ended meanwhile.
    await until("a second has passed", () => Date.now() > Date.parse(run.run_started_at) + 1500);
    assert.deepEqual(await client.run(id), run);
    assert.equal(app.calls("waits-much").length, 1);
    for (const name of ["inngest/function.finished", "inngest/function.cancelled"])
      assert.equal((await eventsAbout(stage.server, name, id)).length, 1);
  });
});

describe("15.5 cancel rules and time", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("15.5 rule: it lives for one year when it says nothing", async () => {
    await using _ = await stage.app([
      {
        id: "long-lived",
        options: { cancelOn: [{ event: "long-lived/stop", if: "event.data.n == async.data.n" }] },
        handler: ({ step }) => step.sleep("very long", "366d"),
      },
    ]);
    const [early, late] = [
      await stage.send("long-lived", { n: 1 }),
      await stage.send("long-lived", { n: 2 }),
    ];
    await Promise.all([waiting(stage, early), waiting(stage, late)]);
    const client = clientOf(stage.server);
    await client.advanceClock(364 * DAY_MS);
    await client.send({ name: "long-lived/stop", data: { n: 1 } });
    assert.equal((await stage.end(early)).status, "Cancelled");
    await client.advanceClock(DAY_MS + 3_600_000);
    await client.send({ name: "long-lived/stop", data: { n: 2 } });
    await client.advanceClock(DAY_MS);
    assertCompleted(await stage.end(late), null);
  });
});

const UNKNOWN = "01JAAAAAAAAAAAAAAAAAAAAAAA";
