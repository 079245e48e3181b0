import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson, parseSigningKey } from "@holdfast/protocol";
import fc from "fast-check";
import { Holdfast } from "../../client/client.ts";
import type { WireRequest as SignableRequest } from "../../signatures/testing/server-request.ts";
import { signedRequest } from "../../signatures/testing/server-request.ts";
import { hasV2Signature } from "@holdfast/protocol";
import type { AdapterOptions } from "../options.ts";
import type { AdapterHarness, Send, WireAnswer, WireRequest } from "./exchange.ts";

const KEY = `signkey-test-${"5a".repeat(32)}`;
const RUN = "01J0000000000000000000000A";
const TARGET = "/api/inngest?fnId=shop-ship&stepId=step";
/** What the transport puts on an answer by itself, and tells nobody anything about the app. */
const TRANSPORT = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding"]);

/** What may stand in a header or, encoded, in a query. */
const STRANGE_CHARS = "aZ09 !#$%&'()*+,-./:;<=>?@[]^_`{|}~\u00e9\u00ff";

interface Shop {
  readonly options: AdapterOptions;
  /** Data of the events that the function ran with. */
  readonly ran: unknown[];
  /** What the app asked of anybody. */
  readonly outgoing: string[];
}

function shop(mode: "dev" | "production", extra: Partial<AdapterOptions> = {}): Shop {
  const ran: unknown[] = [];
  const outgoing: string[] = [];
  const silent = (): void => {};
  const client = new Holdfast({
    id: "shop",
    mode,
    baseUrl: "http://127.0.0.1:1",
    ...(mode === "dev" ? {} : { signingKey: KEY }),
    variables: {},
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    fetch: async (url, init) => {
      outgoing.push(JSON.stringify([init?.method, url, init?.body]));
      return Response.json({ ok: true, status: 200, modified: true });
    },
  });
  const ship = client.createFunction(
    { id: "ship", triggers: { event: "order/placed" }, checkpointing: false },
    ({ event }) => {
      ran.push(event.data);
      return "shipped \u{1f69a}";
    },
  );
  return { options: { client, functions: [ship], ...extra }, ran, outgoing };
}

function call(data: Readonly<Record<string, unknown>> = { order: 1 }, target = TARGET): WireRequest {
  const event = { data, id: "evt", name: "order/placed", ts: 1_700_000_000_000 };
  return {
    method: "POST",
    target,
    headers: {
      "content-type": "application/json",
      "x-run-id": RUN,
      "x-request-id": "01J0000000000000000000000B",
      "x-inngest-generation-id": "1",
      "x-inngest-job-id": `${RUN}:start`,
      "x-inngest-req-version": "-1",
    },
    body: canonicalJson({
      ctx: { attempt: 0, max_attempts: 4, run_id: RUN, stack: { current: 0, stack: [] }, step_id: "step" },
      event,
      events: [event],
      steps: {},
      version: -1,
    }),
  };
}

function signed(request: WireRequest, tag: "call" | "sync" | "probe" = "call"): WireRequest {
  const signable: SignableRequest = request;
  return signedRequest(signable, { key: parseSigningKey(KEY), atMs: Date.now(), tag });
}

function without(request: WireRequest, pattern: RegExp): WireRequest {
  const headers = Object.entries(request.headers).filter(([name]) => !pattern.test(name));
  return { ...request, headers: Object.fromEntries(headers) };
}

function assertRefused(answer: WireAnswer, method: string, what: string): void {
  assert.equal(answer.status, 401, what);
  assert.equal(answer.body, method === "HEAD" ? "" : '{"message":"Unauthorized"}', what);
  const told = Object.keys(answer.headers).filter((name) => !TRANSPORT.has(name));
  assert.deepEqual(told, ["content-type"], what);
  assert.match(answer.headers["content-type"] ?? "", /^application\/json(?:; charset=utf-8)?$/, what);
}

