import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { isHoldfastError, parseEventIdSeed } from "@holdfast/protocol";
import { z } from "zod";
import type { EventPayload } from "../events/contract.ts";
import { eventType } from "../events/event-type.ts";
import type { Middleware } from "../middleware/contract.ts";
import type { PayloadPosition } from "../payloads/contract.ts";
import { passThrough } from "../payloads/pass-through.ts";
import type { Holdfast } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import type { Outcome, ScriptedWorld } from "./testing/scripted-world.ts";
import { scriptedWorld } from "./testing/scripted-world.ts";
import { testClient } from "./testing/test-client.ts";

const KEY = "canary key/1";
const taken = Response.json({ ids: ["01HF7YAT000000000000000001"], status: 200 });

function open(
  outcomes: readonly Outcome[] = [taken],
  options: Partial<ClientOptions> = {},
): { readonly client: Holdfast; readonly world: ScriptedWorld } {
  const world = scriptedWorld(...outcomes);
  return { world, client: testClient({ world, eventKey: KEY, ...options }) };
}

function posted(world: ScriptedWorld): readonly EventPayload[] {
  return JSON.parse(world.requests[0]?.body ?? "null") as readonly EventPayload[];
}

/** Refused with a code and without the key, and nothing was sent. */
async function refused(client: Holdfast, events: unknown, code: string): Promise<void> {
  await assert.rejects(client.send(events as EventPayload), (error) => {
    assert.ok(isHoldfastError(error), inspect(error));
    assert.equal(error.code, code);
    assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /canary/);
    return true;
  });
}

describe("client.send()", () => {
  it("posts one event or several with what they lack, and gives the server's ids", async () => {
    const { client, world } = open();
    assert.deepEqual(await client.send({ name: "order/paid" }), { ids: ["01HF7YAT000000000000000001"] });
    assert.deepEqual(posted(world), [{ name: "order/paid", data: {}, ts: 1_700_000_000_000 }]);
    const [request] = world.requests;
    assert.equal(request?.url, "http://127.0.0.1:9/e/canary%20key%2F1");
    assert.equal(request?.method, "POST");
    assert.equal(request?.headers["x-inngest-sdk"], "holdfast-js:v0.1.0");
    assert.equal("x-inngest-env" in (request?.headers ?? {}), false);
    assert.deepEqual(parseEventIdSeed(request?.headers["x-inngest-event-id-seed"]), {
      timeMs: 1_700_000_000_000,
      entropy: new Uint8Array(10),
    });
    const several = open();
    const full = {
      name: "a",
      data: { n: 1 },
      id: "i",
      ts: 1_600_000_000_000,
      v: "2",
      meta: { sessions: { user: "u1" } },
    };
    await several.client.send([full, { name: "b" }]);
    assert.deepEqual(posted(several.world)[0], full);
    assert.equal(posted(several.world)[1]?.name, "b");
  });

  it("names the environment: the client's, or that of this send", async () => {
    const { client, world } = open([taken], { env: "staging" });
    await client.send({ name: "a" });
    await client.send({ name: "a" }, { env: "other" });
    assert.deepEqual(
      world.requests.map(({ headers }) => headers["x-inngest-env"]),
      ["staging", "other"],
    );
  });

  it("asks nobody to send nothing", async () => {
    const { client, world } = open();
    assert.deepEqual(await client.send([]), { ids: [] });
    assert.deepEqual(world.requests, []);
  });

  it("repeats with the same seed as long as the server does not answer, or answers 429 or 5xx", async () => {
    const { client, world } = open([
      new TypeError("x"),
      Response.json({}, { status: 503 }),
      new Response("", { status: 429 }),
      taken,
    ]);
    await client.send({ name: "a" });
    const seeds = world.requests.map(({ headers }) => headers["x-inngest-event-id-seed"]);
    assert.equal(seeds.length, 4);
    assert.equal(new Set(seeds).size, 1);
  });

  it("does not repeat what the server refuses, and says why without the key", async () => {
    const cases: readonly (readonly [number, string])[] = [
      [400, "request_failed"],
      [401, "unauthenticated"],
      [403, "forbidden"],
      [404, "request_failed"],
    ];
    for (const [status, code] of cases) {
      const { client, world } = open([Response.json({ error: `No such key: ${KEY}.`, status }, { status })]);
      await refused(client, { name: "a" }, code);
      assert.equal(world.requests.length, 1);
      await assert.rejects(client.send({ name: "a" }), /No such key: \(event key\)\.$/);
    }
  });

  it("does not take for sent what the server did not confirm", async () => {
    for (const body of [{ ids: ["a"], error: "half of it" }, { status: 200 }, { ids: [1] }, "ok"]) {
      await refused(open([Response.json(body)]).client, { name: "a" }, "request_failed");
    }
  });

  it("shows the key in no error of the network either", async () => {
    const failure = Object.assign(new TypeError(`Failed to parse ${KEY}`), {
      input: KEY,
      cause: { code: "ENOTFOUND" },
    });
    const { client, world } = open([failure]);
    await refused(client, { name: "a" }, "server_unreachable");
    assert.equal(world.requests.length, 5);
  });

  it("needs an event key in production, and none in dev", async () => {
    const world = scriptedWorld(taken);
    const settings = { id: "shop", world, eventKey: undefined } as unknown as Partial<ClientOptions>;
    await refused(testClient(settings), { name: "a" }, "unauthenticated");
    assert.equal(world.requests.length, 0);
    await testClient({ ...settings, mode: "dev" }).send({ name: "a" });
    assert.equal(world.requests.at(0)?.url, "http://127.0.0.1:9/e/NO_EVENT_KEY_SET");
  });

  it("sends nothing of a list with one event that cannot be sent", async () => {
    const { client, world } = open();
    await refused(client, [{ name: "a" }, { name: "inngest/function.failed" }], "event_name_reserved");
    await refused(client, [{ name: "a" }, { name: "" }], "event_name_invalid");
    await refused(client, { name: "a", ts: 5 }, "event_time_invalid");
    await refused(client, { name: "a", data: { text: "x".repeat(3 * 1024 * 1024) } }, "event_too_large");
    await refused(
      client,
      Array.from({ length: 5001 }, () => ({ name: "a" })),
      "events_too_many",
    );
    assert.deepEqual(world.requests, []);
  });
});

