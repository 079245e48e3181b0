import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createSigningKey, bearerOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { GUARDED, GUARDED_V2, RUN } from "./guarded-routes.ts";
import { postEvents, request } from "./request.ts";

describe("access in production", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  const credentials = (): readonly (readonly [string, Record<string, string>])[] => [
    ["no credential", {}],
    ["an empty bearer", { authorization: "Bearer " }],
    ["another key", { authorization: bearerOf(createSigningKey()) }],
    ["the event key", { authorization: `Bearer ${server.eventKey}` }],
    ["a truncated hash", { authorization: bearerOf(server.signingKey ?? "").slice(0, -1) }],
    ["the right key under another scheme", { authorization: `Basic ${server.signingKey}` }],
  ];

  for (const [method, path] of GUARDED) {
    it(`${method} ${path} answers 401 to whoever lacks the signing key`, async () => {
      for (const [what, headers] of credentials()) {
        const answer = await request(server, method, path, {
          headers,
          authorized: false,
          ...(method === "GET" ? {} : { body: "{}" }),
        });
        assert.equal(answer.status, 401, what);
        assert.equal(answer.text, "Authentication failed");
      }
    });
  }

  for (const prefix of ["/v2", "/api/v2"]) {
    for (const [method, path] of GUARDED_V2) {
      it(`${method} ${prefix}${path} answers 401, in the form of v2, to whoever lacks the signing key`, async () => {
        for (const [what, headers] of credentials()) {
          const answer = await request(server, method, `${prefix}${path}`, {
            headers,
            authorized: false,
            ...(method === "GET" ? {} : { body: "{}" }),
          });
          assert.equal(answer.status, 401, what);
          assert.match(
            answer.text,
            /^\{"errors":\[\{"code":"(?:authorization_header_missing|invalid_signing_key)","message":"[^"]+"\}\]\}$/,
          );
        }
      });
    }
  }

  for (const path of [
    `/v1/checkpoint/${RUN}/output`,
    `/v1/http/runs/${RUN}/output`,
    "/v1/realtime/sse",
  ] as const) {
    it(`GET ${path} answers 401 to whoever lacks the token of a run, even with the signing key`, async () => {
      const all = [
        ...credentials(),
        ["the signing key", { authorization: bearerOf(server.signingKey ?? "") }],
      ] as const;
      for (const [what, headers] of all) {
        for (const query of ["", "?token=", `?token=${server.signingKey}`]) {
          const answer = await request(server, "GET", path + query, { headers, authorized: false });
          assert.equal(answer.status, 401, what + query);
        }
      }
    });
  }

  it("lets in the key itself and its hash, with and without prefix", async () => {
    const key = server.signingKey ?? "";
    const hash = bearerOf(key);
    for (const authorization of [
      hash,
      `Bearer ${key}`,
      `Bearer ${key.replace(/^signkey-\w+-/, "")}`,
      hash.replace(/signkey-\w+-/, ""),
    ]) {
      const answer = await request(server, "GET", "/holdfast/v1/status", {
        headers: { authorization },
        authorized: false,
      });
      assert.equal(answer.status, 200);
    }
  });

  it("answers the documented words for event keys", async () => {
    const send = (key: string): ReturnType<typeof request> =>
      request(server, "POST", `/e/${key}`, { body: '{"name":"a"}', authorized: false });
    assert.deepEqual((await send("wrong")).json, { error: "Event key not found", status: 401 });
    assert.deepEqual((await send("")).json, { error: "Event key is required", status: 401 });
    assert.equal((await postEvents(server, '{"name":"a"}')).status, 200);
  });

  it("A-002 shows nothing but health and its public keys without a key: unknown routes, other methods and /dev say no more than 404", async () => {
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/dev"],
      ["PATCH", "/fn/register"],
      ["GET", "/e/x"],
      ["POST", "/v0/gql"],
      ["GET", "/v0/gql?query={__schema{types{name}}}"],
      ["GET", "/graphql"],
      ["GET", "/playground"],
      ["GET", "/metrics"],
    ] as const) {
      assert.equal(
        (await request(server, method, path, { authorized: false })).status,
        404,
        `${method} ${path}`,
      );
    }
    assert.deepEqual((await request(server, "GET", "/health", { authorized: false })).json, {
      message: "OK",
      status: 200,
    });
    const path = "/.well-known/holdfast-keys.json";
    const { json } = await request(server, "GET", path, { authorized: false });
    const { keys, ...more } = json as { keys: readonly string[] };
    assert.deepEqual(more, {});
    assert.equal(keys.length, 1);
    assert.match(keys[0] ?? "", /^ed25519:[0-9a-f]{12}:[A-Za-z0-9_-]{43}$/);
  });

  it("lets pages of any origin send events, and shares nothing else across origins", async () => {
    const headers = { origin: "https://shop.example" };
    const sent = await postEvents(server, '{"name":"a"}', headers);
    assert.equal(sent.headers["access-control-allow-origin"], "https://shop.example");
    // Browsers ask beforehand, and go by the answer to that.
    const asked = await request(server, "OPTIONS", `/e/${server.eventKey}`, { headers, authorized: false });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers["access-control-allow-origin"], "https://shop.example");
    const read = await request(server, "GET", "/v1/events", { headers });
    assert.equal(read.headers["access-control-allow-origin"], undefined);
  });

  it("says what it is on every answer, and keeps answers out of caches", async () => {
    for (const path of ["/health", "/nowhere", "/v1/events"]) {
      const { headers } = await request(server, "GET", path);
      assert.equal(headers["x-inngest-server-kind"], "cloud");
      assert.equal(headers["cache-control"], "no-store");
      assert.match(String(headers["x-request-id"]), /^[0-9A-Z]{26}$/);
    }
  });

  it("logs refused callers once, without what they showed", async () => {
    const secret = "f".repeat(64);
    for (let times = 0; times < 20; times += 1) {
      await request(server, "GET", "/v1/events", {
        headers: { authorization: `Bearer ${secret}` },
        authorized: false,
      });
      await request(server, "POST", `/e/${secret}`, { body: "{}", authorized: false });
    }
    const lines = server.log.lines.filter(
      (line) => line.includes("a caller was refused") && line.includes("unknown"),
    );
    assert.equal(lines.length, 2);
    assert.ok(!server.log.lines.some((line) => line.includes(secret) || line.includes(secret.slice(0, 16))));
  });
});

