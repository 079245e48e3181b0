import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bearerToken, isHoldfastError, parseSigningKey } from "@holdfast/protocol";
import type { RequestSigner } from "../signatures/contract.ts";
import { createApi } from "./api.ts";
import type { Api } from "./contract.ts";
import type { Outcome, ScriptedWorld } from "./testing/scripted-world.ts";
import { scriptedWorld } from "./testing/scripted-world.ts";

const KEYS = ["11", "22"].map((pair) => parseSigningKey(pair.repeat(16)));

const answer = (status: number, body: unknown = {}): Response => Response.json(body, { status });

/** Signs with as many keys as it is told. */
function signer(world: ScriptedWorld, keyCount: number): RequestSigner {
  return {
    async headers(_request, attempt) {
      const key = attempt < keyCount ? KEYS[attempt] : undefined;
      if (key !== undefined) return { authorization: `Bearer ${bearerToken(key, world.digest)}` };
      return attempt === 0 ? {} : null;
    },
  };
}

function open(
  keyCount: number,
  ...outcomes: readonly Outcome[]
): { readonly api: Api; readonly world: ScriptedWorld } {
  const world = scriptedWorld(...outcomes);
  const headers = { "x-inngest-sdk": "test" };
  return {
    world,
    api: createApi({ apiOrigin: "http://127.0.0.1:9/base", signer: signer(world, keyCount), world, headers }),
  };
}

const post = { method: "POST", path: "/v1/signals?a=canary", body: "{}", isRepeatable: true } as const;
const get = { method: "GET", path: "/v1/runs", body: null, isRepeatable: true } as const;

describe("createApi()", () => {
  it("sends JSON with the first key, and reads the answer", async () => {
    const { api, world } = open(2, answer(200, { ok: true }));
    const { status, body, headers } = await api.request({ ...post, headers: { "x-own": "1" } });
    assert.deepEqual([status, body, headers.get("content-type")], [200, { ok: true }, "application/json"]);
    const [request, ...others] = world.requests;
    assert.deepEqual(others, []);
    assert.equal(request?.url, "http://127.0.0.1:9/base/v1/signals?a=canary");
    assert.equal(request?.method, "POST");
    assert.equal(request?.body, "{}");
    assert.equal(request?.headers["content-type"], "application/json");
    assert.equal(request?.headers["x-inngest-sdk"], "test");
    assert.equal(request?.headers["x-own"], "1");
    assert.equal(request?.headers["authorization"], `Bearer ${bearerToken(KEYS[0]!, world.digest)}`);
  });

  it("gives an answer that is no JSON as text", async () => {
    const { api } = open(1, new Response("teapot", { status: 418 }));
    assert.equal((await api.request(get)).body, "teapot");
  });

  it("asks again with the fallback key after 401 and 403, and gives its answer", async () => {
    for (const status of [401, 403]) {
      const { api, world } = open(2, answer(status), answer(200));
      assert.equal((await api.request(get)).status, 200);
      assert.deepEqual(
        world.requests.map(({ headers }) => headers["authorization"]),
        KEYS.map((key) => `Bearer ${bearerToken(key, world.digest)}`),
      );
      assert.deepEqual(world.delays, []);
    }
  });

  it("gives the refusal where there is no fallback key, and does not ask a third time", async () => {
    const alone = open(1, answer(401));
    assert.equal((await alone.api.request(get)).status, 401);
    assert.equal(alone.world.requests.length, 1);
    const both = open(2, answer(401), answer(401));
    assert.equal((await both.api.request(get)).status, 401);
    assert.equal(both.world.requests.length, 2);
  });

  it("repeats what may be repeated as long as nobody answers, or the answer is 429 or 5xx, ever more slowly", async () => {
    for (const passing of [new TypeError("fetch failed"), answer(429), answer(500), answer(503)]) {
      const { api, world } = open(1, passing, passing, answer(200));
      assert.equal((await api.request(post)).status, 200);
      assert.deepEqual(world.delays, [100, 200]);
    }
  });

  it("gives up after five attempts: with the last answer, or with an error that shows no query", async () => {
    const busy = open(1, answer(503));
    assert.equal((await busy.api.request(post)).status, 503);
    assert.equal(busy.world.requests.length, 5);
    const gone = open(1, Object.assign(new TypeError("canary"), { cause: { code: "ECONNREFUSED" } }));
    await assert.rejects(gone.api.request(post), (error) => {
      assert.ok(isHoldfastError(error, "server_unreachable"));
      assert.equal(
        error.message,
        "Cannot reach the server in 5 attempts: POST /v1/signals failed (ECONNREFUSED).",
      );
      assert.equal(error.cause, undefined);
      return true;
    });
    assert.equal(gone.world.requests.length, 5);
    assert.deepEqual(gone.world.delays, [100, 200, 400, 800]);
  });

  it("does not repeat what may not be repeated, nor after any other answer", async () => {
    const once = { ...post, isRepeatable: false };
    const busy = open(1, answer(500), answer(200));
    assert.equal((await busy.api.request(once)).status, 500);
    await assert.rejects(
      open(1, new TypeError("x"), answer(200)).api.request(once),
      /Cannot reach the server: POST/,
    );
    for (const status of [400, 404, 409, 302]) {
      const other = open(1, answer(status), answer(200));
      assert.equal((await other.api.request(post)).status, status);
    }
  });

  it("asks again for an answer whose signature is not good, and never gives one", async () => {
    for (const isRepeatable of [true, false]) {
      const world = scriptedWorld(answer(200, { forged: true }));
      const judged: unknown[] = [];
      const distrusting: RequestSigner = {
        headers: async () => ({ "x-signed": "1" }),
        async checkAnswer(sent, { status, body, header }) {
          judged.push([sent, status, body, header("content-type")]);
          return { ok: false, reason: "mismatch" };
        },
      };
      const api = createApi({ apiOrigin: "http://127.0.0.1:9", signer: distrusting, world, headers: {} });
      await assert.rejects(
        api.request({ ...post, isRepeatable }),
        (error) => isHoldfastError(error, "answer_unverified") && !/forged|canary/.test(error.message),
      );
      assert.equal(judged.length, isRepeatable ? 5 : 1);
      assert.deepEqual(judged[0], [{ "x-signed": "1" }, 200, '{"forged":true}', "application/json"]);
    }
  });

  it("gives up a request that nobody answers in time", async () => {
    const { api } = open(1, "silence");
    await assert.rejects(api.request({ ...post, isRepeatable: false }), /was not answered in time/);
  });
});
