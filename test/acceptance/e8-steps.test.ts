import assert from "node:assert/strict";
import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import type { StepContext } from "holdfast";
import { expression, Holdfast } from "holdfast";
import { serve } from "holdfast/node";
import { assertCompleted, assertFailed } from "../compat/assert-run.ts";
import { clientOf, endOf, runOf, runsOf } from "../kit/run-of.ts";
import { listen, SERVE_PATH } from "../kit/test-app.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

/** What a condition must never become: true for another event. */
const INJECTION = 'x" || true || async.data.id == "';

/** One app on one server, and what its steps noted. */
function shop(server: TestServer) {
  const client = new Holdfast({
    id: "shop",
    baseUrl: server.url,
    signingKey: server.signingKey ?? "",
    eventKey: server.eventKey,
    variables: {},
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const at: Record<string, number[]> = {};
  const note = (what: string): number => (at[what] ??= []).push(Date.now());
  const aborted: unknown[] = [];
  let hangs = 0;

  const functions = [
    client.createFunction({ id: "few", retries: 5, triggers: [{ event: "few" }] }, async ({ step }) => {
      const caught = await step
        .run({ id: "twice", retries: 1 }, () => {
          note("twice");
          throw new RangeError("no");
        })
        .catch((error: unknown) => error instanceof Error && error.message);
      await step.run("often", () => {
        if (note("often") < 4) throw new Error("not yet");
      });
      return caught;
    }),
    client.createFunction({ id: "waits", retries: 3, triggers: [{ event: "waits" }] }, ({ step }) =>
      step.run({ id: "slow", backoff: (attempt) => (attempt === 0 ? "1s" : "2s") }, () => {
        if (note("slow") < 3) throw new Error("not yet");
        return "done";
      }),
    ),
    client.createFunction({ id: "hangs", retries: 1, triggers: [{ event: "hangs" }] }, ({ step }) =>
      step.run({ id: "hang", timeout: 200 }, async ({ attempt, signal }: StepContext) => {
        hangs += 1;
        if (hangs > 1) return { attempt };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        aborted.push([attempt, signal.aborted, signal.reason instanceof Error]);
        return new Promise(() => undefined);
      }),
    ),
    client.createFunction({ id: "ends", retries: 0, triggers: [{ event: "ends" }] }, ({ step }) =>
      step.run({ id: "hang", timeout: 100 }, () => new Promise<never>(() => undefined)),
    ),
    client.createFunction({ id: "bound", triggers: [{ event: "bound" }] }, async ({ event, step }) => {
      const id = String(Reflect.get(event.data, "id"));
      const found = await step.waitForEvent("paid", {
        event: "paid",
        timeout: "1h",
        if: expression`async.data.id == ${id}`,
      });
      return found === null ? null : Reflect.get(found.data, "amount");
    }),
    client.createFunction({ id: "any", triggers: [{ event: "any" }] }, async ({ step }) => {
      const first = await step.waitForAny("first", {
        events: [{ event: "lost", if: expression`async.data.id == ${1}` }, { event: "found" }],
        timeout: "1h",
      });
      const none = await step.waitForAny("none", { events: [{ event: "never" }], timeout: "1s" });
      return [first?.name, first?.data, none];
    }),
    client.createFunction({ id: "late", triggers: [{ event: "late" }] }, async ({ step }) => {
      const events = [{ event: "early/lost" }, { event: "early/found" }];
      const before = await step.waitForAny("before", { events, timeout: "1s", lookBack: "1h" });
      const since = await step.waitForAny("since", { events, timeout: "1s" });
      return [before?.name, before?.data, since];
    }),
  ];
  const handler: RequestListener = serve({ client, functions });
  return { handler, at, aborted };
}

describe("a step by its own rules", { concurrency: true, timeout: 60_000 }, () => {
  let server: TestServer;
  let http: Server;
  let app: ReturnType<typeof shop>;
  before(async () => {
    server = await startTestServer();
    app = shop(server);
    http = createServer(app.handler);
    const port = await listen(http, 0);
    await clientOf(server).syncApp(`http://127.0.0.1:${port}${SERVE_PATH}`);
  });
  after(async () => {
    http.close();
    http.closeAllConnections();
    await server[Symbol.asyncDispose]();
  });

  const send = async (name: string, data: Readonly<Record<string, unknown>> = {}) => {
    const { ids } = await clientOf(server).send({ name, data });
    const [id] = ids;
    assert.ok(id);
    return id;
  };
  const waiting = async (name: string, data: Readonly<Record<string, unknown>>, count: number) => {
    const [run] = await runsOf(server, await send(name, data));
    assert.ok(run);
    await until(`${name} waits`, async () => {
      const { children = [] } = await clientOf(server).trace(run.run_id);
      return children.filter(({ wait }) => wait?.outcome === "open").length === count;
    });
    return run.run_id;
  };

  it("32.E8 per-step retries: a step has fewer attempts than its function, and the next has its function's", async () => {
    assertCompleted(await runOf(server, await send("few")), "no");
    assert.deepEqual([app.at["twice"]?.length, app.at["often"]?.length], [2, 4]);
  });

  it("32.E8 per-step back-off: the next attempt is not made before the step says, each time anew", async () => {
    assertCompleted(await runOf(server, await send("waits")), "done");
    const [first = 0, second = 0, third = 0] = app.at["slow"] ?? [];
    assert.ok(second - first >= 1000 && third - second >= 2000, JSON.stringify(app.at["slow"]));
  });

  it("32.E8 per-step timeout: an attempt that hangs has failed, its signal is aborted, and the next is made", async () => {
    assertCompleted(await runOf(server, await send("hangs")), { attempt: 1 });
    assert.deepEqual(app.aborted, [[0, true, true]]);
  });

  it("32.E8 per-step timeout: on the last attempt it ends the run, and says which step and how long", async () => {
    assertFailed(await runOf(server, await send("ends")), "HoldfastError", /hang.*100|100.*hang/);
  });

  it("32.E8 bound CEL parameters: a value in a condition stays a value, whatever it holds", async () => {
    const run = await waiting("bound", { id: INJECTION }, 1);
    // What the condition would let in if the value were read as a part of it.
    await send("paid", { id: "another", amount: 1 });
    await send("paid", { id: "x", amount: 2 });
    await send("paid", { id: INJECTION, amount: 3 });
    assertCompleted(await endOf(server, run), 3);
  });

  it("32.E8 first of many: the first event that fits is given, and null when none comes in time", async () => {
    const run = await waiting("any", {}, 2);
    await send("lost", { id: 2 });
    await send("found", { id: 3 });
    assertCompleted(await endOf(server, run), ["found", { id: 3 }, null]);
  });

  it("32.E8 first of many, with look-back: what came before the run counts for who asks, and for nobody else", async () => {
    await send("early/found", { n: 1 });
    assertCompleted(await runOf(server, await send("late")), ["early/found", { n: 1 }, null]);
  });
});