describe("client.send() and what is in its way", () => {
  const paid = eventType("order/paid", { schema: z.object({ orderId: z.string() }) });

  /** Middleware that notes when it is asked, and a stage that seals. */
  function sealing(notes: string[], positions: PayloadPosition[] = []): Middleware {
    return {
      id: "sealing",
      transformSendEvent(events) {
        notes.push("transform");
        return events.map((event) => ({ ...event, data: { orderId: "o2" } }));
      },
      async wrapSendEvent(events, next) {
        notes.push(`wrap ${JSON.stringify(events[0]?.data)}`);
        const sent = await next();
        notes.push("sent");
        return sent;
      },
      payloads: () => ({
        ...passThrough,
        isSealing: true,
        sealData(data, at) {
          notes.push(`seal ${JSON.stringify(data)}`);
          positions.push(at);
          return { sealed: true };
        },
      }),
    };
  }

  it("lets middleware change, then checks, then seals, then posts", async () => {
    const notes: string[] = [];
    const positions: PayloadPosition[] = [];
    const { client, world } = open([taken], { env: "staging", middleware: [sealing(notes, positions)] });
    await client.send(paid.create({ orderId: "o1" }, { id: "e1" }));
    const changed = '{"orderId":"o2"}';
    assert.deepEqual(notes, ["transform", `seal ${changed}`, `wrap ${changed}`, "sent"]);
    assert.deepEqual(posted(world)[0]?.data, { sealed: true });
    assert.deepEqual(positions, [
      { kind: "event", environment: "staging", app: "shop", name: "order/paid", eventId: "e1" },
    ]);
  });

  it("checks what middleware made of an event by the event's type, in clear", async () => {
    const breaking: Middleware = {
      id: "breaking",
      transformSendEvent: (events) => events.map((event) => ({ ...event, data: { orderId: 5 } })),
    };
    const notes: string[] = [];
    const { client, world } = open([taken], { middleware: [sealing(notes), breaking] });
    await refused(client, paid.create({ orderId: "o1" }), "event_data_invalid");
    assert.deepEqual(notes, ["transform"]);
    const reserved: Middleware = { id: "r", transformSendEvent: () => [{ name: "inngest/x" }] };
    await refused(open([taken], { middleware: [reserved] }).client, { name: "a" }, "event_name_reserved");
    assert.deepEqual(world.requests, []);
  });

  it("posts nothing when the stage fails", async () => {
    const failing: Middleware = {
      id: "failing",
      payloads: () => ({
        ...passThrough,
        sealData: () => Promise.reject(new Error("no key")),
      }),
    };
    const { client, world } = open([taken], { middleware: [failing] });
    await assert.rejects(client.send({ name: "a" }), /^Error: no key$/);
    assert.deepEqual(world.requests, []);
  });
});

