import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Run } from "@holdfast/client";
import { canonicalJson, LIMITS } from "@holdfast/protocol";
import { assertNoSecrets } from "../kit/assert-no-secrets.ts";
import type { FunctionSpec } from "../kit/function-spec.ts";
import { eventOf } from "../kit/function-spec.ts";
import { startListener } from "../kit/listener.ts";
import { postRegistration, registrationOf } from "../kit/registration.ts";
import { clientOf, runOf } from "../kit/run-of.ts";
import type { TestApp } from "../kit/test-app.ts";
import { SERVE_PATH, startTestApp } from "../kit/test-app.ts";
import { bearerOf, createEventKey, createSigningKey, signatureOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { assertCompleted, errorOf } from "./assert-run.ts";
import { CELLS } from "./cells.ts";
import { createScene } from "./story.ts";

const RUN_ID = "01J0000000000000000000000A";

/** A call as the server would send it, for a run that is none. */
function callBody(data: Readonly<Record<string, unknown>>): string {
  const event = { name: "guarded/go", data, id: "e", ts: 1, user: {} };
  return canonicalJson({
    ctx: {
      attempt: 0,
      disable_immediate_execution: false,
      env: "",
      fn_id: "00000000-0000-4000-8000-000000000000",
      max_attempts: 5,
      qi_id: "q",
      run_id: RUN_ID,
      stack: { current: 0, stack: [] },
      step_id: "step",
      use_api: false,
    },
    event,
    events: [event],
    steps: {},
    use_api: false,
    version: -1,
  });
}

async function call(app: TestApp, body: string, signature: string | null): Promise<number> {
  const answer = await fetch(`${app.url}?fnId=app-guarded&stepId=step`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-inngest-server-kind": "cloud",
      "x-run-id": RUN_ID,
      ...(signature === null ? {} : { "x-inngest-signature": signature }),
    },
    body,
  });
  await answer.body?.cancel();
  return answer.status;
}

/** A function that notes what it was called with. */
function guarded(ran: unknown[]): FunctionSpec {
  return {
    id: "guarded",
    options: { retries: 1 },
    handler: ({ event }) => {
      ran.push(event.data);
      return "let in";
    },
  };
}

