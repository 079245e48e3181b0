import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionContext } from "../kit/function-spec.ts";
import { eventsAbout, internalEvents } from "../kit/internal-events.ts";
import { sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf, runsOf } from "../kit/run-of.ts";
import { sdkV4 } from "../kit/sdk-v4.ts";
import { sharedStage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";
import { assertCompleted } from "../compat/assert-run.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

describe("2.8 invoked events", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  it("2.8 function.invoked: has the payload in its data, and beside it who invokes whom, until when", async () => {
    const seen: FunctionContext["event"][] = [];
    await using app = await stage.app(
      [
        {
          id: "invokes",
          handler: ({ step }) =>
            step.invoke("call it", {
              function: sdkV4.referenceFunction({ appId: "invoking", functionId: "is-invoked" }),
              data: { a: 1 },
              v: "2026-01",
              timeout: "2h",
            }),
        },
        {
          id: "is-invoked",
          handler: ({ event }) => {
            seen.push(event);
            return "done";
          },
        },
      ],
      { id: "invoking" },
    );
    const sentAt = Date.now();
    const run = await stage.run("invokes");
    assertCompleted(run, "done");
    const [event] = seen;
    assert.equal(event?.name, "inngest/function.invoked");
    assert.equal(event.v, "2026-01");
    const { _inngest: about, ...payload } = event.data;
    assert.deepEqual(payload, { a: 1 });
    const { expire, ...known } = about as Readonly<Record<string, unknown>>;
    assert.deepEqual(known, {
      correlation_id: `${run.run_id}.${stepIdOf("call it")}`,
      fn_id: `${app.id}-is-invoked`,
      name: "call it",
      source_app_id: app.id,
      source_fn_id: run.function_id,
      source_fn_v: run.function_version,
    });
    assert.ok(Number(expire) >= sentAt + 120 * MINUTE_MS && Number(expire) <= Date.now() + 120 * MINUTE_MS);
  });

  it("2.8 finished: of an invoked run, carries the correlation id of its invoke", async () => {
    await using _ = await stage.app(
      [
        {
          id: "parent",
          handler: ({ step }) =>
            step.invoke("child", {
              function: sdkV4.referenceFunction({ appId: "correlated", functionId: "child" }),
            }),
        },
        { id: "child", handler: ({ runId }) => runId },
      ],
      { id: "correlated" },
    );
    const parent = await stage.run("parent");
    // The child's run id, which the parent got from it.
    const [finished] = await eventsAbout(stage.server, "inngest/function.finished", parent.output as never);
    assert.equal(finished?.data["correlation_id"], `${parent.run_id}.${stepIdOf("child")}`);
    const [own] = await eventsAbout(stage.server, "inngest/function.finished", parent.run_id);
    assert.ok(own !== undefined && !("correlation_id" in own.data));
  });

  it("2.8 function.invoked: apps may trigger on it and filter it", async () => {
    await using target = await stage.app([{ id: "target", handler: () => "done" }]);
    await using watcher = await stage.rawApp([
      {
        id: "watches",
        // Version 4 of the SDK takes this name for a function that is only invoked, and registers no trigger.
        members: {
          triggers: [
            {
              event: "inngest/function.invoked",
              expression: `event.data._inngest.fn_id == "${target.id}-target"`,
            },
          ],
        },
        answer: () => sdkAnswer(200, "seen"),
      },
    ]);
    await clientOf(stage.server).invoke(target.id, "target", { data: { word: "heard" } });
    const [call] = await until("the watcher is called", () => {
      const calls = watcher.calls("watches");
      return calls.length > 0 && calls;
    });
    assert.ok(call !== undefined);
    const { word } = call.body.event["data"] as Readonly<Record<string, unknown>>;
    assert.equal(word, "heard");
  });

  it("2.8 function.invoked: an ordinary event cannot claim to be one, and loses what it says about an invoke", async () => {
    const seen: unknown[] = [];
    await using _ = await stage.app([
      { id: "plain-event", handler: ({ event }) => void seen.push(event.data) },
    ]);
    await stage.run("plain-event", { a: 1, _inngest: { correlation_id: "x.y", fn_id: "z" } });
    assert.deepEqual(seen, [{ a: 1 }]);
    const sent = clientOf(stage.server).send({ name: "inngest/function.invoked", data: {} });
    await assert.rejects(sent, /reserved/);
  });
});

describe("2.8 scheduled events", { timeout: 60_000 }, () => {
  const stage = sharedStage({ mode: "dev" });

  it("2.8 scheduled.timer: its id is the scheduled time, its ts the fire time, its data cron and both in UTC", async () => {
    const seen: FunctionContext["event"][] = [];
    await using _ = await stage.app([
      {
        id: "daily",
        triggers: [{ cron: "TZ=Asia/Tokyo 30 9 * * *" }],
        handler: ({ event }) => void seen.push(event),
      },
    ]);
    const client = clientOf(stage.server);
    const { now } = await client.clock();
    // 09:30 in Tokyo is 00:30 in UTC, all year round.
    const dueAt = Math.ceil((now - 30 * MINUTE_MS) / DAY_MS) * DAY_MS + 30 * MINUTE_MS;
    await client.advanceClock(dueAt - now + 100);
    const [event] = await until("the tick has run", () => seen.length > 0 && seen);
    const instant = new Date(dueAt).toISOString();
    assert.equal(event?.name, "inngest/scheduled.timer");
    assert.equal(Date.parse(event.id ?? ""), dueAt);
    assert.ok(event.ts !== undefined && event.ts >= dueAt && event.ts < dueAt + MINUTE_MS);
    assert.equal(event.data["cron"], "TZ=Asia/Tokyo 30 9 * * *");
    assert.equal(Date.parse(String(event.data["scheduledAt"])), dueAt);
    assert.match(String(event.data["scheduledAt"]), /Z$/);
    assert.match(String(event.data["fireAt"]), /Z$/);
    assert.equal(Date.parse(String(event.data["fireAt"])), event.ts);
    assert.ok(instant.startsWith(String(event.data["scheduledAt"]).slice(0, 19)));
    const [stored] = await internalEvents(stage.server, "inngest/scheduled.timer");
    assert.ok(stored !== undefined);
    const [run] = await runsOf(stage.server, stored.internal_id);
    assert.equal(run?.cron, "TZ=Asia/Tokyo 30 9 * * *");
  });
});