/** What every adapter keeps, whatever it is put into. */
export function testAdapter(harness: AdapterHarness): void {
  const { methods, name } = harness;

  describe(`adapter ${name}`, { timeout: 60_000 }, () => {
    it("a signed call runs, path and query reach the verifier as they were signed, and the answer is signed", async (t) => {
      const { options, ran, outgoing } = shop("production");
      const send = await harness.serve(t, options);
      const answer = await send(signed(call()));
      assert.equal(answer.status, 200, answer.body);
      assert.equal(answer.body, '"shipped \u{1f69a}"');
      assert.equal(answer.headers["x-inngest-framework"], harness.framework);
      assert.match(answer.headers["x-inngest-sdk"] ?? "", /^holdfast-js:v/);
      assert.ok(hasV2Signature({ header: (name) => answer.headers[name] ?? null }));
      assert.deepEqual([ran, outgoing], [[{ order: 1 }], []]);
    });

    it("a body of a megabyte in many bytes per letter is verified as it came", async (t) => {
      const { options, ran } = shop("production");
      const send = await harness.serve(t, options);
      const data = { text: "Grüße \u{1f69a} ".repeat(70_000), number: 1e21 };
      const answer = await send(signed(call(data)));
      assert.equal(answer.status, 200, answer.body);
      assert.deepEqual(ran, [data]);
    });

    it("a call signed as every server can is accepted too", async (t) => {
      const { options, ran } = shop("production");
      const send = await harness.serve(t, options);
      const answer = await send(without(signed(call()), /^(?:signature|content-digest|holdfast)/));
      assert.equal(answer.status, 200, answer.body);
      assert.match(answer.headers["x-inngest-signature"] ?? "", /^t=\d+&s=[0-9a-f]{64}$/);
      assert.equal(ran.length, 1);
    });

    it("nobody without the key gets anything but the one refusal, by any method that arrives", async (t) => {
      for (const streaming of [false, true]) {
        const { options, ran, outgoing } = shop("production", { streaming });
        const send = await harness.serve(t, options);
        for (const method of methods) {
          const isBare = method === "GET" || method === "HEAD";
          for (const headers of [
            {},
            { "x-inngest-signature": `t=${Math.floor(Date.now() / 1000)}&s=${"0".repeat(64)}` },
            { "x-inngest-sync-kind": "in_band", "x-run-id": RUN },
            { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
          ]) {
            const { body } = isBare ? { body: "" } : call();
            const all = { ...(isBare ? {} : { "content-type": "application/json" }), ...headers };
            const answer = await send({ method, target: TARGET, headers: all, body });
            assertRefused(answer, method, `${method} ${JSON.stringify(headers)}`);
          }
        }
        assert.deepEqual([ran, outgoing], [[], []]);
      }
    });

    it("a captured call serves no other function, step, path or method, and not twice", async (t) => {
      const { options, ran } = shop("production");
      const send = await harness.serve(t, options);
      const captured = signed(call());
      for (const change of [
        { target: "/api/inngest?fnId=shop-other&stepId=step" },
        { target: `/api/inngest?fnId=shop-ship&stepId=${"ab".repeat(20)}` },
        { target: "/api/inngest?stepId=step&fnId=shop-ship" },
        { target: `${TARGET}&probe=trust` },
        { method: "PUT" },
        { headers: { ...captured.headers, "x-run-id": "01J0000000000000000000000C" } },
        { headers: { ...captured.headers, "x-inngest-step-id": "ab" } },
        { body: captured.body.replace('"order":1', '"order":2') },
      ]) {
        assertRefused(await send({ ...captured, ...change }), "POST", JSON.stringify(change).slice(0, 100));
      }
      assert.deepEqual(ran, []);
      assert.equal((await send(captured)).status, 200);
      assertRefused(await send(captured), "POST", "the same once more");
      assert.equal(ran.length, 1);
    });

    it("a body past the limit is refused", async (t) => {
      const { options, ran } = shop("production");
      const send = await harness.serve(t, options);
      const body = JSON.stringify("x".repeat(16 * 1024 * 1024));
      assertRefused(await send(signed({ ...call(), body })), "POST", "by its length");
      if (harness.isOnSocket) {
        const headers = { ...call().headers, "transfer-encoding": "chunked" };
        assertRefused(await send(signed({ ...call(), headers, body })), "POST", "piece by piece");
      }
      assert.deepEqual(ran, []);
    });

    it("a server's PUT is answered with the registration, at the address that is signed", async (t) => {
      const { options, outgoing } = shop("production");
      const send = await harness.serve(t, options);
      const answer = await send(
        signed(
          {
            method: "PUT",
            target: "/api/inngest",
            headers: {
              "content-type": "application/json",
              host: "evil.example",
              "x-forwarded-host": "evil.example",
              "x-inngest-sync-kind": "in_band",
            },
            body: canonicalJson({ url: "https://shop.example/api/inngest" }),
          },
          "sync",
        ),
      );
      assert.equal(answer.status, 200, answer.body);
      assert.equal(answer.headers["x-inngest-sync-kind"], "in_band");
      const registration = JSON.parse(answer.body);
      assert.equal(registration.url, "https://shop.example/api/inngest");
      assert.equal(registration.framework, harness.framework);
      assert.match(JSON.stringify(registration.functions), /"https:\/\/shop\.example\/api\/inngest\?fnId=/);
      assert.deepEqual(outgoing, []);
    });

    it("a signed GET and a signed probe are answered", async (t) => {
      const send = await harness.serve(t, shop("production").options);
      const bare = { headers: {}, body: "" };
      const seen = await send(signed({ method: "GET", target: "/api/inngest", ...bare }, "probe"));
      assert.equal(JSON.parse(seen.body).authentication_succeeded, true);
      const trusted = await send(
        signed({ method: "POST", target: "/api/inngest?probe=trust", ...bare }, "probe"),
      );
      assert.deepEqual([trusted.status, trusted.body], [200, ""]);
    });

    if (harness.streams) {
      it("a streamed call is answered at once, and its outcome comes signed in one document", async (t) => {
        const { options } = shop("production", { streaming: true });
        const send = await harness.serve(t, options);
        const answer = await send(signed(call()));
        assert.equal(answer.status, 201, answer.body);
        const { status, headers, body } = JSON.parse(answer.body);
        assert.deepEqual([status, body], [200, '"shipped \u{1f69a}"']);
        assert.ok(hasV2Signature({ header: (name) => headers[name] ?? null }));
      });
    }

    it("in development this machine is answered, and no other host and no page", async (t) => {
      const { options, ran } = shop("dev");
      const send = await harness.serve(t, options);
      const local = { ...call(), headers: { ...call().headers, host: "localhost:3000" } };
      // A gateway of a cloud is no machine of a developer.
      const isLocal = harness.framework !== "aws-lambda";
      assert.equal((await send(local)).status, isLocal ? 200 : 403);
      const runs = ran.length;
      for (const headers of [
        { host: "shop.example" },
        { host: "localhost:3000", origin: "https://evil.example" },
        { host: "shop.example", "x-forwarded-host": "localhost" },
      ]) {
        const answer = await send({ ...call(), headers: { ...call().headers, ...headers } });
        assert.equal(answer.status, 403, JSON.stringify(headers));
      }
      assert.equal(ran.length, runs);
    });

    it("what a proxy says counts where the proxy is trusted, and nowhere else", async (t) => {
      for (const trustProxy of [false, true]) {
        const { options, outgoing } = shop("dev", { trustProxy });
        const send = await harness.serve(t, options);
        const headers = {
          host: "localhost:3000",
          "x-forwarded-host": "10.0.0.9:8443, localhost",
          "x-forwarded-proto": "https",
        };
        const { status } = await send({ method: "PUT", target: "/api/inngest", headers, body: "" });
        if (harness.framework === "aws-lambda" && !trustProxy) {
          assert.equal(status, 403);
          continue;
        }
        assert.equal(status, 200);
        const url = trustProxy ? "https://10.0.0.9:8443/api/inngest" : "http://localhost:3000/api/inngest";
        assert.ok(outgoing[0]?.includes(`\\"url\\":\\"${url}\\"`), outgoing[0]);
      }
    });

    if (harness.isOnSocket) testSocket(harness, name);
  });
}

/** What only a sender at the other end of a connection can do. */
function testSocket(harness: AdapterHarness, name: string): void {
  it("a malformed Host breaks nothing: it decides nothing", async (t) => {
    const { options, ran } = shop("production");
    const send = await harness.serve(t, options);
    for (const host of ["", "]bad[", "a b", "evil.example:99999999", "user@evil.example", "x/../y", "[::1"]) {
      const headers = { ...call().headers, host };
      assertRefused(await send({ ...call(), headers }), "POST", `${name} ${host}`);
      assertRefused(await send({ method: "GET", target: "/", headers: { host }, body: "" }), "GET", host);
      const answer = await send(signed({ ...call(), headers }));
      assert.equal(answer.status, 200, `${host}: ${answer.body}`);
    }
    assert.equal(ran.length, 7);
  });

  it("malformed targets and bodies get the one refusal", async (t) => {
    const { options, ran } = shop("production");
    const send: Send = await harness.serve(t, options);
    for (const target of ["/api/inngest?%", "/api/inngest?fnId=%ff&fnId=", "/api/inngest?__proto__=1"]) {
      assertRefused(await send({ ...call({}, target) }), "POST", target);
    }
    for (const body of ["\u0000", "[[[[", "\ud800", "{}"]) {
      const headers = { "content-type": "text/weird", "x-inngest-signature": "t=1&s=" };
      assertRefused(await send({ method: "POST", target: TARGET, headers, body }), "POST", body);
    }
    assert.deepEqual(ran, []);
  });

  it("whatever arrives over the socket gets the one refusal, and the next call runs", async (t) => {
    const { options, ran, outgoing } = shop("production");
    const send = await harness.serve(t, options);
    const text = fc.string({
      unit: fc.constantFrom(...Array.from(STRANGE_CHARS)),
      maxLength: 40,
    });
    const names = [
      "x-inngest-signature",
      "signature",
      "signature-input",
      "content-type",
      "host",
      "origin",
      "x-run-id",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...harness.methods),
        text.map((query) => `/api/inngest?${encodeURI(query).replaceAll("#", "")}`),
        fc.dictionary(
          fc.constantFrom(...names),
          text.map((value) => value.trim()),
        ),
        fc.oneof(fc.json(), fc.string(), fc.constant(call().body)),
        async (method, target, headers, body) => {
          const isBare = method === "GET" || method === "HEAD";
          const answer = await send({ method, target, headers, body: isBare ? "" : body });
          assertRefused(answer, method, name);
        },
      ),
      { numRuns: 60 },
    );
    assert.deepEqual([ran, outgoing], [[], []]);
    assert.equal((await send(signed(call()))).status, 200);
  });
}
