import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallAnswer } from "../execution/contract.ts";
import { realWorld } from "../platform/world.ts";
import { parseSigningKey, verify } from "@holdfast/protocol";
import type { OutgoingAnswer } from "./contract.ts";
import { FORBIDDEN, UNAUTHORIZED } from "./refusal.ts";
import { SDK_NAME } from "./sdk-version.ts";
import { signatureFor, TEST_KEY, testState } from "./testing/client-state.ts";
import { callBody, TEST_RUN, testApp } from "./testing/served-app.ts";

const { digest } = realWorld();

async function textOf(answer: OutgoingAnswer): Promise<string> {
  return typeof answer.body === "string" ? answer.body : new Response(answer.body).text();
}

async function jsonOf(answer: OutgoingAnswer): Promise<Record<string, unknown>> {
  return JSON.parse(await textOf(answer));
}

function assertSigned(answer: { headers: Readonly<Record<string, string>> }, body: string): void {
  const header = answer.headers["x-inngest-signature"];
  assert.equal(verify(header, body, [parseSigningKey(TEST_KEY)], Date.now(), digest).ok, true);
}

test("a signed call is executed, and its answer is signed and says which SDK it came from", async () => {
  const { handle, calls } = testApp();
  const answer = await handle({});
  assert.equal(answer.status, 200);
  assert.equal(answer.body, '"shipped"');
  assert.equal(answer.headers["x-inngest-sdk"], SDK_NAME);
  assert.equal(answer.headers["x-inngest-framework"], "test");
  assert.equal(answer.headers["x-inngest-req-version"], "2");
  assertSigned(answer, '"shipped"');
  assert.deepEqual(
    calls.map((call) => [call.slug, call.runId]),
    [["shop-ship", TEST_RUN]],
  );
});

test("an answer keeps the headers of its execution, and the version that its run has settled on", async () => {
  const failed: CallAnswer = {
    status: 400,
    body: "{}",
    headers: { "x-inngest-no-retry": "true", "retry-after": "30" },
  };
  const { handle } = testApp({ execute: () => Promise.resolve(failed) });
  const { status, headers } = await handle({ body: callBody({}, { version: 1 }) });
  assert.deepEqual(
    [status, headers["x-inngest-no-retry"], headers["retry-after"], headers["x-inngest-req-version"]],
    [400, "true", "30", "1"],
  );
});

test("what is not signed with the app's key gets the one refusal, whatever it is", async () => {
  const { handle, calls, asked } = testApp();
  const other = `signkey-test-${"cd".repeat(32)}`;
  for (const request of [
    { signature: null },
    { signature: "" },
    { signature: "t=1&s=00" },
    { signature: signatureFor(callBody(), other) },
    { signature: signatureFor(callBody({ attempt: 1 })) },
    { signature: signatureFor(callBody(), TEST_KEY, Date.now() - 400_000) },
    { signature: null, body: "{not json" },
    { signature: null, body: "" },
    { signature: null, target: "/api/inngest?probe=trust" },
    { signature: null, target: "/api/inngest?fnId=unknown" },
    { signature: null, method: "GET" },
    { signature: null, method: "PUT", headers: { "x-inngest-sync-kind": "in_band" } },
    ...["HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "BREW", "", "get"].map((method) => ({
      method,
      signature: null,
    })),
    // Signed, and too large: it is given up before the signature could be looked at.
    { body: JSON.stringify("x".repeat(17 * 1024 * 1024)) },
  ])
    assert.deepEqual(await handle(request), UNAUTHORIZED, JSON.stringify(request).slice(0, 200));
  assert.deepEqual([calls, asked], [[], []]);
});

test("a verifier that fails refuses", async () => {
  const verifier = { verify: () => Promise.reject(new Error("secret-canary")) };
  const { handle, lines } = testApp({}, testState({ verifier }));
  assert.deepEqual(await handle({}), UNAUTHORIZED);
  assert.ok(!lines.join().includes("canary"));
});

test("production without a verifier refuses everything", async () => {
  const { handle } = testApp({}, testState({ verifier: null }));
  assert.deepEqual(await handle({}), UNAUTHORIZED);
});

