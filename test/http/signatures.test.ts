import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { canonicalJson } from "@holdfast/protocol";
import type { RequestVerdict } from "../../packages/sdk/src/signatures/contract.ts";
import { eventOf } from "../kit/function-spec.ts";
import type { HeardRequest } from "../kit/listener.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import type { ApiExchange, SigningApp, SigningAppOptions } from "../kit/signing-app.ts";
import { startSigningApp, verifierOf } from "../kit/signing-app.ts";
import { beginning, newRunId, report } from "../kit/endpoint-report.ts";
import { freePort, listen, startTestApp } from "../kit/test-app.ts";
import { bearerOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";
import { request } from "./request.ts";

const RUN = "01J00000000000000000000000";
const STATE = `/v0/runs/${RUN}/actions`;

/** Registers as an SDK does: again, when the server has only just begun. */
async function registered(app: SigningApp): Promise<ApiExchange> {
  return until("the registration was answered", async () => {
    const exchange = await app.register();
    return exchange.status === 503 ? null : exchange;
  });
}

async function start(server: TestServer, options: Partial<SigningAppOptions> = {}): Promise<SigningApp> {
  const answer = (): { status: number; body: string } => ({ status: 200, body: '"done"' });
  return startSigningApp({ server, id: "shop", answer, ...options });
}

async function runOnce(server: TestServer) {
  const { ids } = await clientOf(server).send({ name: eventOf("work"), data: {} });
  const [event] = ids;
  assert.ok(event);
  return runOf(server, event, { facts: () => server.log.lines.slice(-20).join("\n") });
}

/** Sends what was heard once more, as it was or changed. */
async function again(
  heard: HeardRequest,
  app: SigningApp,
  changes: Partial<HeardRequest> = {},
): Promise<number> {
  const { body, headers, method, url } = { ...heard, ...changes };
  const place = { url: new URL(app.url).origin, signingKey: null, eventKey: "" };
  // Lengths and hosts are the connection's own.
  const { "content-length": _length, host: _host, connection: _connection, ...own } = headers;
  const shown = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)]));
  const answer = await request(place, method, url, { body, headers: shown });
  return answer.status;
}

