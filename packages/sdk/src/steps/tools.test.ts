import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { eventType } from "../events/event-type.ts";
import type { CallAnswer } from "../execution/contract.ts";
import { execute } from "../execution/execute.ts";
import { callOf } from "../execution/testing/call-of.ts";
import { apiOf, clientOf } from "../execution/testing/client-of.ts";
import { manualWorld } from "../execution/testing/manual-world.ts";
import { namesOf, opsOf } from "../execution/testing/ops-of.ts";
import type { Handler } from "../execution/testing/record-of.ts";
import { recordOf } from "../execution/testing/record-of.ts";
import { functionOf } from "../functions/records.ts";
import { sha1Hex } from "../platform/sha1.ts";

const world = manualWorld({ variables: { ANTHROPIC_API_KEY: "k-env" } });

async function answer(
  handler: Handler,
  memos: Readonly<Record<string, unknown>> = {},
  given: Parameters<typeof clientOf>[0] = {},
): Promise<CallAnswer> {
  return execute(callOf({ memos }), { record: recordOf(handler), client: clientOf({ world, ...given }) });
}

/** The only op of the handler's first call, without what every op has. */
async function op(handler: Handler): Promise<unknown> {
  const [found, ...others] = opsOf(await answer(handler));
  assert.ok(found !== undefined && others.length === 0);
  const { id: _id, userland: _userland, displayName: _displayName, ...rest } = found;
  return rest;
}

/** What the handler returns when its step `a` has this memo. */
async function value(handler: Handler, memo: unknown): Promise<unknown> {
  const result = await answer(handler, { [sha1Hex("a")]: memo });
  assert.equal(result.status, 200, result.body);
  return JSON.parse(result.body);
}

const bill = functionOf("bill", [recordOf(() => undefined, { id: "bill", slug: "shop-bill" })]);

describe("step.sleep and step.sleepUntil", () => {
  it("say how long and until when, in every form of a time", async () => {
    for (const [span, text] of [
      ["1h30m", "1h30m"],
      [1500, "1s500ms"],
      [0, "0s"],
      [-5, "0s"],
      [{ total: () => 90_000 }, "1m30s"],
    ] as const) {
      assert.deepEqual(await op(({ step }) => step.sleep("a", span)), { op: "Sleep", name: text });
    }
    for (const instant of [new Date(1e12), "2001-09-09T01:46:40Z", { epochMilliseconds: 1e12 }]) {
      assert.deepEqual(await op(({ step }) => step.sleepUntil("a", instant)), {
        op: "Sleep",
        name: "2001-09-09T01:46:40.000Z",
      });
    }
  });
});

describe("step.waitForEvent", () => {
  const paid = eventType("order/paid", { schema: z.object({ orderId: z.string() }) });

  it("names the event, its condition, and its times", async () => {
    assert.deepEqual(
      await op(({ step }) =>
        step.waitForEvent("a", { event: paid, timeout: "1h", if: "async.data.x == 1", lookBack: "5m" }),
      ),
      {
        op: "WaitForEvent",
        name: "order/paid",
        opts: { timeout: "1h", if: "async.data.x == 1", lookBack: "5m" },
      },
    );
    assert.deepEqual(
      await op(({ step }) => step.waitForEvent("a", { event: "order/lost", timeout: new Date(1e12) })),
      { op: "WaitForEvent", name: "order/lost", opts: { timeout: "2001-09-09T01:46:40.000Z" } },
    );
  });

  it("gives the event, or null when the time is over", async () => {
    const event = { name: "order/paid", data: { orderId: "o1" }, id: "e1", ts: 5 };
    const wait: Handler = ({ step }) => step.waitForEvent("a", { event: paid, timeout: "1h" });
    assert.deepEqual(await value(wait, event), event);
    assert.equal(await value(wait, null), null);
  });

  it("fails for good with an event that does not fit its schema, by path and not by value", async () => {
    const event = { name: "order/paid", data: { orderId: 4711 }, id: "e1", ts: 5 };
    const wait: Handler = ({ step }) => step.waitForEvent("a", { event: paid, timeout: "1h" });
    const result = await answer(wait, { [sha1Hex("a")]: event });
    assert.equal(result.status, 400);
    assert.match(JSON.parse(result.body).message, /"order\/paid".*orderId/);
    assert.equal(result.body.includes("4711"), false);
    const caught: Handler = async (context) => {
      try {
        return await wait(context);
      } catch {
        return "caught";
      }
    };
    assert.equal(await value(caught, event), "caught");
  });

  it("is refused without a time-out or a name", async () => {
    for (const wait of [{ event: "order/paid" }, { event: "", timeout: "1h" }, { timeout: "1h" }]) {
      const result = await answer(({ step }) => step.waitForEvent("a", wait as never));
      assert.equal(result.status, 400);
    }
  });
});