test("a body that does not come is given up at the deadline", async () => {
  const world = { ...realWorld(), after: (_ms: number, act: () => void) => (act(), { cancel() {} }) };
  const { createRequestHandler } = await import("./request-handler.ts");
  const { state } = testState({ world });
  const handler = createRequestHandler({
    client: state,
    logger: state.logger,
    records: new Map(),
    framework: "test",
    platform: null,
    serveOrigin: null,
    servePath: null,
    isStreaming: false,
    execute: () => Promise.reject(new Error("nothing runs")),
  });
  const answer = await handler({
    method: "POST",
    target: "/",
    origin: "",
    header: () => null,
    body: () => new Promise(() => {}),
  });
  assert.deepEqual(answer, UNAUTHORIZED);
});

test("refusals are a few lines in the log, and show nothing of the request", async () => {
  const { handle, lines } = testApp();
  for (let index = 0; index < 100; index += 1) await handle({ signature: null, target: "/canary" });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^warn: A request was refused \(missing\)/);
  assert.ok(!lines.join().includes("canary"));
});

test("a verified call of a function that is not there says so, plainly", async () => {
  const { handle } = testApp();
  for (const [target, message] of [
    ["/api/inngest?fnId=shop-gone&stepId=step", 'Cannot call "shop-gone": it was not found in this app.'],
    ["/api/inngest", "No function ID found in the request's query."],
  ]) {
    const answer = await handle({ target: target ?? "" });
    const body = await jsonOf(answer);
    assert.deepEqual([answer.status, body["message"], body["stack"]], [500, message, undefined]);
    assert.equal(answer.headers["x-inngest-no-retry"], "false");
    assertSigned(answer, await textOf(answer));
  }
});

test("a verified body with no meaning, or with two, is refused and runs nothing", async () => {
  const { handle, calls } = testApp();
  for (const body of [
    "",
    "{",
    "[]",
    callBody().replace('"attempt":0', '"attempt":0,"attempt":1'),
    callBody({ run_id: 7 }),
  ]) {
    const answer = await handle({ body });
    assert.equal(answer.status, 400, body);
    assertSigned(answer, await textOf(answer));
  }
  const twice = await handle({ target: "/api/inngest?fnId=shop-ship&fnId=shop-other" });
  assert.equal(twice.status, 400);
  assert.deepEqual(calls, []);
});

test("a fault of the SDK is told by a code, and by its words in the log alone", async () => {
  const { handle, lines } = testApp({ execute: () => Promise.reject(new Error("secret-canary")) });
  const answer = await handle({});
  assert.equal(answer.status, 500);
  assert.equal((await jsonOf(answer))["code"], "internal_error");
  assert.ok(!(await textOf(answer)).includes("canary"));
  assert.ok(lines.join().includes("canary"));
});

test("an answer that cannot be signed says no more than that", async () => {
  const verifier = {
    verify: () =>
      Promise.resolve({
        ok: true as const,
        scheme: "v2" as const,
        signAnswer: () => Promise.reject(new Error("secret-canary")),
      }),
  };
  const answer = await testApp({}, testState({ verifier })).handle({});
  assert.equal(answer.status, 500);
  assert.ok(!(await textOf(answer)).includes("shipped"));
  assert.ok(!(await textOf(answer)).includes("canary"));
});

test("a streamed answer that cannot be signed ends all the same", async () => {
  const verdict = {
    ok: true as const,
    scheme: "v2" as const,
    signAnswer: () => Promise.reject(new Error("secret-canary")),
  };
  const verifier = { verify: () => Promise.resolve(verdict) };
  const answer = await testApp({ isStreaming: true }, testState({ verifier })).handle({});
  const text = await textOf(answer);
  assert.equal(JSON.parse(text).status, 500);
  assert.ok(!text.includes("shipped") && !text.includes("canary"));
});

test("a header that no answer may have becomes a fault, and is not thrown at the framework", async () => {
  for (const value of ["a\r\nset-cookie: b", "später", "\u0000"]) {
    const done: CallAnswer = { status: 500, body: "{}", headers: { "retry-after": value } };
    const answer = await testApp({ execute: () => Promise.resolve(done) }).handle({});
    assert.equal((await jsonOf(answer))["code"], "internal_error");
    assert.equal(answer.headers["retry-after"], undefined);
  }
});

