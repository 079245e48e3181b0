import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ReceivedEvent } from "../events/contract.ts";
import { boundStage, MisplacedError } from "../execution/testing/bound-stage.ts";
import type { EventData, PayloadPosition } from "./contract.ts";
import { openEvent } from "./open-event.ts";
import { sealEndpointRequest } from "./endpoint-request.ts";
import { passThrough } from "./pass-through.ts";
import { atEndpointAnswer } from "./run-place.ts";
import { sealEvent } from "./seal-event.ts";

const stage = boundStage();
const place = { environment: "eu", app: "shop", functionId: "ship" };
const shared = { environment: "eu", app: "shop" };

async function received(name: string, data: object, at?: PayloadPosition): Promise<ReceivedEvent> {
  const position = at ?? { kind: "event", ...shared, name };
  return { name, data: await stage.sealData(data as EventData, position), id: "e1", ts: 5 };
}

describe("a received event", () => {
  it("is opened by its name, with everything else as it was", async () => {
    const sealed = {
      ...(await received("order/paid", { orderId: "o1" })),
      v: "2",
      meta: { sessions: { a: 1 } },
    };
    assert.deepEqual(await openEvent(sealed, stage, place), {
      event: { ...sealed, data: { orderId: "o1" } },
      replyTo: null,
    });
    await assert.rejects(openEvent({ ...sealed, name: "order/lost" }, stage, place), MisplacedError);
  });

  it("that was sent is the event that was written", async () => {
    const event = { name: "order/paid", data: { at: new Date(0) }, id: "mine", v: "2", ts: 5 };
    const sent = await sealEvent({ ...event, secret: "left out" } as typeof event, stage, shared);
    assert.deepEqual(Object.keys(sent).toSorted(), ["data", "id", "name", "ts", "v"]);
    const { event: opened } = await openEvent({ ...sent, id: "mine", ts: 5 } as ReceivedEvent, stage, place);
    assert.deepEqual(opened.data, { at: "1970-01-01T00:00:00.000Z" });
  });

  it("of an invoke is opened for its function, tells whom to answer, and keeps the server's part", async () => {
    const replyTo = { runId: "r-parent", stepId: "s-parent" };
    const at = { kind: "invoke-input", ...place } as const;
    const data = await stage.sealData({ amount: 5 }, at, replyTo);
    const event = {
      name: "inngest/function.invoked",
      data: { ...data, _inngest: { fn_id: "shop-ship" } },
      id: "e1",
      ts: 5,
    };
    assert.deepEqual(await openEvent(event, stage, place), {
      event: { ...event, data: { amount: 5, _inngest: { fn_id: "shop-ship" } } },
      replyTo,
    });
    await assert.rejects(openEvent(event, stage, { ...place, functionId: "bill" }), MisplacedError);
  });

  it("of a deferred run is opened for its function", async () => {
    const data = await stage.sealData({ x: 1 }, { kind: "deferred-input", ...place });
    const event = { name: "inngest/deferred.schedule", data: { ...data, _inngest: {} }, id: "e1", ts: 5 };
    const { event: opened } = await openEvent(event, stage, place);
    assert.deepEqual(opened.data, { x: 1, _inngest: {} });
  });

  it("of a clock has nothing to open", async () => {
    const event = { name: "inngest/scheduled.timer", data: { cron: "* * * * *" }, id: "e1", ts: 5 };
    assert.deepEqual(await openEvent(event, stage, place), { event, replyTo: null });
  });
});

describe("the event of a run's end", () => {
  const bill = { ...shared, functionId: "bill" };

  it("has its events, its result and its error opened where the run wrote them", async () => {
    const order = await received("order/paid", { orderId: "o1" });
    const other = await received("order/lost", { orderId: "o2" });
    for (const name of ["finished", "failed", "cancelled"]) {
      const ending: ReceivedEvent = {
        name: `inngest/function.${name}`,
        data: {
          function_id: "shop-bill",
          run_id: "r1",
          event: order,
          events: [order, other],
          error: await stage.sealError(
            { name: "TypeError", message: "no" },
            { kind: "function-error", ...bill, runId: "r1" },
          ),
          result: await stage.seal([5], { kind: "function-output", ...bill, runId: "r1" }),
          _inngest: { status: "Failed" },
        },
        id: "e2",
        ts: 6,
      };
      const { event } = await openEvent(ending, stage, place);
      assert.deepEqual(event.data, {
        function_id: "shop-bill",
        run_id: "r1",
        event: { ...order, data: { orderId: "o1" } },
        events: [
          { ...order, data: { orderId: "o1" } },
          { ...other, data: { orderId: "o2" } },
        ],
        error: { name: "TypeError", message: "no" },
        result: [5],
        _inngest: { status: "Failed" },
      });
    }
  });

  it("of an invoked run has its outcome opened as the answer to its step", async () => {
    const replyTo = { runId: "r-parent", stepId: "s-parent" };
    const input = { kind: "invoke-input", ...bill } as const;
    const invoked: ReceivedEvent = {
      name: "inngest/function.invoked",
      data: await stage.sealData({ amount: 5 }, input, replyTo),
      id: "e1",
      ts: 5,
    };
    const result = await stage.seal("paid", { kind: "function-output", ...bill, replyTo });
    const ending = (run: object): ReceivedEvent => ({
      name: "inngest/function.finished",
      data: { function_id: "shop-bill", run_id: "r1", event: invoked, events: [invoked], result, ...run },
      id: "e2",
      ts: 6,
    });
    const { event } = await openEvent(ending({}), stage, place);
    assert.equal(event.data["result"], "paid");
    await assert.rejects(openEvent(ending({ function_id: "shop-mail" }), stage, place), MisplacedError);
  });

  it("of a durable endpoint has its request opened for the run, and its result as the answer to that", async () => {
    const run = { environment: "eu", app: "post", runId: "r1" };
    const data = {
      app: "post",
      domain: "https://post.example",
      method: "GET",
      path: "/pay",
      fn: "",
      ip: "",
      content_type: "",
      query_params: "a=b",
      body: "",
      is_streamed: false,
    };
    const request = await sealEndpointRequest(data, stage, { ...run, functionId: "GET /pay" });
    const event = { name: "inngest/http.request", data: { ...request }, id: "e", ts: 5 };
    const result = await stage.seal("paid", atEndpointAnswer(run));
    const ending = {
      function_id: "https://post.example/GET /pay",
      run_id: "r1",
      event,
      events: [event],
      result,
    };
    const { event: opened } = await openEvent(
      { name: "inngest/function.finished", data: ending, id: "f", ts: 6 },
      stage,
      place,
    );
    assert.equal(opened.data["result"], "paid");
    assert.deepEqual(opened.data["event"], { ...event, data });
    const moved = { name: "inngest/function.finished", data: { ...ending, run_id: "r2" }, id: "f", ts: 6 };
    await assert.rejects(openEvent(moved, stage, place), MisplacedError);
  });

  it("of another app's run is read by its slug, whatever is missing", async () => {
    const result = await stage.seal(1, {
      kind: "function-output",
      environment: "eu",
      app: "post",
      functionId: "mail-all",
      runId: "r1",
    });
    const data = { function_id: "post-mail-all", run_id: "r1", events: ["odd"], result };
    const { event } = await openEvent(
      { name: "inngest/function.finished", data, id: "e", ts: 5 },
      stage,
      place,
    );
    assert.deepEqual(event.data, { ...data, result: 1 });
    const empty = { name: "inngest/function.failed", data: {}, id: "e", ts: 5 };
    assert.deepEqual((await openEvent(empty, passThrough, place)).event, empty);
  });
});