describe("signatures v2 between a server and an app", { concurrency: true, timeout: 60_000 }, () => {
  it("an app registers, is called, answers, and is believed; its bearer token goes out once at most", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    const first = await registered(app);
    assert.equal(first.status, 200, first.body);
    assert.equal(first.verdict, "ok");
    assert.ok(first.headers.get("signature-input")?.includes('tag="answer"'));
    const second = await app.ask("GET", STATE);
    assert.equal("authorization" in second.sent, false);
    assert.deepEqual([second.status, second.verdict], [404, "ok"]);
    const run = await runOnce(server);
    assert.equal(run.status, "Completed");
    assert.equal(run.output, "done");
    assert.deepEqual(app.refusals, []);
    const [call] = app.calls;
    assert.equal((JSON.parse(call?.body ?? "") as { ctx: { signatures: string } }).ctx.signatures, "v2");
  });

  it("a call that was overheard is refused again, elsewhere, changed, and without its v2 signature", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    await registered(app);
    await runOnce(server);
    const [call] = app.calls;
    assert.ok(call);
    const { "signature-input": _input, signature: _signature, ...stripped } = call.headers;
    for (const [reason, changes] of [
      ["replay", {}],
      ["mismatch", { url: call.url.replace("fnId=shop-work", "fnId=shop-refund") }],
      ["mismatch", { url: call.url.replace("stepId=step", "stepId=other") }],
      ["mismatch", { method: "PUT" }],
      ["mismatch", { headers: { ...call.headers, "x-run-id": RUN } }],
      ["digest", { body: call.body.replace('"attempt":0', '"attempt":9') }],
      ["downgrade", { headers: stripped }],
    ] as const) {
      assert.equal(await again(call, app, changes), 401, reason);
      assert.equal(app.refusals.at(-1), reason);
    }
    assert.equal(app.calls.length, 1);
  });

  for (const [what, spoil] of [
    ["is not signed", (answer) => ({ ...answer, headers: { "x-inngest-sdk": "js:v1" } })],
    ["has another body", (answer) => ({ ...answer, body: '"stolen"' })],
    ["has another status", (answer) => ({ ...answer, status: 500 })],
    [
      "is made final",
      (answer) => ({ ...answer, headers: { ...answer.headers, "x-inngest-no-retry": "true" } }),
    ],
    [
      "is put off by a day",
      (answer) => ({ ...answer, headers: { ...answer.headers, "retry-after": "86400" } }),
    ],
  ] as readonly (readonly [string, NonNullable<SigningAppOptions["spoil"]>])[]) {
    it(`an answer that ${what} on its way fails the attempt, and nothing of it is kept`, async () => {
      await using server = await startTestServer();
      await using app = await start(server, {
        answer: (count) => ({ status: 200, body: `"answer ${count}"` }),
        spoil: (answer, count) => (count === 0 ? spoil(answer, count) : answer),
      });
      await registered(app);
      const run = await runOnce(server);
      assert.deepEqual([run.status, run.output], ["Completed", "answer 1"]);
      const warning = server.log.entries().find((entry) => /not believed/.test(String(entry["msg"])));
      assert.match(String(warning?.["reason"]), /not signed as this app's answer/);
      assert.doesNotMatch(server.log.lines.join("\n"), /stolen/);
    });
  }

  it("an answer does not count for another call of the same run", async () => {
    await using server = await startTestServer();
    let kept: Parameters<NonNullable<SigningAppOptions["spoil"]>>[0] | null = null;
    await using app = await start(server, {
      retries: 2,
      answer: (count) => ({
        status: count === 0 ? 500 : 200,
        body: count === 0 ? '{"message":"no"}' : `"${count}"`,
      }),
      spoil(answer, count) {
        kept ??= answer;
        // The refusal of the first call, given to the second.
        return count === 1 ? kept : answer;
      },
    });
    await registered(app);
    const run = await runOnce(server);
    assert.deepEqual([run.status, run.output], ["Completed", "2"]);
    assert.match(server.log.lines.join("\n"), /answer to this call: nonce/);
  });

  it("a call whose v2 signature is taken away on its way is not run, and the run says so", async () => {
    await using server = await startTestServer();
    await using app = await start(server, {
      mangle(heard) {
        const { "signature-input": _input, signature: _signature, ...headers } = heard.headers;
        return { ...heard, headers };
      },
    });
    await registered(app);
    const run = await runOnce(server);
    assert.equal(run.status, "Failed");
    assert.match(canonicalJson(run.output), /answer_unverified/);
    assert.deepEqual([app.refusals, app.calls], [["downgrade", "downgrade"], []]);
  });

  it("an app that holds the server's public key is found out and called under it", async () => {
    await using server = await startTestServer();
    const { json } = await request(server, "GET", "/.well-known/holdfast-keys.json", { authorized: false });
    const serverKeys = (json as { keys: readonly string[] }).keys;
    await using app = await start(server, { serverKeys });
    // Nobody told the server: it learns by being refused once.
    assert.deepEqual(await clientOf(server).syncApp(app.url), { appName: "shop", modified: true });
    assert.deepEqual(app.refusals, ["key"]);
    const run = await runOnce(server);
    assert.deepEqual([run.status, run.output], ["Completed", "done"]);
    assert.deepEqual(app.refusals, ["key"]);
    assert.match(String(app.calls[0]?.headers["signature-input"]), /alg="ed25519"/);
    // Again by now it is known.
    assert.deepEqual(await clientOf(server).syncApp(app.url), { appName: "shop", modified: false });
    assert.deepEqual(app.refusals, ["key"]);
  });

  it("an app that signed once is not registered without, by whoever has a bearer token", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    await registered(app);
    const { body, status } = await postRegistration(server, registrationOf("shop", app.url, ["work"]));
    assert.equal(status, 400);
    assert.equal(body["code"], "signatures_downgraded");
    assert.equal((await runOnce(server)).status, "Completed");
  });
});