test("other methods that are signed get 405", async () => {
  const { handle } = testApp();
  for (const method of ["OPTIONS", "PATCH", "DELETE"]) {
    const answer = await handle({ method });
    assert.equal(answer.status, 405);
    assertSigned(answer, await textOf(answer));
  }
});

test("a trust probe is answered with nothing, signed, and any other probe refused", async () => {
  const { handle, calls } = testApp();
  const trusted = await handle({ target: "/api/inngest?probe=trust", body: "" });
  assert.deepEqual([trusted.status, trusted.body], [200, ""]);
  assertSigned(trusted, "");
  assert.equal((await handle({ target: "/api/inngest?probe=other", body: "" })).status, 400);
  assert.deepEqual(calls, []);
});

test("a call without its state fetches it, and only then runs", async () => {
  const event = { name: "order/placed", data: { order: 2 }, id: "evt2", ts: 5 };
  const bodies: Readonly<Record<string, unknown>> = {
    [`/v0/runs/${TEST_RUN}/batch`]: [event, event],
    [`/v0/runs/${TEST_RUN}/actions`]: { aa: { data: 1 } },
  };
  const test = testState({}, ({ path }) => ({ status: 200, body: bodies[path], headers: new Headers() }));
  const { handle, calls, asked } = testApp({}, test);
  assert.equal((await handle({ body: callBody({ use_api: true }) })).status, 200);
  assert.deepEqual(asked.map(({ method, path }) => `${method} ${path}`).toSorted(), [
    `GET /v0/runs/${TEST_RUN}/actions`,
    `GET /v0/runs/${TEST_RUN}/batch`,
  ]);
  const [call] = calls;
  assert.deepEqual(
    [call?.events, call?.event.data, call?.memos.get("aa"), call?.stack],
    [[event, event], { order: 1 }, { data: 1 }, ["aa"]],
  );
});

test("a state that cannot be fetched ends the call without running anything", async () => {
  for (const [answer, code] of [
    [{ status: 410, body: {} }, "run_state_gone"],
    [{ status: 500, body: {} }, "request_failed"],
    [{ status: 200, body: "nonsense" }, "request_invalid"],
  ] as const) {
    const { handle, calls } = testApp(
      {},
      testState({}, () => ({ ...answer, headers: new Headers() })),
    );
    const got = await handle({ body: callBody({ use_api: true }) });
    assert.equal((await jsonOf(got))["code"], code);
    assert.ok(got.status >= 400);
    assert.deepEqual(calls, []);
  }
});

test("a run's id stays one segment of the paths that are asked for it", async () => {
  const { handle, asked } = testApp(
    {},
    testState({}, () => ({ status: 404, body: {}, headers: new Headers() })),
  );
  await handle({ body: callBody({ run_id: "../../v1/events?x=", use_api: true }) });
  for (const { path } of asked) assert.match(path, /^\/v0\/runs\/[^/?]*\/(?:batch|actions)$/);
});

test("a signed GET tells little, and of keys their ids only; an unsigned one tells nothing", async () => {
  const { handle } = testApp();
  const answer = await handle({ method: "GET" });
  assert.deepEqual(await jsonOf(answer), {
    app_id: "shop",
    authentication_succeeded: true,
    env: null,
    framework: "test",
    function_count: 1,
    has_signing_key: true,
    has_signing_key_fallback: false,
    mode: "cloud",
    schema_version: "2024-05-24",
    sdk: SDK_NAME,
    sdk_language: "js",
    signing_key_hash: parseSigningKey(TEST_KEY).keyId(digest),
    signing_key_fallback_hash: null,
  });
  assertSigned(answer, await textOf(answer));
});

