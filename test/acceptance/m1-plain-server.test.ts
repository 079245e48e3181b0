/**
 * A server that knows nothing of Holdfast: what it sends is written out here, by the protocol alone, and it has nothing
 * but the protocol's own signature. Our SDK must serve it as any other app would.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { Holdfast } from "holdfast";
import { serve } from "holdfast/node";
import type { Answer, HeardRequest, Listener } from "../kit/listener.ts";
import { startListener } from "../kit/listener.ts";
import { listen, SERVE_PATH } from "../kit/test-app.ts";
import { bearerOf, createSigningKey, signatureOf } from "../kit/test-keys.ts";
import { handOn } from "./overheard-app.ts";

const KEY = createSigningKey();
const RUN = "01J00000000000000000000000";

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");

/** The app, and the server's API as it hears it. */
async function start(checkpointing: boolean) {
  const server: Listener = await startListener(({ url }) => {
    const ok = (body: unknown): Answer => ({ status: 200, body: JSON.stringify(body) });
    if (url.startsWith("/fn/register")) return ok({ ok: true, modified: true });
    if (url.startsWith("/e/")) return ok({ ids: ["01J00000000000000000000001"], status: 200 });
    return ok({ data: { ok: true } });
  });
  const client = new Holdfast({
    id: "shop",
    mode: "production",
    baseUrl: server.origin,
    signingKey: KEY,
    eventKey: "event-key",
    checkpointing,
    variables: {},
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const ship = client.createFunction({ id: "ship", triggers: [{ event: "shop/ship" }] }, async ({ step }) => {
    const first = await step.run("first", () => 1);
    const told = await step.realtime.publish("tell", { channel: "orders", topic: "shipped" }, { first });
    await step.sleep("rest", "1m");
    return { first, told };
  });
  const http = createServer(serve({ client, functions: [ship] }));
  const port = await listen(http, 0);
  const origin = `http://127.0.0.1:${port}`;
  return {
    client,
    server,
    url: `${origin}${SERVE_PATH}`,
    /** As the server asks: signed by its key over the body, and by nothing else. */
    async ask(method: string, query: string, body: string, headers: Readonly<Record<string, string>> = {}) {
      const request: HeardRequest = {
        method,
        url: `${SERVE_PATH}${query}`,
        headers: {
          "content-type": "application/json",
          "x-inngest-signature": signatureOf(body, KEY),
          "x-inngest-server-kind": "cloud",
          ...headers,
        },
        body,
      };
      const { headers: shown = {}, body: text = "", status } = await handOn(origin, request);
      const json: unknown = text === "" ? null : JSON.parse(text);
      return { status, headers: shown, json, text };
    },
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A call of the function, as the protocol writes it. */
function callOf(steps: Readonly<Record<string, unknown>>, isTargeted = false): [string, string] {
  const event = { name: "shop/ship", data: {}, id: "evt", ts: 1_700_000_000_000 };
  const body = {
    ctx: {
      attempt: 0,
      disable_immediate_execution: isTargeted,
      env: "main",
      fn_id: "00000000-0000-4000-8000-000000000000",
      max_attempts: 4,
      qi_id: "item",
      run_id: RUN,
      stack: { current: Object.keys(steps).length, stack: Object.keys(steps) },
      step_id: "step",
      use_api: false,
    },
    event,
    events: [event],
    steps,
    use_api: false,
    version: 2,
  };
  return ["?fnId=shop-ship&stepId=step", JSON.stringify(body)];
}

const opsIn = (json: unknown): readonly unknown[] =>
  Array.isArray(json)
    ? json.map((op: unknown) => [Reflect.get(Object(op), "op"), Reflect.get(Object(op), "id")])
    : [];

describe("a server that knows the protocol and nothing else", { concurrency: true, timeout: 60_000 }, () => {
  it("32.M1 GET: is told who the app is, signed, and nobody else is", async () => {
    await using app = await start(false);
    const { headers, json, status, text } = await app.ask("GET", "", "");
    assert.equal(status, 200);
    assert.equal(Reflect.get(Object(json), "app_id"), "shop");
    assert.equal(Reflect.get(Object(json), "function_count"), 1);
    assertSigned(headers, text);
  });

  it("32.M1 PUT in-band: has the registration in the answer", async () => {
    await using app = await start(false);
    const body = JSON.stringify({ url: app.url });
    const { headers, json, status, text } = await app.ask("PUT", "", body, {
      "x-inngest-sync-kind": "in_band",
    });
    assert.equal(status, 200, text);
    assert.equal(headers["x-inngest-sync-kind"], "in_band");
    assertSigned(headers, text);
    const functions: unknown = Reflect.get(Object(json), "functions");
    assert.ok(Array.isArray(functions));
    const [ship]: unknown[] = functions;
    assert.equal(Reflect.get(Object(ship), "id"), "shop-ship");
    assert.deepEqual(Reflect.get(Object(ship), "triggers"), [{ event: "shop/ship" }]);
    assert.deepEqual(app.server.heard, []);
  });

  it("32.M1 PUT out-of-band: has the app post its registration with the key's token", async () => {
    await using app = await start(false);
    const { json, status } = await app.ask("PUT", "", JSON.stringify({ url: app.url }));
    assert.equal(status, 200);
    assert.equal(Reflect.get(Object(json), "modified"), true);
    const [posted, ...more] = app.server.heard;
    assert.deepEqual(more, []);
    assert.equal(posted?.method, "POST");
    assert.match(posted.url, /^\/fn\/register/);
    assert.equal(posted.headers.authorization, bearerOf(KEY));
    const said: unknown = JSON.parse(posted.body);
    assert.equal(Reflect.get(Object(said), "url"), app.url);
    assert.equal(Reflect.get(Object(said), "deployType"), "ping");
  });

  it("32.M1 POST: calls a function step by step, and every answer is signed as the protocol says", async () => {
    await using app = await start(false);
    const [query, body] = callOf({});
    const first = await app.ask("POST", query, body);
    assert.equal(first.status, 206);
    assert.deepEqual(opsIn(first.json), [["StepRun", sha1("first")]]);
    assertSigned(first.headers, first.text);
    const second = await app.ask("POST", ...callOf({ [sha1("first")]: { data: 1 } }));
    assert.deepEqual(opsIn(second.json), [["StepRun", sha1("tell")]]);
    const done = { [sha1("first")]: { data: 1 }, [sha1("tell")]: { data: { first: 1 } } };
    const third = await app.ask("POST", ...callOf(done));
    assert.deepEqual(opsIn(third.json), [["Sleep", sha1("rest")]]);
    const last = await app.ask("POST", ...callOf({ ...done, [sha1("rest")]: null }));
    assert.deepEqual([last.status, last.json], [200, { first: 1, told: { first: 1 } }]);
  });

  it("32.M1 realtime: hears what a step publishes, with the key's token", async () => {
    await using app = await start(false);
    await app.ask("POST", ...callOf({ [sha1("first")]: { data: 1 } }));
    const [published] = app.server.heard;
    assert.equal(published?.method, "POST");
    assert.equal(published.url, "/v1/realtime/publish?channel=orders&topic=shipped");
    assert.equal(published.headers.authorization, bearerOf(KEY));
    assert.deepEqual(JSON.parse(published.body), { first: 1 });
  });

  it("32.M1 checkpoint: is told of each step while the call goes on", async () => {
    await using app = await start(true);
    const { json, status } = await app.ask("POST", ...callOf({}));
    assert.equal(status, 206);
    assert.deepEqual(opsIn(json).at(-1), ["Sleep", sha1("rest")]);
    const reports = app.server.heard.filter(({ url }) => url.startsWith("/v1/checkpoint/"));
    assert.deepEqual(
      reports.map(({ headers, method, url }) => [method, url, headers.authorization]),
      reports.map(() => ["POST", `/v1/checkpoint/${RUN}/async`, bearerOf(KEY)]),
    );
    const steps = reports.flatMap(({ body }) => opsIn(Reflect.get(Object(JSON.parse(body)), "steps")));
    assert.deepEqual(steps, [
      ["StepRun", sha1("first")],
      ["StepRun", sha1("tell")],
    ]);
  });

  it("32.M1 events: are posted under the event key", async () => {
    await using app = await start(false);
    const { ids } = await app.client.send({ name: "shop/ship", data: { n: 1 } });
    assert.deepEqual(ids, ["01J00000000000000000000001"]);
    assert.match(app.server.heard[0]?.url ?? "", /^\/e\/event-key/);
  });
});

/** The protocol's own signature over the body, made a moment ago. */
function assertSigned(headers: Readonly<Record<string, string>>, text: string): void {
  const signature = headers["x-inngest-signature"] ?? "";
  const seconds = Number(new URLSearchParams(signature).get("t"));
  assert.ok(Math.abs(Date.now() / 1000 - seconds) < 60, signature);
  assert.equal(signature, signatureOf(text, KEY, seconds * 1000));
}