describe("a durable endpoint", { timeout: 60_000 }, () => {
  it("goes on by a request that is signed for its own method, path, query, run and step", async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    await using server = await startTestServer({ endpointOrigins: [origin] });
    const heard: { readonly target: string; readonly headers: IncomingHttpHeaders }[] = [];
    const listener = createServer((incoming, response) => {
      heard.push({ target: incoming.url ?? "", headers: incoming.headers });
      response.writeHead(206, { "x-inngest-sdk": "js:v1" }).end("[]");
    });
    await listen(listener, port);
    const runId = newRunId();
    await report(server, "/v1/checkpoint", beginning(runId, {}, { domain: origin }));
    const pause = { op: "Sleep", id: "a".repeat(40), name: "1ms", displayName: "pause" };
    await report(server, `/v1/checkpoint/${runId}/steps`, { steps: [pause] });
    const { headers, target } = await until("the server asked again", () => heard[0]);
    listener.close();
    listener.closeAllConnections();
    const verifier = verifierOf(server, "shop");
    const verify = (changes: IncomingHttpHeaders, at = target): Promise<RequestVerdict> => {
      const shown = { ...headers, ...changes };
      const header = (name: string): string | null =>
        shown[name] === undefined ? null : String(shown[name]);
      return verifier.verify({ method: "GET", target: at, header }, new Uint8Array());
    };
    const refused = async (verdict: Promise<RequestVerdict>): Promise<void> =>
      assert.deepEqual(await verdict, { ok: false, reason: "mismatch" });
    assert.equal(target, "/pay?x=1");
    await refused(verify({}, "/pay?x=2"));
    await refused(verify({ "x-run-id": newRunId() }));
    await refused(verify({ "x-inngest-force-step-plan": "maybe" }));
    const verdict = await verify({});
    assert.ok(verdict.ok);
    assert.deepEqual([verdict.scheme, verdict.tag], ["v2", "endpoint"]);
  });
});