for (const cell of CELLS) {
  describe(`signatures of calls: ${cell.name}`, { timeout: 60_000 }, () => {
    it("the app answers 401 to every call the key's holder did not just sign, and runs nothing", async () => {
      const ran: unknown[] = [];
      await using server = await startTestServer();
      await using app = await startTestApp({ server, ...cell, functions: [guarded(ran)] });
      const key = server.signingKey ?? "";
      const body = callBody({ amount: 1 });
      const window = LIMITS.signatureWindowMs + 60_000;
      const refused: Readonly<Record<string, string | null>> = {
        "no signature": null,
        "an empty signature": "",
        nonsense: "t=1&s=00",
        "another key": signatureOf(body, createSigningKey()),
        "another body": signatureOf(callBody({ amount: 1000 }), key),
        "an old timestamp": signatureOf(body, key, Date.now() - window),
        "a future timestamp": signatureOf(body, key, Date.now() + window),
        "a timestamp changed afterwards": signatureOf(body, key, Date.now() - window).replace(
          /t=\d+/,
          `t=${Math.floor(Date.now() / 1000)}`,
        ),
      };
      for (const [what, signature] of Object.entries(refused)) {
        assert.equal(await call(app, body, signature), 401, what);
      }
      assert.deepEqual(ran, []);
      // What was wrong was the signature: the same call with a good one is let in.
      const status = await call(app, body, signatureOf(body, key));
      assert.ok(status === 200 || status === 206, `answered ${status}`);
      assert.deepEqual(ran, [{ amount: 1 }]);
    });

    it("an app with another signing key is not registered, and calls to it fail visibly without running", async () => {
      const ran: unknown[] = [];
      await using server = await startTestServer();
      const wrongKey = createSigningKey();
      const functions = [guarded(ran)];
      await using stranger = await startTestApp({
        server,
        ...cell,
        functions,
        signingKey: wrongKey,
        register: "none",
      });
      const client = clientOf(server);
      // By itself, the app shows the server a bearer of another key; asked by the server, it refuses to answer.
      const put = await stranger.put();
      assert.notEqual(put.status, 200);
      await assert.rejects(client.syncApp(stranger.url), /unauthorized|401|signing key/i);
      assert.deepEqual(await client.apps(), []);
      await stranger.close();

      // The same app under the right key, then replaced by one under the wrong key at the same address.
      const good = await startTestApp({ server, ...cell, functions });
      await good.close();
      await using replaced = await startTestApp({
        server,
        ...cell,
        functions,
        port: good.port,
        signingKey: wrongKey,
        register: "none",
      });
      const ended = await createScene(cell, server, replaced).run("guarded");
      assert.equal(ended.status, "Failed");
      assert.match(String(errorOf(ended)["message"]), /401/);
      assert.deepEqual(
        replaced.calls("guarded").map((request) => request.status),
        [401, 401],
      );
      assert.deepEqual(ran, []);
      // Of an app that signs its answers another line says that a refusal is not signed.
      const warnings = server.log
        .entries()
        .filter((entry) => entry["function"] === "app-guarded" && entry["status"] !== undefined);
      assert.deepEqual(
        warnings.map(({ level, status }) => ({ level, status })),
        [
          { level: "warn", status: 401 },
          { level: "warn", status: 401 },
        ],
      );
      assertNoSecrets(server.log.lines, [server.signingKey ?? "", server.eventKey, wrongKey]);
      assertNoSecrets([JSON.stringify(ended)], [server.signingKey ?? "", server.eventKey, wrongKey]);
    });

    it("the two keys of a rotation: apps with the old key, with both, and with the new one as the server turns", async () => {
      const [oldKey, newKey] = [createSigningKey(), createSigningKey()];
      await using server = await startTestServer({ signingKeys: [oldKey, newKey] });
      const functions = (answer: string): readonly FunctionSpec[] => [
        { id: "rotated", triggers: [{ event: `${answer}/go` }], handler: () => answer },
      ];
      const runOn = async (app: TestApp): Promise<void> => {
        const { ids } = await app.send({ name: `${app.id}/go`, data: {} });
        const [event] = ids;
        assert.ok(event);
        assertCompleted(await createScene(cell, server, app).endOfEvent(event), app.id);
      };
      await using before = await startTestApp({
        server,
        ...cell,
        id: "before",
        functions: functions("before"),
        signingKey: oldKey,
        register: "app",
      });
      await using between = await startTestApp({
        server,
        ...cell,
        id: "between",
        functions: functions("between"),
        signingKey: newKey,
        signingKeyFallback: oldKey,
        register: "app",
      });
      await runOn(before);
      await runOn(between);
      await server.stop();
      await server.start({ signingKeys: [newKey, oldKey] });
      await using afterwards = await startTestApp({
        server,
        ...cell,
        id: "afterwards",
        functions: functions("afterwards"),
        signingKey: newKey,
        register: "app",
      });
      await runOn(between);
      await runOn(afterwards);
      // The old key still opens the API, until it is taken out of the settings.
      assert.equal((await before.put()).status, 200);
      await server.stop();
      await server.start({ signingKeys: [newKey] });
      await runOn(between);
      await runOn(afterwards);
      assert.notEqual((await before.put()).status, 200);
      assertNoSecrets(server.log.lines, [oldKey, newKey, server.eventKey]);
    });
  });
}

/** Every route behind the signing key. */
const GUARDED_ROUTES: readonly (readonly [method: string, path: string, body?: string])[] = [
  ["POST", "/fn/register", "{}"],
  ["DELETE", "/fn/remove?url=http://127.0.0.1:9/"],
  ["GET", `/v0/runs/${RUN_ID}/actions`],
  ["GET", `/v0/runs/${RUN_ID}/batch`],
  ["DELETE", `/v0/runs/${RUN_ID}`],
  ["POST", "/v0/telemetry", "{}"],
  ["GET", "/v1/events"],
  ["GET", `/v1/events/${RUN_ID}`],
  ["GET", `/v1/events/${RUN_ID}/runs`],
  ["GET", `/v1/runs/${RUN_ID}`],
  ["DELETE", `/v1/runs/${RUN_ID}`],
  ["GET", "/v1/apps/app/functions"],
  ["POST", `/v1/checkpoint/${RUN_ID}/async`, "{}"],
  ["GET", "/holdfast/v1/apps"],
  ["PUT", "/holdfast/v1/apps/sync", '{"url":"http://127.0.0.1:9/"}'],
  ["GET", "/holdfast/v1/follow"],
];