describe("step.waitForAny", () => {
  const any: Handler = async ({ step }) => {
    const event = await step.waitForAny("w", {
      events: [{ event: "order/paid", if: "async.data.id == 1" }, { event: "order/lost" }],
      timeout: "1d",
      lookBack: "1m",
    });
    return step.run("after", () => event?.name ?? "nothing");
  };

  it("is one wait for each event, as a race", async () => {
    assert.deepEqual(
      opsOf(await answer(any)).map(({ id, name, opts }) => [id, name, opts]),
      [
        [
          sha1Hex("w:0"),
          "order/paid",
          { timeout: "1d", if: "async.data.id == 1", lookBack: "1m", parallelMode: "race" },
        ],
        [sha1Hex("w:1"), "order/lost", { timeout: "1d", lookBack: "1m", parallelMode: "race" }],
      ],
    );
  });

  it("goes on with the first, and asks for the others no more", async () => {
    const lost = { name: "order/lost", data: {}, id: "e1", ts: 5 };
    const result = await answer(any, { [sha1Hex("w:1")]: lost });
    assert.deepEqual(namesOf(result), ["StepRun after"]);
    assert.equal(opsOf(result)[0]?.data, "order/lost");
    const end = await answer(any, { [sha1Hex("w:1")]: lost, [sha1Hex("after")]: { data: "x" } });
    assert.equal(end.status, 200);
    const late = await answer(any, { [sha1Hex("w:0")]: null, [sha1Hex("w:1")]: lost });
    assert.equal(opsOf(late)[0]?.data, "nothing");
  });

  it("needs an event", async () => {
    const result = await answer(({ step }) => step.waitForAny("w", { events: [], timeout: "1d" }));
    assert.equal(result.status, 400);
  });
});

describe("signals", () => {
  it("are waited for by name", async () => {
    assert.deepEqual(
      await op(({ step }) => step.waitForSignal("a", { signal: "go", timeout: "1h", onConflict: "replace" })),
      { op: "WaitForSignal", name: "go", opts: { signal: "go", timeout: "1h", conflict: "replace" } },
    );
    const wait: Handler = ({ step }) => step.waitForSignal("a", { signal: "go", timeout: "1h" });
    assert.deepEqual(await value(wait, { data: { signal: "go", data: 5 } }), { signal: "go", data: 5 });
    assert.equal(await value(wait, null), null);
  });

  it("are sent to whoever waits, once", async () => {
    const { api, requests } = apiOf(() => ({ status: 200, body: { data: { run_id: "r1" } } }));
    const result = await answer(
      ({ step }) => step.sendSignal("a", { signal: "go", data: { x: 1 } }),
      {},
      { api },
    );
    assert.deepEqual(opsOf(result)[0]?.data, { runId: "r1" });
    assert.deepEqual(opsOf(result)[0]?.opts, { type: "step.sendSignal" });
    assert.deepEqual(requests, [
      { method: "POST", path: "/v1/signals", body: '{"signal":"go","data":{"x":1}}' },
    ]);
  });
});

describe("step.invoke", () => {
  it("names the function by its app, at hand or by its ids", async () => {
    assert.deepEqual(
      await op(({ step }) =>
        step.invoke("a", {
          function: bill,
          data: { amount: 5 },
          timeout: "1h",
          v: "2",
          meta: { sessions: null },
        }),
      ),
      {
        op: "InvokeFunction",
        opts: {
          function_id: "shop-bill",
          payload: { data: { amount: 5 }, v: "2", meta: { sessions: null } },
          timeout: "1h",
        },
      },
    );
    assert.deepEqual(
      await op(({ step }) => step.invoke("a", { function: { functionId: "mail", appId: "post" } })),
      { op: "InvokeFunction", opts: { function_id: "post-mail", payload: { data: {} } } },
    );
  });

  it("gives the result, or throws the other function's error", async () => {
    const invoke: Handler = ({ step }) => step.invoke("a", { function: bill });
    assert.deepEqual(await value(invoke, { data: { paid: true } }), { paid: true });
    const failed = await answer(invoke, { [sha1Hex("a")]: { error: { name: "Declined", message: "no" } } });
    assert.deepEqual([failed.status, JSON.parse(failed.body).name], [400, "Declined"]);
  });

  it("is refused for what is no function, and for data that is no object", async () => {
    for (const options of [{ function: null }, { function: { id: "x" } }, { function: bill, data: [1] }]) {
      const result = await answer(({ step }) => step.invoke("a", options as never));
      assert.equal(result.status, 400, result.body);
    }
  });
});