describe("client.sendSignal()", () => {
  it("gives the run that waited, and none where none did", async () => {
    const found = open([Response.json({ data: { run_id: "r1" } })]);
    assert.deepEqual(await found.client.sendSignal({ signal: "ready", data: { n: 1 } }), { runId: "r1" });
    assert.equal(found.world.requests[0]?.url, "http://127.0.0.1:9/v1/signals");
    assert.equal(found.world.requests[0]?.body, '{"signal":"ready","data":{"n":1}}');
    assert.match(found.world.requests[0]?.headers["authorization"] ?? "", /^Bearer signkey-test-/);
    const none = open([Response.json({ error: "No signal found" }, { status: 404 })]);
    assert.deepEqual(await none.client.sendSignal({ signal: "ready" }), { runId: null });
    assert.equal(none.world.requests[0]?.body, '{"signal":"ready","data":null}');
  });

  it("seals the data at the signal's place", async () => {
    const positions: PayloadPosition[] = [];
    const sealing: Middleware = {
      id: "sealing",
      payloads: () => ({
        ...passThrough,
        seal(_value, at) {
          positions.push(at);
          return "SEALED";
        },
      }),
    };
    const { client, world } = open([Response.json({ data: { run_id: "r1" } })], { middleware: [sealing] });
    await client.sendSignal({ signal: "ready", data: "canary" }, { env: "staging" });
    assert.equal(world.requests[0]?.body, '{"signal":"ready","data":"SEALED"}');
    assert.equal(world.requests[0]?.headers["x-inngest-env"], "staging");
    assert.deepEqual(positions, [{ kind: "signal", environment: "staging", app: "shop", name: "ready" }]);
  });

  it("is not sent twice, and says what the server said", async () => {
    const { client, world } = open([Response.json({ error: "The disk is full." }, { status: 500 })]);
    await assert.rejects(
      client.sendSignal({ signal: "ready" }),
      /Cannot send the signal: the server answered 500: The disk is full\.$/,
    );
    assert.equal(world.requests.length, 1);
    await assert.rejects(client.sendSignal({ signal: "" }), (error) =>
      isHoldfastError(error, "request_invalid"),
    );
    assert.equal(world.requests.length, 1);
  });
});

describe("client.realtime", () => {
  it("publishes to a topic, sealed at its place", async () => {
    const { client, world } = open([new Response(null, { status: 200 })]);
    await client.realtime.publish({ channel: "orders & more", topic: "paid", data: { n: 1 } });
    assert.equal(
      world.requests[0]?.url,
      "http://127.0.0.1:9/v1/realtime/publish?channel=orders%20%26%20more&topic=paid",
    );
    assert.equal(world.requests[0]?.body, '{"n":1}');
  });

  it("gets a token for topics", async () => {
    const { client, world } = open([Response.json({ jwt: "a.b.c" }, { status: 201 })]);
    assert.equal(await client.realtime.token({ channel: "orders", topics: ["paid", "sent"] }), "a.b.c");
    assert.deepEqual(JSON.parse(world.requests[0]?.body ?? ""), [
      { channel: "orders", name: "paid", kind: "run" },
      { channel: "orders", name: "sent", kind: "run" },
    ]);
  });

  it("says when the server cannot", async () => {
    const { client } = open([Response.json({ error: "no" }, { status: 501 })]);
    await assert.rejects(client.realtime.publish({ channel: "a", topic: "b", data: 1 }), (error) =>
      isHoldfastError(error, "not_implemented"),
    );
    const odd = open([Response.json({ token: 1 })]);
    await assert.rejects(odd.client.realtime.token({ channel: "a", topics: ["b"] }), (error) =>
      isHoldfastError(error, "request_failed"),
    );
  });
});