describe("the server's doors", { concurrency: true, timeout: 60_000 }, () => {
  it("every route behind the signing key answers 401 to anybody without it, and lets its holder in", async () => {
    await using server = await startTestServer();
    const key = server.signingKey ?? "";
    const wrongKey = createSigningKey();
    const ask = async (
      [method, path, body]: (typeof GUARDED_ROUTES)[number],
      authorization: string | null,
    ): Promise<{ status: number; text: string }> => {
      const stop = new AbortController();
      const answer = await fetch(server.url + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(authorization === null ? {} : { authorization }),
        },
        ...(body === undefined ? {} : { body }),
        signal: stop.signal,
      });
      // A stream of updates does not end by itself.
      const text = answer.status === 200 && path.endsWith("/follow") ? "" : await answer.text();
      stop.abort();
      return { status: answer.status, text };
    };
    const bearer = bearerOf(key);
    const refused: Readonly<Record<string, string | null>> = {
      "no header": null,
      "an empty bearer": "Bearer ",
      "the hash of another key": bearerOf(wrongKey),
      "another key as it is": `Bearer ${wrongKey}`,
      "the event key": `Bearer ${server.eventKey}`,
      "a shortened hash": bearer.slice(0, -2),
      "a longer hash": `${bearer}00`,
      "another scheme": bearer.replace("Bearer", "Basic"),
      "the prefix alone": "Bearer signkey-test-",
    };
    for (const route of GUARDED_ROUTES) {
      for (const [what, authorization] of Object.entries(refused)) {
        const { status, text } = await ask(route, authorization);
        assert.equal(status, 401, `${route[0]} ${route[1]} with ${what}`);
        assertNoSecrets([text], [key, wrongKey, server.eventKey]);
      }
      for (const [what, authorization] of [
        ["the hash", bearer],
        ["the key as it is", `Bearer ${key}`],
      ] as const) {
        const { status } = await ask(route, authorization);
        assert.notEqual(status, 401, `${route[0]} ${route[1]} with ${what}`);
      }
    }
    assert.deepEqual(await clientOf(server).apps(), []);
    assertNoSecrets(server.log.lines, [key, wrongKey, server.eventKey]);
  });

  it("events with another key are answered 401 in the event API's words, and are not kept", async () => {
    await using server = await startTestServer();
    const wrongKey = createEventKey();
    for (const key of [
      wrongKey,
      "",
      server.eventKey.slice(0, -1),
      `${server.eventKey}0`,
      server.signingKey ?? "",
    ]) {
      const answer = await fetch(`${server.url}/e/${key}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"name":"stray/event"}',
      });
      assert.ok(answer.status === 401 || (key === "" && answer.status === 404), `answered ${answer.status}`);
      if (answer.status !== 401) continue;
      // The event API's envelope.
      const body = (await answer.json()) as { status: number; error: string };
      assert.equal(body.status, 401);
      assert.match(body.error, /^Event key/);
      assertNoSecrets([body.error], [wrongKey, server.eventKey]);
    }
    const answer = await fetch(`${server.url}/v1/events`, {
      headers: { authorization: bearerOf(server.signingKey ?? "") },
    });
    // The REST API's envelope.
    assert.deepEqual(((await answer.json()) as { data: unknown }).data, []);
    assertNoSecrets(server.log.lines, [wrongKey, server.eventKey]);
  });

  it("a wrong event key stops the SDK's send, which says so", async () => {
    await using server = await startTestServer();
    await using app = await startTestApp({
      server: { ...server, eventKey: createEventKey() },
      sdk: "v4",
      adapter: "node",
      functions: [],
      register: "none",
    });
    await assert.rejects(app.send({ name: "stray/event", data: {} }), /[Ee]vent key/);
  });
});

describe("registrations in an answer", { concurrency: true, timeout: 60_000 }, () => {
  const inBand = (url: string): string =>
    JSON.stringify({
      app_id: "impostor",
      env: null,
      framework: "nodejs",
      functions: registrationOf("impostor", url, ["steal"])["functions"],
      sdk_author: "inngest",
      sdk_language: "js",
      sdk_version: "4.24.0",
      sdk: "js:v4.24.0",
      url,
    });
  const WAYS: readonly { what: string; sign: (body: string, server: TestServer) => string | null }[] = [
    { what: "signed with another key", sign: (body) => signatureOf(body, createSigningKey()) },
    {
      what: "whose body was changed after signing",
      sign: (body, server) => signatureOf(body.replace("impostor", "app"), server.signingKey ?? ""),
    },
    {
      what: "signed too long ago",
      sign: (body, server) =>
        signatureOf(body, server.signingKey ?? "", Date.now() - LIMITS.signatureWindowMs - 60_000),
    },
    { what: "not signed", sign: () => null },
  ];
  for (const { what, sign } of WAYS) {
    it(`one ${what} is refused, said once, and registers nothing`, async () => {
      await using server = await startTestServer();
      await using listener = await startListener((request) => {
        const body = inBand(`http://${request.headers.host}${SERVE_PATH}`);
        const signature = sign(body, server);
        return {
          status: 200,
          headers: {
            "x-inngest-sdk": "inngest-js:v4.24.0",
            "x-inngest-sync-kind": "in_band",
            ...(signature === null ? {} : { "x-inngest-signature": signature }),
          },
          body,
        };
      });
      const client = clientOf(server);
      const url = `${listener.origin}${SERVE_PATH}`;
      await assert.rejects(client.syncApp(url), /sign/);
      await assert.rejects(client.syncApp(url), /sign/);
      assert.deepEqual(await client.apps(), []);
      const complaints = server.log.entries().filter((entry) => entry["code"] === "sig_verification_failed");
      assert.equal(complaints.length, 1, server.log.lines.join("\n"));
      assertNoSecrets(server.log.lines, [server.signingKey ?? "", server.eventKey]);
    });
  }

  it("one with a good signature is taken: the refusals are about the signature", async () => {
    await using server = await startTestServer();
    await using listener = await startListener((request) => {
      const body = inBand(`http://${request.headers.host}${SERVE_PATH}`);
      return {
        status: 200,
        headers: {
          "x-inngest-sdk": "inngest-js:v4.24.0",
          "x-inngest-sync-kind": "in_band",
          "x-inngest-signature": signatureOf(body, server.signingKey ?? ""),
        },
        body,
      };
    });
    const synced = await clientOf(server).syncApp(`${listener.origin}${SERVE_PATH}`);
    assert.deepEqual(synced, { appName: "impostor", modified: true });
  });
});

