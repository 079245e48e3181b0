/**
 * Nobody without the key learns, starts or breaks anything (the lesson of CVE-2026-42047, in which any unknown method
 * was answered with the app's environment). Canaries are everywhere an answer could take them from.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ClientState } from "../client/contract.ts";
import type { Middleware } from "../middleware/contract.ts";
import { realWorld } from "../platform/world.ts";
import { createRequestHandler } from "./request-handler.ts";
import { testState } from "./testing/client-state.ts";
import { callBody, incoming, testRecord } from "./testing/served-app.ts";

const CANARY = "canary-7f3a9c";

/** An app that notes whatever of it is touched. */
function watchedApp(mode: ClientState["mode"], isStreaming: boolean) {
  const touched: string[] = [];
  const touch = (what: string) => (): never => {
    touched.push(what);
    throw new Error(`${CANARY} ${what}`);
  };
  const middleware: Middleware = {
    id: "watching",
    wrapRequest: touch("wrapRequest"),
    transformFunctionInput: touch("transformFunctionInput"),
    onRunStart: touch("onRunStart"),
  };
  const world = {
    ...realWorld(),
    fetch: touch("fetch"),
    variables: { HOLDFAST_SIGNING_KEY: CANARY, DATABASE_PASSWORD: CANARY, VERCEL: CANARY },
  };
  const { state, lines } = testState(
    {
      mode,
      world,
      middleware: [middleware],
      ...(mode === "dev" ? { verifier: null } : {}),
      appVersion: CANARY,
    },
    touch("api"),
  );
  const record = {
    ...testRecord("ship"),
    handler: touch("handler"),
    validate: touch("validate"),
    registration: touch("registration"),
  };
  const handler = createRequestHandler({
    client: state,
    logger: state.logger,
    records: new Map([[record.slug, record]]),
    framework: "test",
    platform: null,
    serveOrigin: null,
    servePath: null,
    isStreaming,
    execute: touch("execute"),
  });
  return { handler, touched, lines };
}

const method = fc.oneof(
  fc.constantFrom("GET", "PUT", "POST", "HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"),
  fc.string({ maxLength: 12 }),
);
const target = fc.oneof(
  fc.constantFrom(
    "/api/inngest?fnId=shop-ship&stepId=step",
    "/api/inngest?probe=trust",
    "/?fnId=__proto__",
    "",
    "?",
    "*",
  ),
  fc.webPath().map((path) => `/${path}`),
  fc.string(),
);
const header = fc.dictionary(
  fc.constantFrom(
    "x-inngest-signature",
    "x-inngest-sync-kind",
    "x-inngest-server-kind",
    "x-inngest-step-id",
    "x-run-id",
    "host",
    "origin",
    "x-forwarded-host",
    "x-forwarded-proto",
    "content-type",
    "content-length",
    "signature",
    "signature-input",
    "authorization",
  ),
  fc.oneof(
    fc.constantFrom(
      "in_band",
      "t=1&s=",
      `t=${Math.floor(Date.now() / 1000)}&s=${"0".repeat(64)}`,
      "localhost",
    ),
    fc.string(),
  ),
);
const body = fc.oneof(
  fc.constant(callBody()),
  fc.constant('{"url":"https://evil.example/"}'),
  fc.json(),
  fc.string(),
  fc.uint8Array(),
);
const origin = fc.oneof(
  fc.constantFrom("https://shop.example", "http://evil.example", "", "null", "http://"),
  fc.webUrl(),
  fc.string(),
);

test("no request without the key learns, starts or breaks anything, in production", async () => {
  const apps = [watchedApp("production", false), watchedApp("production", true)];
  await fc.assert(
    fc.asyncProperty(method, target, header, body, origin, async (method, target, headers, body, origin) => {
      for (const { handler, touched, lines } of apps) {
        const request = incoming({ method, target, headers, body, origin, signature: null });
        const answer = await handler(request);
        assert.deepEqual(answer, {
          status: 401,
          headers: { "content-type": "application/json" },
          body: '{"message":"Unauthorized"}',
        });
        assert.deepEqual(touched, []);
        assert.ok(!lines.join().includes(CANARY));
      }
    }),
    { numRuns: 500 },
  );
});

test("no request from elsewhere learns, starts or breaks anything, in development", async () => {
  const { handler, touched, lines } = watchedApp("dev", false);
  const elsewhere = fc.constantFrom(
    "http://evil.example",
    "https://localhost.evil.example",
    "http://8.8.8.8",
    "",
  );
  await fc.assert(
    fc.asyncProperty(
      method,
      target,
      header,
      body,
      elsewhere,
      async (method, target, headers, body, origin) => {
        const answer = await handler(incoming({ method, target, headers, body, origin, signature: null }));
        assert.deepEqual(answer, {
          status: 403,
          headers: { "content-type": "application/json" },
          body: '{"message":"Forbidden"}',
        });
        assert.deepEqual(touched, []);
        assert.ok(!lines.join().includes(CANARY));
      },
    ),
    { numRuns: 300 },
  );
});

test("a request object that fails wherever it is touched is refused", async () => {
  const fail = (): never => {
    throw new Error(CANARY);
  };
  for (const mode of ["production", "dev"] as const) {
    const { handler, touched } = watchedApp(mode, false);
    for (const method of ["GET", "PUT", "POST", "OPTIONS"]) {
      const answer = await handler({
        method,
        target: "/",
        origin: "http://localhost",
        header: fail,
        body: fail,
      });
      assert.equal(answer.status, mode === "dev" ? 403 : 401);
      assert.deepEqual(touched, []);
    }
  }
});

test("whoever has the key sees no canary either where something fails", async () => {
  const { handler, lines } = watchedApp("production", false);
  for (const method of ["GET", "PUT", "POST", "OPTIONS", "PATCH", "DELETE"]) {
    const body = method === "PUT" ? '{"url":"https://shop.example/"}' : method === "POST" ? callBody() : "";
    const answer = await handler(incoming({ method, body }));
    assert.notEqual(answer.status, 401);
    assert.ok(!JSON.stringify(answer).includes(CANARY), method);
  }
  assert.ok(lines.join().includes(CANARY), "the log has the reason");
});
