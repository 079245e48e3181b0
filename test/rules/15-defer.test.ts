import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionContext, FunctionSpec } from "../kit/function-spec.ts";
import type { InternalEvent } from "../kit/internal-events.ts";
import { internalEvents } from "../kit/internal-events.ts";
import { opOf, opsAnswer, sdkAnswer, stepIdOf } from "../kit/raw-app.ts";
import { clientOf, runsOf } from "../kit/run-of.ts";
import { sharedStage } from "../kit/stage.ts";
import { assertCompleted } from "../compat/assert-run.ts";
import { waiting } from "./waiting.ts";

const DEFERRED = "inngest/deferred.schedule";

describe("15.8 defer", { concurrency: true, timeout: 60_000 }, () => {
  const stage = sharedStage();

  /** The events that a run's end published for what it had deferred. */
  async function deferredBy(parentId: string): Promise<readonly InternalEvent[]> {
    const events = await internalEvents(stage.server, DEFERRED);
    return events.filter(({ data }) => about(data)["parent_run_id"] === parentId);
  }

  it("15.8 DeferAdd: the deferred function runs once the parent has ended, with its input and its parent", async () => {
    const seen: FunctionContext[] = [];
    const order: string[] = [];
    await using app = await stage.app([
      {
        id: "later",
        isDeferred: true,
        handler: (context) => {
          order.push("later");
          seen.push(context);
          return "deferred";
        },
      },
      {
        id: "defers",
        handler: async ({ defer, step }) => {
          defer("clean up", { functionId: "later", data: { n: 1 } });
          await step.run("work", () => void order.push("work"));
          await step.sleep("rest", "1s");
          await step.run("more work", () => void order.push("more work"));
          return "done";
        },
      },
    ]);
    const parent = await stage.run("defers");
    assertCompleted(parent, "done");
    const [event, ...others] = await deferredBy(parent.run_id);
    assert.ok(event !== undefined);
    assert.deepEqual(others, []);
    assertCompleted(await stage.end(event.internal_id), "deferred");
    assert.deepEqual(order, ["work", "more work", "later"]);
    const [context] = seen;
    assert.deepEqual(context?.event.data, { n: 1 });
    assert.deepEqual(
      context.parents?.map(({ fnSlug, runId }) => [fnSlug, runId]),
      [[`${app.id}-defers`, parent.run_id]],
    );
    const { parent_defer_span: span, ...known } = about(event.data);
    assert.equal(typeof span, "string");
    assert.deepEqual(known, {
      fn_slug: `${app.id}-later`,
      parent_app_id: app.id,
      parent_fn_id: parent.function_id,
      parent_fn_slug: `${app.id}-defers`,
      parent_run_id: parent.run_id,
    });
  });

  it("15.8 DeferAdd: its id follows from the run and the defer", async () => {
    await using _ = await stage.app([
      { id: "steady", isDeferred: true, handler: () => "deferred" },
      {
        id: "defers-two",
        handler: ({ defer }) => {
          for (const id of ["a", "b"]) defer(id, { functionId: "steady", data: { id } });
        },
      },
    ]);
    const [one, other] = [await stage.run("defers-two"), await stage.run("defers-two")];
    const ids = [...(await deferredBy(one.run_id)), ...(await deferredBy(other.run_id))].map(({ id }) => id);
    assert.equal(ids.length, 4);
    assert.equal(new Set(ids).size, 4);
    for (const run of [one, other]) {
      for (const name of ["a", "b"]) {
        assert.ok(ids.some((id) => id?.includes(run.run_id) === true && id.includes(stepIdOf(name))));
      }
    }
  });

  for (const { title, id, end } of [
    {
      title: "15.8 DeferAdd: a parent that fails starts what it deferred as well",
      id: "failing-parent",
      end: "Failed",
    },
    {
      title: "15.8 DeferAdd: a parent that is cancelled starts what it deferred as well",
      id: "cancelled-parent",
      end: "Cancelled",
    },
  ] as const) {
    it(title, async () => {
      const parent: FunctionSpec = {
        id,
        options: { retries: 0 },
        handler: async ({ defer, step }) => {
          defer("clean up", { functionId: `${id}-later`, data: {} });
          await step.run("work", () => 1);
          if (end === "Failed") throw new Error("on purpose");
          await step.sleep("long", "1h");
        },
      };
      await using _ = await stage.app([
        { id: `${id}-later`, isDeferred: true, handler: () => "deferred" },
        parent,
      ]);
      const event = await stage.send(id);
      if (end === "Cancelled") {
        const { run_id: runId } = await waiting(stage, event);
        await clientOf(stage.server).cancel(runId);
      }
      const run = await stage.end(event);
      assert.equal(run.status, end);
      const [deferred] = await deferredBy(run.run_id);
      assert.ok(deferred !== undefined);
      assertCompleted(await stage.end(deferred.internal_id), "deferred");
    });
  }

  it("15.8 DeferAdd: is taken once for each id, and later calls list it as abortable", async () => {
    const add = (n: number) => opOf("DeferAdd", "d", { opts: { fn_slug: "raw-defer-target", input: { n } } });
    await using app = await stage.rawApp([
      {
        id: "retransmits",
        answer: ({ body }) => {
          switch (Object.keys(body.steps).length) {
            case 0:
              return opsAnswer([add(1), opOf("StepRun", "one", { data: 1 })]);
            case 1:
              return opsAnswer([add(2), opOf("StepRun", "two", { data: 2 })]);
            default:
              return sdkAnswer(200, "over");
          }
        },
      },
    ]);
    const run = await stage.run("retransmits");
    const defers = app.calls("retransmits").map(({ body }) => (body as { defers?: unknown }).defers ?? {});
    const listed = { [stepIdOf("d")]: { abortable: true } };
    assert.deepEqual(defers, [{}, listed, listed]);
    const events = await deferredBy(run.run_id);
    assert.deepEqual(
      events.map(({ data }) => data["n"]),
      [1],
    );
  });

  it("15.8 DeferAdd: goes with any answer, also with the one that ends the run", async () => {
    await using _ = await stage.rawApp([
      {
        id: "with-end",
        answer: () =>
          opsAnswer([
            opOf("DeferAdd", "d", { opts: { fn_slug: "raw-end-target", input: { n: 1 } } }),
            opOf("RunComplete", "complete", { data: "over" }),
          ]),
      },
    ]);
    const run = await stage.run("with-end");
    assertCompleted(run, "over");
    assert.equal((await deferredBy(run.run_id)).length, 1);
  });

  it("15.8 DeferAbort: what was called off is not started", async () => {
    const ran: unknown[] = [];
    await using _ = await stage.app([
      {
        id: "called-off",
        isDeferred: true,
        handler: ({ event }) => void ran.push(event.data["id"]),
      },
      {
        id: "calls-off",
        options: { checkpointing: false },
        handler: async ({ defer, step }) => {
          const handle = defer("no", { functionId: "called-off", data: { id: "no" } });
          defer("yes", { functionId: "called-off", data: { id: "yes" } });
          await step.run("work", () => 1);
          await step.run("more work", () => 1);
          handle.abort();
          return "done";
        },
      },
    ]);
    const run = await stage.run("calls-off");
    assertCompleted(run, "done");
    const events = await deferredBy(run.run_id);
    assert.deepEqual(
      events.map(({ data }) => data["id"]),
      ["yes"],
    );
    const [event] = events;
    assert.ok(event !== undefined);
    await stage.end(event.internal_id);
    assert.deepEqual(ran, ["yes"]);
  });

  it("15.8 sessions: the deferred run has those of its parent and its own, which go first", async () => {
    const seen: unknown[] = [];
    await using _ = await stage.app([
      {
        id: "in-session",
        isDeferred: true,
        handler: ({ event }) => void seen.push(event.meta?.sessions),
      },
      {
        id: "defers-in-session",
        handler: ({ defer }) => {
          defer("d", { functionId: "in-session", data: {}, meta: { sessions: { order: "o2" } } });
        },
      },
    ]);
    const event = await stage.send(
      "defers-in-session",
      {},
      { meta: { sessions: { user: "u1", order: "o1" } } },
    );
    const run = await stage.end(event);
    const [deferred] = await deferredBy(run.run_id);
    assert.ok(deferred !== undefined);
    await stage.end(deferred.internal_id);
    assert.deepEqual(seen, [{ user: "u1", order: "o2" }]);
  });

  it("15.8 limits: what is too much or invalid is left out in silence, and the run goes on", async () => {
    const add = (name: string, opts: unknown) => opOf("DeferAdd", name, { opts });
    const small = { fn_slug: "limit-target", input: {} };
    const cases: Readonly<Record<string, { ops: readonly unknown[]; started: number }>> = {
      "at most 20": { ops: Array.from({ length: 21 }, (_, n) => add(`d${n}`, small)), started: 20 },
      "at most 4 MiB": {
        ops: [
          add("large", { fn_slug: "limit-target", input: { text: "x".repeat(4 * 1024 * 1024) } }),
          add("small", small),
        ],
        started: 1,
      },
      "meta of at most 32 KiB": {
        ops: [
          add("large", { ...small, meta: { sessions: { key: "x".repeat(33 * 1024) } } }),
          add("small", small),
        ],
        started: 1,
      },
      "input is an object": { ops: [add("list", { ...small, input: [1] }), add("small", small)], started: 1 },
      "a function is named": { ops: [add("nobody", { input: {} }), add("small", small)], started: 1 },
    };
    await using _ = await stage.rawApp([
      {
        id: "limits",
        answer: ({ body }) => {
          if (stepIdOf("s") in body.steps) return sdkAnswer(200, "over");
          const { name } = body.event["data"] as { name: string };
          return opsAnswer([...(cases[name]?.ops ?? []), opOf("StepRun", "s", { data: 1 })]);
        },
      },
    ]);
    for (const [name, { started }] of Object.entries(cases)) {
      const run = await stage.run("limits", { name });
      assertCompleted(run, "over");
      assert.equal((await deferredBy(run.run_id)).length, started, name);
      assert.equal((await runsOf(stage.server, run.event_id)).length, 1);
    }
  });
});

function about(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return data["_inngest"] as Readonly<Record<string, unknown>>;
}