describe("step.sendEvent", () => {
  it("sends events with the client's key, and keeps their ids", async () => {
    const sent: unknown[] = [];
    const posting = manualWorld({
      async fetch(input, init) {
        const request = new Request(input, init);
        sent.push(request.url, await request.json());
        return Response.json({ ids: ["e1"], status: 200 });
      },
    });
    const told = eventType("shop/told", { schema: z.object({ word: z.string() }) });
    const handler: Handler = ({ step }) => step.sendEvent("a", told.create({ word: "x" }, { id: "mine" }));
    const result = await answer(handler, {}, { world: posting, eventKey: "key" });
    assert.deepEqual(opsOf(result)[0]?.data, { ids: ["e1"] });
    assert.deepEqual(opsOf(result)[0]?.opts, { type: "step.sendEvent" });
    assert.deepEqual(sent, [
      "http://127.0.0.1:8288/e/key",
      [{ name: "shop/told", data: { word: "x" }, id: "mine", ts: posting.now() }],
    ]);
    const wrong: Handler = ({ step }) => step.sendEvent("a", told.create({ word: 5 as never }));
    assert.match((await answer(wrong, {}, { world: posting })).body, /does not fit its schema at word/);
  });
});

describe("step.fetch", () => {
  const handler: Handler = async ({ step }) => {
    const response = await step.fetch("https://api.example/orders?page=2", {
      method: "PUT",
      headers: { "x-key": "k" },
      body: "text",
    });
    return [response.status, response.headers.get("x-said"), await response.text()];
  };

  it("has the server ask, by its method and address", async () => {
    const result = opsOf(await answer(handler));
    assert.deepEqual(result, [
      {
        op: "Gateway",
        id: sha1Hex("fetch PUT https://api.example/orders"),
        displayName: "fetch PUT https://api.example/orders",
        userland: { id: "fetch PUT https://api.example/orders" },
        opts: {
          url: "https://api.example/orders?page=2",
          method: "PUT",
          headers: { "content-type": "text/plain;charset=UTF-8", "x-key": "k" },
          body: "text",
        },
      },
    ]);
  });

  it("gives what the server was answered, as a response", async () => {
    const stored = {
      url: "https://api.example/orders",
      status_code: 404,
      headers: { "x-said": "no", "content-encoding": "gzip" },
      body: "gone",
    };
    const id = sha1Hex("fetch PUT https://api.example/orders");
    const result = await answer(handler, { [id]: { data: stored } });
    assert.deepEqual(JSON.parse(result.body), [404, "no", "gone"]);
    const empty = await answer(handler, { [id]: { data: { ...stored, status_code: 204 } } });
    assert.deepEqual(JSON.parse(empty.body), [204, "no", ""]);
  });

  it("inside another step is an ordinary request", async () => {
    const asking = manualWorld({ fetch: async () => new Response("here") });
    const inner: Handler = ({ step }) =>
      step.run("a", async () => (await step.fetch("https://x.example")).text());
    assert.equal(opsOf(await answer(inner, {}, { world: asking }))[0]?.data, "here");
  });
});

describe("step.ai.infer", () => {
  it("has the server ask a model, each provider in its way", async () => {
    const messages = [{ role: "user", content: "hi" }];
    assert.deepEqual(
      await op(({ step }) =>
        step.ai.infer("a", {
          model: step.ai.models.openai({ model: "m", apiKey: "k", defaultParameters: { temperature: 0 } }),
          body: { messages },
        }),
      ),
      {
        op: "AIGateway",
        opts: {
          type: "step.ai.infer",
          url: "https://api.openai.com/v1/chat/completions",
          headers: {},
          auth_key: "k",
          format: "openai-chat",
          body: { temperature: 0, model: "m", messages },
        },
      },
    );
    const anthropic = await op(({ step }) =>
      step.ai.infer("a", {
        model: step.ai.models.anthropic({ model: "m" }),
        body: { max_tokens: 5, messages },
      }),
    );
    assert.deepEqual(anthropic, {
      op: "AIGateway",
      opts: {
        type: "step.ai.infer",
        url: "https://api.anthropic.com/v1/messages",
        headers: { "anthropic-version": "2023-06-01" },
        auth_key: "k-env",
        format: "anthropic",
        body: { model: "m", max_tokens: 5, messages },
      },
    });
    const { opts } = (await op(({ step }) =>
      step.ai.infer("a", {
        model: step.ai.models.gemini({ model: "m/x", apiKey: "k" }),
        body: { contents: [] },
      }),
    )) as { opts: Record<string, unknown> };
    assert.deepEqual(
      [opts["format"], opts["url"]],
      ["gemini", "https://generativelanguage.googleapis.com/v1beta/models/m%2Fx:generateContent"],
    );
    const infer: Handler = ({ step }) =>
      step.ai.infer("a", { model: step.ai.models.grok({ model: "m", apiKey: "k" }), body: { messages } });
    assert.deepEqual(await value(infer, { data: { choices: [] } }), { choices: [] });
  });

  it("is refused without a key", async () => {
    const result = await answer(({ step }) =>
      step.ai.infer("a", { model: step.ai.models.deepseek({ model: "m" }), body: { messages: [] } }),
    );
    assert.equal(result.status, 400);
    assert.match(result.body, /DEEPSEEK_API_KEY/);
  });
});