describe("signed requests to the server", { concurrency: true, timeout: 60_000 }, () => {
  const send = async (
    server: TestServer,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body = "",
  ): Promise<number> => {
    const options = { headers, authorized: false, ...(method === "POST" ? { body } : {}) };
    return (await request(server, method, path, options)).status;
  };

  it("count once, for their own method, path, query and body, and no bearer token makes up for it", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    await registered(app);
    const sign = async (
      method: string,
      path: string,
      body = "",
    ): Promise<Readonly<Record<string, string>>> => {
      const headers = await app.signer.headers({ method, url: server.url + path, body }, 0);
      assert.ok(headers);
      return headers;
    };
    const bearer = { authorization: bearerOf(server.signingKey ?? "") };
    const telemetry = "/v0/telemetry";
    for (const extra of [{}, bearer]) {
      const once: Readonly<Record<string, string>> = {
        ...(await sign("POST", telemetry, '{"a":1}')),
        ...extra,
      };
      assert.equal(await send(server, "POST", telemetry, once, '{"a":2}'), 401, "another body");
      assert.equal(await send(server, "POST", `${telemetry}?x=1`, once, '{"a":1}'), 401, "another query");
      assert.equal(
        await send(server, "POST", `/v1/checkpoint/${RUN}/async`, once, '{"a":1}'),
        401,
        "another path",
      );
      assert.equal(await send(server, "DELETE", `/v0/runs/${RUN}`, once), 401, "another method");
      assert.equal(
        await send(server, "POST", telemetry, { ...once, signature: "holdfast=:AAAA:" }, '{"a":1}'),
        401,
      );
      const { signature: _taken, ...half } = once;
      assert.equal(await send(server, "POST", telemetry, half, '{"a":1}'), 401, "half a signature");
      assert.equal(await send(server, "POST", telemetry, once, '{"a":1}'), 200, "itself");
      assert.equal(await send(server, "POST", telemetry, once, '{"a":1}'), 401, "itself again");
    }
    // What the server sent to the app, or answered it, opens nothing here.
    await runOnce(server);
    const [call] = app.calls;
    const shown = Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]);
    const reflected = Object.fromEntries(
      shown.filter(([name]) => name !== "content-length" && name !== "host"),
    );
    assert.equal(await send(server, "POST", call?.url ?? "", reflected, call?.body ?? ""), 404);
    assert.equal(await send(server, "POST", telemetry, reflected, call?.body ?? ""), 401);
    // A bearer token alone still does, for SDKs that have nothing else.
    assert.equal(await send(server, "POST", telemetry, bearer, "{}"), 200);
    assert.equal(await send(server, "GET", STATE, await sign("GET", STATE)), 404);
  });

  it("count in the form of v2 routes too", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    await registered(app);
    const good = await app.ask("GET", "/v2/runs");
    assert.deepEqual([good.status, good.verdict], [200, "ok"]);
    const replayed = await request(server, "GET", "/v2/runs", { headers: good.sent, authorized: false });
    assert.equal(replayed.status, 401);
    assert.match(replayed.text, /invalid_signing_key/);
  });

  it("A-102 are refused after a restart, and taken when they are signed anew", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    await registered(app);
    const before = await app.ask("POST", "/v0/telemetry", "{}");
    assert.equal(before.status, 200);
    await server.stop();
    await server.start();
    const replayed = await request(server, "POST", "/v0/telemetry", {
      headers: before.sent,
      authorized: false,
      body: "{}",
    });
    assert.equal(replayed.status, 401);
    assert.equal((await app.ask("POST", "/v0/telemetry", "{}")).status, 200);
  });

  it("of a body that is passed on as it comes are held against the whole of it, before any of it is passed on", async () => {
    await using server = await startTestServer();
    await using app = await start(server);
    await registered(app);
    const path = "/v1/realtime/publish/tee?channel=a";
    assert.equal((await app.ask("POST", path, "{}")).status, 200);
    // Not with a signature over no body, to which somebody adds one.
    const headers = await app.signer.headers({ method: "POST", url: server.url + path, body: "" }, 0);
    assert.equal(await send(server, "POST", path, headers ?? {}, "event: x\ndata: 1\n\n"), 401);
  });
});

describe("a server that requires v2", { concurrency: true, timeout: 60_000 }, () => {
  it("takes an app that signs, and opens the routes of apps to nothing else", async () => {
    await using server = await startTestServer({ signatures: "v2-only" });
    await using app = await start(server, { mode: "strict" });
    assert.equal((await registered(app)).status, 200);
    assert.equal((await runOnce(server)).status, "Completed");
    const bearer = { authorization: bearerOf(server.signingKey ?? "") };
    for (const [method, path] of [
      ["POST", "/fn/register"],
      ["POST", `/v1/checkpoint/${RUN}/async`],
      ["GET", STATE],
      ["POST", "/v1/http/runs"],
    ] as const) {
      const body = method === "POST" ? { body: "{}" } : {};
      const answer = await request(server, method, path, { headers: bearer, authorized: false, ...body });
      assert.equal(answer.status, 401, path);
    }
    // Its keeper still reads runs with the key.
    assert.equal((await request(server, "GET", "/v2/runs")).status, 200);
  });

  it("refuses an app whose SDK has the protocol's own signature only, and says why", async () => {
    await using server = await startTestServer({ signatures: "v2-only" });
    await using app = await startTestApp({
      server,
      sdk: "v4",
      adapter: "node",
      functions: [],
      register: "none",
    });
    await assert.rejects(clientOf(server).syncApp(app.url), /signatures_required|does not sign/);
    assert.deepEqual(await clientOf(server).apps(), []);
  });
});