test("a server's PUT is answered in-band with the registration at the address that it signed", async () => {
  const { handle, asked } = testApp();
  const answer = await handle({
    method: "PUT",
    origin: "https://evil.example",
    target: "/api/inngest",
    body: '{"url":"https://shop.example/api/inngest"}',
    headers: { "x-inngest-sync-kind": "in_band", host: "evil.example", "x-forwarded-host": "evil.example" },
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["x-inngest-sync-kind"], "in_band");
  assertSigned(answer, await textOf(answer));
  assert.deepEqual(await jsonOf(answer), {
    app_id: "shop",
    capabilities: { signatures: "v2", trust_probe: "v1" },
    env: null,
    framework: "test",
    functions: [
      { id: "shop-ship", name: "ship", steps: {}, triggers: [], url: "https://shop.example/api/inngest" },
    ],
    platform: null,
    sdk: SDK_NAME,
    sdk_author: "holdfast",
    sdk_language: "js",
    sdk_version: SDK_NAME.slice("holdfast-js:v".length),
    url: "https://shop.example/api/inngest",
  });
  assert.deepEqual(asked, []);
});

test("a PUT that does not ask for the answer has the app register by itself", async () => {
  for (const isInBandSyncAllowed of [true, false]) {
    const { handle, asked } = testApp({}, testState({ isInBandSyncAllowed, appVersion: "7" }));
    const answer = await handle({
      method: "PUT",
      target: "/api/inngest?deployId=dep%201",
      body: '{"url":"https://shop.example/api/inngest?deployId=dep%201"}',
      headers: {
        "x-inngest-sync-kind": isInBandSyncAllowed ? "out_of_band" : "in_band",
        "x-inngest-server-kind": "cloud",
      },
    });
    assert.deepEqual(
      [answer.status, await jsonOf(answer)],
      [200, { message: "Successfully registered.", modified: true }],
    );
    const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = asked;
    assert.equal(path, "/fn/register?deployId=dep%201");
    assert.deepEqual(headers, {
      "x-inngest-framework": "test",
      "x-inngest-sync-kind": "out_of_band",
      "x-inngest-expected-server-kind": "cloud",
    });
    const { functions, ...rest } = JSON.parse(body ?? "");
    assert.equal(functions.length, 1);
    assert.deepEqual(rest, {
      url: "https://shop.example/api/inngest",
      deployType: "ping",
      framework: "test",
      appName: "shop",
      appVersion: "7",
      sdk: SDK_NAME,
      v: "0.1",
      capabilities: { signatures: "v2", trust_probe: "v1" },
      deployId: "dep 1",
    });
  }
});

test("a PUT passes on what the server said to the registration", async () => {
  for (const [answer, expected] of [
    [
      { status: 400, body: { status: 400, error: "no triggers" } },
      [400, { message: "no triggers", modified: false }],
    ],
    [{ status: 200, body: {} }, [200, { message: "Successfully registered.", modified: false }]],
    [
      { status: 200, body: { status: 400, error: "refused" } },
      [400, { message: "refused", modified: false }],
    ],
    // A peer that forgets the status in its body does not turn a failure into a success.
    [
      { status: 500, body: "oops" },
      [500, { message: "Failed to register: the server answered 500.", modified: false }],
    ],
  ] as const) {
    const { handle } = testApp(
      {},
      testState({}, () => ({ ...answer, headers: new Headers() })),
    );
    const got = await handle({ method: "PUT", body: '{"url":"https://shop.example/"}' });
    assert.deepEqual([got.status, await jsonOf(got)], expected);
  }
});

test("a signed text that was no PUT is not taken for an address", async () => {
  const { handle, asked } = testApp();
  for (const body of [
    '{"url":"https://evil.example/","more":1}',
    '{"url":7}',
    '["url"]',
    '"https://evil.example/"',
    callBody(),
    "{}",
  ])
    assert.equal((await handle({ method: "PUT", body })).status, 400, body);
  assert.deepEqual(asked, []);
});

test("production registers under no address that was not set or signed", async () => {
  const { handle, asked } = testApp();
  const refused = await handle({ method: "PUT", body: "", origin: "https://evil.example" });
  assert.equal(refused.status, 400);
  assert.deepEqual(asked, []);
  const set = testApp({}, testState({ serveOrigin: "https://shop.example", servePath: "/api/inngest" }));
  await set.handle({ method: "PUT", body: '{"url":"https://internal.example/other"}' });
  assert.equal(JSON.parse(set.asked[0]?.body ?? "{}").url, "https://shop.example/api/inngest");
});

test("the path that the world sees is what is verified when a proxy changes it", async () => {
  const seen: string[] = [];
  const verifier = {
    async verify({ target }: { readonly target: string }) {
      seen.push(target);
      return { ok: false as const, reason: "mismatch" };
    },
  };
  const { handle } = testApp({}, testState({ servePath: "/api/inngest", verifier }));
  await handle({ target: "/stripped?fnId=shop-ship" });
  await handle({ target: "/stripped" });
  assert.deepEqual(seen, ["/api/inngest?fnId=shop-ship", "/api/inngest"]);
});

test("development answers this machine without signatures, and registers under the address it was asked at", async () => {
  const { handle, asked, calls } = testApp({}, testState({ mode: "dev", verifier: null, signingKeys: [] }));
  const origin = "http://localhost:3000";
  const called = await handle({ origin, signature: null });
  assert.equal(called.status, 200);
  assert.equal(called.headers["x-inngest-signature"], undefined);
  assert.equal(calls.length, 1);
  assert.deepEqual(await jsonOf(await handle({ method: "GET", origin, signature: null })), {
    function_count: 1,
    has_signing_key: false,
    mode: "dev",
    schema_version: "2024-05-24",
  });
  await handle({ method: "PUT", origin, target: "/api/inngest?x=1", signature: null, body: "" });
  assert.equal(JSON.parse(asked[0]?.body ?? "{}").url, "http://localhost:3000/api/inngest?x=1");
  const inBand = await handle({
    method: "PUT",
    origin,
    target: "/api/inngest",
    signature: null,
    headers: { "x-inngest-sync-kind": "in_band" },
  });
  assert.equal((await jsonOf(inBand))["app_id"], "shop");
});

test("development answers no other host, and no page", async () => {
  const { handle, asked, calls } = testApp({}, testState({ mode: "dev", verifier: null }));
  for (const request of [
    { origin: "http://rebound.example:3000" },
    { origin: "" },
    { origin: "http://localhost:3000", headers: { origin: "https://evil.example" } },
    { origin: "http://localhost:3000", headers: { origin: "null" } },
    { origin: "http://localhost:3000", peerAddress: "203.0.113.9" },
  ])
    for (const method of ["GET", "PUT", "POST", "OPTIONS"])
      assert.deepEqual(await handle({ ...request, method, signature: null }), FORBIDDEN);
  assert.deepEqual([calls, asked], [[], []]);
});

test("a streamed answer begins at once, breathes, and carries the signed outcome as one document", async () => {
  const waiting: (() => void)[] = [];
  const world = {
    ...realWorld(),
    after(ms: number, act: () => void) {
      if (ms === 3000) waiting.push(act);
      return { cancel: () => void waiting.splice(0) };
    },
  };
  const { promise, resolve } = Promise.withResolvers<CallAnswer>();
  const { handle } = testApp({ isStreaming: true, execute: () => promise }, testState({ world }));
  const answer = await handle({});
  assert.equal(answer.status, 201);
  assert.equal(answer.headers["x-inngest-sdk"], SDK_NAME);
  waiting.shift()?.();
  waiting.shift()?.();
  resolve({ status: 206, body: "[]", headers: { "x-inngest-no-retry": "false" } });
  const text = await textOf(answer);
  assert.match(text, /^ {2}\{/);
  const { status, headers, body } = JSON.parse(text);
  assert.deepEqual([status, body, headers["x-inngest-no-retry"]], [206, "[]", "false"]);
  assertSigned({ headers }, "[]");
  assert.deepEqual(waiting, []);
});

test("streaming changes nothing for who is refused, and nothing for what does not run", async () => {
  const { handle } = testApp({ isStreaming: true });
  assert.deepEqual(await handle({ signature: null }), UNAUTHORIZED);
  assert.equal((await handle({ target: "/?fnId=gone" })).status, 500);
  assert.equal((await handle({ body: "{" })).status, 400);
});

test("a reader that leaves a stream leaves no timer behind, and the work is done all the same", async () => {
  let timers = 0;
  const world = {
    ...realWorld(),
    after: (ms: number, _act: () => void) => {
      timers += ms === 3000 ? 1 : 0;
      return { cancel: () => void (timers -= ms === 3000 ? 1 : 0) };
    },
  };
  const { promise, resolve } = Promise.withResolvers<CallAnswer>();
  const { handle } = testApp({ isStreaming: true, execute: () => promise }, testState({ world }));
  const { body } = await handle({});
  assert.ok(typeof body !== "string");
  await body.cancel();
  assert.equal(timers, 0);
  resolve({ status: 200, body: "1", headers: {} });
  await promise;
});