describe("step.realtime.publish", () => {
  it("publishes what fits the topic's schema, once, and gives it back", async () => {
    const { api, requests } = apiOf(() => 200);
    const topic = { channel: "orders/1", topic: "news", schema: z.object({ word: z.string() }) };
    const result = await answer(({ step }) => step.realtime.publish("a", topic, { word: "x" }), {}, { api });
    assert.deepEqual(opsOf(result)[0]?.data, { word: "x" });
    assert.equal(requests[0]?.path, "/v1/realtime/publish?channel=orders%2F1&topic=news");
    assert.equal(requests[0]?.body, '{"word":"x"}');
    const wrong = await answer(
      ({ step }) => step.realtime.publish("a", topic, { word: 5 as never }),
      {},
      { api },
    );
    assert.deepEqual(namesOf(wrong), ["StepFailed a"]);
    assert.equal(requests.length, 1);
  });
});

describe("defer", () => {
  const survey = functionOf("survey", [
    recordOf(() => undefined, { id: "survey", slug: "shop-survey", kind: "deferred" }),
  ]);

  it("travels with whatever is answered next", async () => {
    const handler: Handler = async ({ defer, step }) => {
      const handle = defer(
        { id: "d", name: "Ask" },
        { function: survey, data: { x: 1 }, meta: { sessions: null } },
      );
      await step.run("a", () => 1);
      handle.abort();
      handle.abort();
      return "done";
    };
    const d = sha1Hex("d");
    const add = {
      op: "DeferAdd",
      id: d,
      displayName: "Ask",
      userland: { id: "d" },
      opts: { fn_slug: "shop-survey", input: { x: 1 }, meta: { sessions: null } },
    };
    const first = opsOf(await answer(handler));
    assert.deepEqual(first[0], add);
    assert.equal(first[1]?.op, "StepRun");
    const second = opsOf(await answer(handler, { [sha1Hex("a")]: { data: 1 } }));
    assert.deepEqual(second, [
      add,
      {
        op: "DeferAbort",
        id: sha1Hex(`${d}:abort`),
        displayName: "Ask",
        userland: { id: "d" },
        opts: { target_hashed_id: d },
      },
      { op: "RunComplete", id: sha1Hex("complete"), data: "done" },
    ]);
    const call = callOf({ memos: { [sha1Hex("a")]: { data: 1 } }, abortable: new Set([d]) });
    const third = await execute(call, { record: recordOf(handler), client: clientOf() });
    assert.deepEqual(
      opsOf(third).map(({ op: code }) => code),
      ["DeferAbort", "RunComplete"],
    );
  });

  it("of a run that fails for good is reported first, and of one that is tried again not at all", async () => {
    const handler: Handler = ({ defer }) => {
      defer("d", { function: survey });
      throw new Error("no");
    };
    const { api, requests } = apiOf(() => 200);
    const client = clientOf({ api });
    const checkpoint = { functionId: "f", queueItemId: "q", generationId: null };
    const tell = async (given: Parameters<typeof callOf>[0]): Promise<CallAnswer> =>
      execute(callOf(given), { record: recordOf(handler), client });
    assert.equal((await tell({ checkpoint })).status, 500);
    assert.equal(requests.length, 0);
    assert.equal((await tell({ checkpoint, attempt: 3 })).status, 400);
    assert.match(requests[0]?.body ?? "", /"DeferAdd"/);
    assert.deepEqual(namesOf(await tell({ attempt: 3 })), ["DeferAdd d", "DiscoveryRequest"]);
  });

  it("is refused for an id that was deferred before, and for an ordinary function", async () => {
    for (const handler of [
      (({ defer }) => {
        defer("d", { function: survey });
        defer("d", { function: survey });
      }) satisfies Handler,
      (({ defer }) => void defer("d", { function: bill })) satisfies Handler,
    ]) {
      const call = callOf({ abortable: new Set([sha1Hex("d")]) });
      const result = await execute(call, { record: recordOf(handler), client: clientOf() });
      assert.equal(result.status, 400);
    }
  });
});