describe("access in development", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ mode: "dev" });
  });
  after(() => server[Symbol.asyncDispose]());

  it("asks for no key on this machine", async () => {
    assert.equal((await request(server, "GET", "/dev")).status, 200);
    assert.equal((await request(server, "POST", "/e/anything", { body: '{"name":"a"}' })).status, 200);
  });

  for (const [what, headers] of [
    ["a Host that is not this machine (DNS rebinding)", { host: "evil.example:8288" }],
    ["a Host that only begins like this machine", { host: "localhost.evil.example" }],
    ["a page of another origin", { origin: "https://evil.example" }],
    ["a page without an origin of its own", { origin: "null" }],
  ] as const) {
    it(`refuses ${what} on every route`, async () => {
      for (const [method, path] of [
        ["GET", "/dev"],
        ["GET", "/health"],
        ["POST", "/e/any"],
        ["GET", "/v1/events"],
        ["GET", "/holdfast/v1/follow"],
        ["OPTIONS", "/e/any"],
        ["GET", "/nowhere"],
      ] as const) {
        const answer = await request(server, method, path, {
          headers,
          ...(method === "POST" ? { body: '{"name":"a"}' } : {}),
        });
        assert.equal(answer.status, 403, `${method} ${path}`);
      }
    });
  }

  it("lets in pages of this machine", async () => {
    const answer = await request(server, "GET", "/dev", { headers: { origin: "http://localhost:3000" } });
    assert.equal(answer.status, 200);
  });
});

describe("access in development, opened to the network", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ mode: "dev", host: "0.0.0.0" });
  });
  after(() => server[Symbol.asyncDispose]());

  it("answers to addresses, and still refuses names and pages of others", async () => {
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await request(server, "GET", "/dev", { headers })).status;
    assert.equal(await status({ host: "192.168.1.20:8288" }), 200);
    assert.equal(await status({ host: "192.168.1.20:8288", origin: "http://192.168.1.30" }), 200);
    assert.equal(await status({ host: "evil.example" }), 403);
    assert.equal(await status({ host: "192.168.1.20", origin: "https://evil.example" }), 403);
  });
});
