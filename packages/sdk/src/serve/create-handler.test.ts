import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import { Holdfast } from "../client/client.ts";
import { createHandler } from "./create-handler.ts";
import { TEST_KEY } from "./testing/client-state.ts";
import { callBody, incoming } from "./testing/served-app.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function client(id = "shop"): Holdfast {
  return new Holdfast({
    id,
    signingKey: TEST_KEY,
    baseUrl: "https://server.test",
    variables: {},
    logger: silent,
  });
}

test("createHandler() refuses what cannot be served, as soon as it is told", () => {
  const own = client();
  const ship = own.createFunction({ id: "ship" }, () => null);
  const foreign = client("other").createFunction({ id: "ship" }, () => null);
  const cases: readonly (readonly [Parameters<typeof createHandler>[0], RegExp])[] = [
    [{ client: own, functions: [ship, ship] }, /two functions have the id "ship"/],
    [{ client: own, functions: [foreign] }, /belongs to app "other"/],
    [{ client: own, functions: [ship], serveOrigin: "shop.example" }, /serveOrigin/],
    [{ client: own, functions: [ship], serveOrigin: "https://shop.example/path" }, /serveOrigin/],
    [{ client: own, functions: [ship], servePath: "api" }, /servePath/],
    [{ client: own, functions: [ship], servePath: "/api?x=1" }, /servePath/],
  ];
  for (const [options, message] of cases) {
    assert.throws(
      () => createHandler(options, "test"),
      (error) => isHoldfastError(error, "config_invalid") && message.test(error.message),
    );
  }
  // What is no client of this package, and no function of it, either.
  assert.throws(() => createHandler({ client: { id: "shop" } as never, functions: [] }, "test"), /client/);
  assert.throws(() => createHandler({ client: own, functions: [{ id: "ship" }] }, "test"), /function/);
});

test("a logger that throws fails no request", async () => {
  const broken = (): never => {
    throw new Error("disk full");
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  const own = new Holdfast({
    id: "shop",
    signingKey: TEST_KEY,
    baseUrl: "https://server.test",
    variables: {},
    logger,
  });
  const ship = own.createFunction({ id: "ship", checkpointing: false }, () => "shipped");
  const handler = createHandler({ client: own, functions: [ship] }, "test");
  assert.equal((await handler(incoming({ signature: null }))).status, 401);
  assert.equal((await handler(incoming({ target: "/?fnId=gone" }))).status, 500);
  assert.equal((await handler(incoming({}))).status, 200);
});

test("a function is served with the handler of its failure", async () => {
  const own = client();
  const ran: string[] = [];
  const ship = own.createFunction(
    { id: "ship", checkpointing: false, onFailure: () => void ran.push("failure") },
    () => void ran.push("function"),
  );
  const handler = createHandler({ client: own, functions: [ship] }, "test");
  const failed = {
    name: "inngest/function.failed",
    id: "evt",
    ts: 1,
    data: { function_id: "shop-ship", run_id: "r", event: { name: "a", data: {} }, error: { message: "no" } },
  };
  const body = callBody({}, { event: failed, events: [failed] });
  const answer = await handler(incoming({ target: "/?fnId=shop-ship-failure&stepId=step", body }));
  assert.deepEqual([answer.status, ran], [200, ["failure"]]);
});

test("no request without the key learns of the environment or runs anything, with everything real but the network", async () => {
  const canary = "canary7f3a9c";
  const touched: string[] = [];
  const own = new Holdfast({
    id: "shop",
    appVersion: canary,
    variables: {
      HOLDFAST_SIGNING_KEY: TEST_KEY,
      HOLDFAST_EVENT_KEY: canary,
      HOLDFAST_BASE_URL: `https://${canary}.example`,
      DATABASE_PASSWORD: canary,
      OPENAI_API_KEY: canary,
      VERCEL: canary,
    },
    logger: silent,
    middleware: [
      {
        id: canary,
        wrapRequest: () => Promise.reject(new Error(canary)),
        onRunStart: () => void touched.push("hook"),
      },
    ],
    fetch: () => {
      touched.push("fetch");
      return Promise.reject(new Error(canary));
    },
  });
  const ship = own.createFunction({ id: "ship", description: canary }, () => {
    touched.push("function");
    throw new Error(canary);
  });
  const handlers = [false, true].map((streaming) =>
    createHandler({ client: own, functions: [ship], streaming }, "test"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("GET", "PUT", "POST", "HEAD", "OPTIONS", "PATCH", "DELETE", "TRACE", "LOCK"),
      fc.constantFrom("/?fnId=shop-ship&stepId=step", "/?probe=trust", "/", "*"),
      fc.dictionary(
        fc.constantFrom(
          "x-inngest-signature",
          "signature",
          "signature-input",
          "content-digest",
          "holdfast-audience",
          "x-inngest-sync-kind",
          "x-run-id",
          "x-request-id",
          "authorization",
        ),
        fc.oneof(
          fc.constantFrom("in_band", "/shop", "01J0000000000000000000000A", `t=1&s=${"0".repeat(64)}`),
          fc.string(),
        ),
      ),
      fc.oneof(
        fc.constantFrom(callBody(), '{"url":"https://evil.example/"}', ""),
        fc.string(),
        fc.uint8Array(),
      ),
      async (method, target, headers, body) => {
        for (const handler of handlers) {
          const answer = await handler(incoming({ method, target, headers, body, signature: null }));
          assert.deepEqual(answer, {
            status: 401,
            headers: { "content-type": "application/json" },
            body: '{"message":"Unauthorized"}',
          });
          assert.deepEqual(touched, []);
        }
      },
    ),
    { numRuns: 400 },
  );
});