/** The end of a run of a function that was registered by hand. */
async function runOnce(server: TestServer, functionId: string): Promise<Run> {
  const { ids } = await clientOf(server).send({ name: eventOf(functionId) });
  const [event] = ids;
  assert.ok(event);
  return runOf(server, event);
}

describe("redirects of a call", { concurrency: true, timeout: 60_000 }, () => {
  it("to another origin are not followed: it hears nothing, and the run says why it failed", async () => {
    await using server = await startTestServer();
    await using elsewhere = await startListener(() => ({ status: 200, body: "{}" }));
    await using listener = await startListener((request) => ({
      status: 307,
      headers: { location: `${elsewhere.origin}${request.url}` },
    }));
    const registered = await postRegistration(
      server,
      registrationOf("redirecting", `${listener.origin}${SERVE_PATH}`, ["astray"]),
    );
    assert.equal(registered.status, 200, JSON.stringify(registered.body));
    const ended = await runOnce(server, "astray");
    assert.equal(ended.status, "Failed");
    assert.equal(errorOf(ended)["name"], "redirect_refused");
    assert.equal(listener.heard.length, 2);
    assert.deepEqual(elsewhere.heard, []);
  });

  it("within the origin are followed with method, body and signature", async () => {
    await using server = await startTestServer();
    await using listener = await startListener((request) =>
      request.url.startsWith("/moved")
        ? {
            status: 200,
            headers: { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-req-version": "2" },
            body: '"arrived"',
          }
        : { status: 307, headers: { location: `/moved${request.url}` } },
    );
    await postRegistration(
      server,
      registrationOf("redirecting", `${listener.origin}${SERVE_PATH}`, ["moved"]),
    );
    assertCompleted(await runOnce(server, "moved"), "arrived");
    const [first, second] = listener.heard;
    assert.equal(second?.method, "POST");
    assert.equal(second?.body, first?.body);
    assert.equal(second?.headers["x-inngest-signature"], first?.headers["x-inngest-signature"]);
    assert.match(String(first?.headers["x-inngest-signature"]), /^t=\d+&s=[0-9a-f]{64}$/);
  });
});
