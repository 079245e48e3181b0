import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import type { SignedAnswer } from "@holdfast/protocol";
import {
  canonicalJson,
  contentDigestMatches,
  hmacKey,
  isHoldfastError,
  parseSigningKey,
  readSignature,
  sign,
  verify,
} from "@holdfast/protocol";
import type { RequestVerdict } from "./contract.ts";
import { createServerKnowledge } from "./server-knowledge.ts";
import type { WireRequest } from "./testing/server-request.ts";
import { CALL, ed25519Key, signedRequest } from "./testing/server-request.ts";
import { nodeDigest, testWorld } from "./testing/test-world.ts";
import type { VerifierOptions } from "./verifier.ts";
import { createVerifier } from "./verifier.ts";

const NOW = 1_800_000_000_000;
const KEY = parseSigningKey(`signkey-test-${"ab".repeat(32)}`);
const FALLBACK = parseSigningKey(`signkey-test-${"cd".repeat(32)}`);
const STRANGER = parseSigningKey(`signkey-test-${"ef".repeat(32)}`);

function setUp(options: Partial<VerifierOptions> = {}) {
  const world = testWorld(NOW);
  const knowledge = createServerKnowledge();
  const verifier = createVerifier({
    keys: [KEY, FALLBACK],
    mode: "auto",
    world,
    app: "shop",
    environment: "",
    knowledge,
    ...options,
  });
  const judge = ({ body, headers, method, target }: WireRequest): Promise<RequestVerdict> =>
    verifier.verify({ method, target, header: (name) => headers[name] ?? null }, Buffer.from(body));
  return {
    world,
    knowledge,
    verifier,
    judge,
    reason: async (request: WireRequest) => {
      const verdict = await judge(request);
      return verdict.ok ? verdict.scheme : verdict.reason;
    },
  };
}

const call = (changes: Parameters<typeof signedRequest>[1] | null = null): WireRequest =>
  signedRequest(CALL, changes ?? { key: KEY, atMs: NOW });

const without = (request: WireRequest, ...names: readonly string[]): WireRequest => ({
  ...request,
  headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !names.includes(name))),
});

const withoutV2 = (request: WireRequest): WireRequest =>
  without(request, "signature", "signature-input", "content-digest", "holdfast-audience");

const withHeaders = (request: WireRequest, headers: Readonly<Record<string, string>>): WireRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

describe("a call with a v2 signature", () => {
  it("counts under the first key and under the fallback, and tells that the server speaks v2", async () => {
    for (const key of [KEY, FALLBACK]) {
      const { judge, knowledge } = setUp();
      assert.equal(knowledge.speaksV2, false);
      const verdict = await judge(call({ key, atMs: NOW }));
      assert.ok(verdict.ok);
      assert.equal(verdict.scheme, "v2");
      assert.equal(knowledge.speaksV2, true);
    }
  });

  for (const [attack, change, reason] of [
    [
      "for another function",
      (it) => ({ ...it, target: it.target.replace("shop-ship", "shop-refund") }),
      "mismatch",
    ],
    [
      "for another step",
      (it) => ({ ...it, target: it.target.replace("stepId=step", "stepId=other") }),
      "mismatch",
    ],
    ["at another path", (it) => ({ ...it, target: it.target.replace("/api/", "/admin/") }), "mismatch"],
    ["with another method", (it) => ({ ...it, method: "DELETE" }), "mismatch"],
    [
      "made into a probe",
      (it) => ({ ...without(it, "x-run-id"), target: `${it.target}&probe=trust` }),
      "profile",
    ],
    ["for another run", (it) => withHeaders(it, { "x-run-id": "run-2" }), "mismatch"],
    ["for one step, put in as a header", (it) => withHeaders(it, { "x-inngest-step-id": "s" }), "profile"],
    ["with another body", (it) => ({ ...it, body: it.body.replace('"a"', '"b"') }), "digest"],
    [
      "with another body and its digest",
      (it) =>
        withHeaders(
          { ...it, body: "{}" },
          { "content-digest": "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:" },
        ),
      "mismatch",
    ],
    ["with the same JSON in other bytes", (it) => ({ ...it, body: ` ${it.body}` }), "digest"],
    [
      "with a second digest",
      (it) => withHeaders(it, { "content-digest": `${it.headers["content-digest"]}, sha-512=:AA==:` }),
      "mismatch",
    ],
    ["for another app", (it) => withHeaders(it, { "holdfast-audience": "/billing" }), "mismatch"],
    [
      "with a second signature label",
      (it) => withHeaders(it, { signature: `${it.headers["signature"]}, b=:AAAA:` }),
      "profile",
    ],
    ["with half of its signature taken away", (it) => without(it, "signature"), "profile"],
    ["with the other half taken away", (it) => without(it, "signature-input"), "profile"],
  ] as readonly (readonly [string, (request: WireRequest) => WireRequest, string])[]) {
    it(`is refused ${attack}, though the protocol's own signature is still good or was never asked`, async () => {
      const { judge, knowledge, reason: reasonOf } = setUp();
      assert.equal(await reasonOf(change(call())), reason);
      assert.equal(knowledge.speaksV2, false);
      // What was wrong was the change: as it was sent the call counts, and the attempt used nothing up.
      assert.equal((await judge(call())).ok, true);
    });
  }

  it("is refused the second time, until nobody could take it for new any more", async () => {
    const { reason, world } = setUp();
    const once = call();
    assert.equal(await reason(once), "v2");
    assert.equal(await reason(once), "replay");
    world.pass(90_000);
    assert.equal(await reason(once), "replay");
    world.pass(1);
    assert.equal(await reason(once), "expired");
  });

  it("is refused before its time and after it", async () => {
    const { reason } = setUp();
    assert.equal(await reason(call({ key: KEY, atMs: NOW + 31_000 })), "future");
    assert.equal(await reason(call({ key: KEY, atMs: NOW - 91_000 })), "expired");
  });

  it("is refused under a key that is not the server's, whatever id it shows", async () => {
    const { reason } = setUp();
    assert.equal(await reason(call({ key: STRANGER, atMs: NOW })), "key");
    const forged = { ...hmacKey(STRANGER, "server-to-app", nodeDigest), keyId: KEY.keyId(nodeDigest) };
    assert.equal(await reason(call({ key: KEY, atMs: NOW, signer: forged })), "mismatch");
  });

  it("is refused when its key id is swapped for that of another key of ours", async () => {
    const { reason } = setUp();
    const request = call();
    const input = (request.headers["signature-input"] ?? "").replace(
      KEY.keyId(nodeDigest),
      FALLBACK.keyId(nodeDigest),
    );
    assert.equal(await reason(withHeaders(request, { "signature-input": input })), "mismatch");
  });

  it("is refused when it is what an app sent or answered, turned round", async () => {
    for (const purpose of ["app-to-server", "app-answer", "server-answer"] as const) {
      const { reason } = setUp();
      assert.equal(await reason(call({ key: KEY, atMs: NOW, purpose })), "mismatch", purpose);
      assert.equal(await reason(call({ key: KEY, atMs: NOW, purpose, tag: "api" })), "profile", purpose);
    }
  });

  it("is refused when a bearer token is all that its signer knew", async () => {
    const { reason } = setUp();
    const hash = nodeDigest.sha256Hex(Buffer.from(KEY.reveal(), "hex"));
    for (const secret of [hash, Buffer.from(hash, "hex")]) {
      const signer = {
        keyId: KEY.keyId(nodeDigest),
        alg: "hmac-sha256" as const,
        sign: (base: string) => createHmac("sha256", secret).update(base).digest("base64"),
      };
      assert.equal(await reason(call({ key: KEY, atMs: NOW, signer })), "mismatch");
    }
  });

  it("is refused when it is for another app or environment, and for nobody in particular", async () => {
    const { reason } = setUp({ environment: "production" });
    assert.equal(await reason(call({ key: KEY, atMs: NOW, audience: "production/shop" })), "v2");
    assert.equal(await reason(call({ key: KEY, atMs: NOW, audience: "/shop" })), "v2");
    for (const audience of ["staging/shop", "production/billing", "production/", "/", "shop", ""]) {
      assert.equal(await reason(call({ key: KEY, atMs: NOW, audience })), "audience", audience);
    }
  });

  it("is refused when the memory of nonces does not answer", async () => {
    const { reason } = setUp({ nonces: { seen: () => Promise.reject(new Error("down")) } });
    assert.equal(await reason(call()), "nonce_memory_failed");
  });

  it("counts once among all processes that share a memory of nonces", async () => {
    const known = new Set<string>();
    const nonces = {
      seen: async (nonce: string) => known.has(nonce) || known.add(nonce) === undefined,
    };
    const [first, second] = [setUp({ nonces }), setUp({ nonces })];
    const once = call();
    assert.equal(await first.reason(once), "v2");
    assert.equal(await second.reason(once), "replay");
  });
});

describe("a request by which a durable endpoint goes on", () => {
  const { "x-inngest-server-kind": _kind, ...named } = CALL.headers;
  const again: WireRequest = {
    method: "GET",
    target: "/orders/7?confirm=1",
    headers: { ...named, "x-inngest-force-step-plan": "false" },
    body: "",
  };
  const signing = { key: KEY, atMs: NOW, tag: "endpoint", audience: "/" } as const;

  it("counts for its own method, path, query, run and step, without a name of the app", async () => {
    const { judge, reason } = setUp();
    const verdict = await judge(signedRequest(again, signing));
    assert.ok(verdict.ok);
    assert.deepEqual([verdict.scheme, verdict.tag], ["v2", "endpoint"]);
    const request = signedRequest(again, signing);
    assert.equal(await reason({ ...request, target: "/orders/8?confirm=1" }), "mismatch");
    assert.equal(await reason({ ...request, method: "DELETE" }), "mismatch");
    assert.equal(await reason(withHeaders(request, { "x-run-id": "run-2" })), "mismatch");
    assert.equal(await reason(withHeaders(request, { "x-inngest-generation-id": "2" })), "mismatch");
    assert.equal(await reason(withHeaders(request, { "x-inngest-force-step-plan": "true" })), "mismatch");
    assert.equal(await reason({ ...signedRequest(again, { ...signing, audience: "/billing" }) }), "audience");
  });

  it("is no call of a function, and a call is none", async () => {
    const { reason } = setUp();
    assert.equal(
      await reason(without(signedRequest(again, signing), "x-inngest-force-step-plan")),
      "profile",
    );
    assert.equal(await reason(withHeaders(call(), { "x-inngest-force-step-plan": "false" })), "profile");
    assert.equal(
      await reason(signedRequest(again, { ...signing, tag: "call", audience: "/shop" })),
      "profile",
    );
  });
});

describe("a request that asks an app who it is", () => {
  const put: WireRequest = {
    method: "PUT",
    target: "/api/holdfast",
    headers: { "x-inngest-sync-kind": "in_band", "x-inngest-server-kind": "cloud" },
    body: '{"url":"https://shop.example/api/holdfast"}',
  };

  it("needs no app's name, and no other's counts", async () => {
    const { reason } = setUp();
    for (const [audience, expected] of [
      ["/", "v2"],
      ["/shop", "v2"],
      ["/billing", "audience"],
    ] as const) {
      const request = signedRequest(put, { key: KEY, atMs: NOW, tag: "sync", audience });
      assert.equal(await reason(request), expected, audience);
    }
  });

  it("does not count as another kind of request, nor with its kind changed", async () => {
    const { reason } = setUp();
    const request = signedRequest(put, { key: KEY, atMs: NOW, tag: "sync", audience: "/" });
    assert.equal(await reason({ ...request, method: "GET" }), "profile");
    assert.equal(await reason({ ...request, method: "POST" }), "profile");
    assert.equal(await reason(withHeaders(request, { "x-inngest-sync-kind": "out_of_band" })), "mismatch");
    assert.equal(await reason(withHeaders(request, { "x-run-id": "run-1", "x-request-id": "r" })), "profile");
  });
});

describe("a call without a v2 signature", () => {
  const foreign: WireRequest = { ...CALL, body: canonicalJson({ ctx: { run_id: "run-1" }, version: -1 }) };

  it("counts by the protocol's own, over the bytes as they are or over their canonical form", async () => {
    const { reason, knowledge } = setUp();
    assert.equal(await reason(withoutV2(signedRequest(foreign, { key: FALLBACK, atMs: NOW }))), "compat");
    const spaced = { ...foreign, body: '{ "version": -1, "ctx": {"run_id": "run-1"} }' };
    const signature = sign(foreign.body, KEY, NOW, nodeDigest);
    assert.equal(await reason(withHeaders(spaced, { "x-inngest-signature": signature })), "compat");
    assert.equal(knowledge.speaksV2, false);
  });

  it("is refused unsigned, changed, under another key, or too old", async () => {
    const { reason, world } = setUp();
    const good = withoutV2(signedRequest(foreign, { key: KEY, atMs: NOW }));
    assert.equal(await reason(without(good, "x-inngest-signature")), "missing");
    assert.equal(await reason({ ...good, body: good.body.replace("run-1", "run-2") }), "mismatch");
    assert.equal(await reason({ ...good, body: "no json" }), "mismatch");
    assert.equal(await reason(withoutV2(signedRequest(foreign, { key: STRANGER, atMs: NOW }))), "mismatch");
    world.pass(301_000);
    assert.equal(await reason(good), "expired");
  });

  it("is refused when its body says that it had one, however the body is spelt", async () => {
    const { reason } = setUp();
    const stripped = withoutV2(call());
    assert.equal(await reason(stripped), "downgrade");
    // The protocol's own signature covers the canonical form, so the same JSON may be written otherwise.
    const respelt = { ...stripped, body: stripped.body.replace('"signatures"', '"\\u0073ignatures"') };
    assert.equal(await reason(respelt), "downgrade");
    assert.equal(await reason({ ...stripped, body: ` ${stripped.body}` }), "downgrade");
    const erased = { ...stripped, body: stripped.body.replace(',"signatures":"v2"', "") };
    assert.equal(await reason(erased), "mismatch");
  });

  it("is not refused for data that looks like the mark", async () => {
    const { reason } = setUp();
    const body = canonicalJson({ ctx: { run_id: "run-1" }, event: { data: { signatures: "v2" } } });
    assert.equal(
      await reason(withoutV2(signedRequest({ ...CALL, body }, { key: KEY, atMs: NOW }))),
      "compat",
    );
  });

  it("is refused in strict mode", async () => {
    const { reason } = setUp({ mode: "strict" });
    assert.equal(await reason(withoutV2(signedRequest(foreign, { key: KEY, atMs: NOW }))), "missing");
    assert.equal(await reason(call()), "v2");
  });

  it("counts in compat mode, which asks for nothing else", async () => {
    const { reason } = setUp({ mode: "compat" });
    assert.equal(await reason(call()), "compat");
    assert.equal(await reason(withoutV2(call())), "compat");
  });
});

describe("a server's public key", () => {
  it("recognises what its private half signed, and makes everything else count for nothing", async () => {
    const { publicKey, serverKey, signer } = ed25519Key();
    const { reason } = setUp({ serverKeys: [ed25519Key().serverKey, serverKey] });
    assert.equal(await reason(call({ key: KEY, atMs: NOW, signer })), "v2");
    assert.equal(await reason(call()), "key");
    assert.equal(
      await reason(withoutV2(signedRequest({ ...CALL, body: "{}" }, { key: KEY, atMs: NOW }))),
      "missing",
    );
    assert.equal(await reason(call({ key: KEY, atMs: NOW, signer: ed25519Key().signer })), "key");
    const forged = { ...ed25519Key().signer, keyId: signer.keyId };
    assert.equal(await reason(call({ key: KEY, atMs: NOW, signer: forged })), "mismatch");
    // What everybody knows is no secret: an HMAC under the public key proves nothing.
    const confused = {
      keyId: signer.keyId,
      alg: "hmac-sha256" as const,
      sign: (base: string) => createHmac("sha256", publicKey).update(base).digest("base64"),
    };
    assert.equal(await reason(call({ key: KEY, atMs: NOW, signer: confused })), "key");
  });

  it("covers the call as any other signature does", async () => {
    const { serverKey, signer } = ed25519Key();
    const { reason } = setUp({ serverKeys: [serverKey], keys: [] });
    const request = call({ key: KEY, atMs: NOW, signer });
    assert.equal(await reason({ ...request, target: `${request.target}&x=1` }), "mismatch");
    assert.equal(await reason({ ...request, body: "{}" }), "digest");
    // The last character holds four bits of nothing, in which a second text for the same bytes could be written.
    const respelt = (request.headers["signature"] ?? "").replace(/.(?===:$)/, (last) =>
      String.fromCharCode(last.charCodeAt(0) + 1),
    );
    assert.equal(await reason(withHeaders(request, { signature: respelt })), "mismatch");
    assert.equal(await reason(request), "v2");
    assert.equal(await reason(request), "replay");
  });

  it("is refused beside compat mode, which would never use it", () => {
    const { serverKey } = ed25519Key();
    assert.throws(
      () => setUp({ serverKeys: [serverKey], mode: "compat" }),
      (error) => isHoldfastError(error, "config_invalid"),
    );
  });

  it("is refused when it is none", () => {
    const { serverKey } = ed25519Key();
    assert.throws(
      () => setUp({ serverKeys: [serverKey.slice(0, -1)] }),
      (error) => isHoldfastError(error, "key_invalid"),
    );
  });
});

describe("signAnswer()", () => {
  const answer = {
    status: 206,
    headers: { "X-Inngest-Req-Version": "2", "content-type": "application/json" },
    body: '[{"op":"StepRun"}]',
  };
  const messageOf = (headers: Readonly<Record<string, string>>): SignedAnswer => ({
    kind: "answer",
    status: 206,
    header: (name) => (name === "x-inngest-req-version" ? "2" : (headers[name] ?? null)),
  });

  it("binds the answer to the nonce of its call, under the key of the call, for answers alone", async () => {
    const { judge } = setUp();
    const nonce = "AAECAwQFBgcICQoLDA0ODw";
    const verdict = await judge(call({ key: FALLBACK, atMs: NOW, nonce }));
    assert.ok(verdict.ok);
    const headers = await verdict.signAnswer(answer);
    assert.equal("x-inngest-signature" in headers, false);
    const reading = readSignature(messageOf(headers), "answer", NOW);
    assert.ok(reading.ok);
    const { base, keyId, signature } = reading.signature;
    assert.equal(reading.signature.nonce, nonce);
    assert.equal(keyId, FALLBACK.keyId(nodeDigest));
    assert.equal(hmacKey(FALLBACK, "app-answer", nodeDigest).matches(base, signature), true);
    assert.equal(hmacKey(FALLBACK, "server-to-app", nodeDigest).matches(base, signature), false);
    assert.equal(contentDigestMatches(headers["content-digest"] ?? null, answer.body, nodeDigest), true);
  });

  it("signs as the protocol does where the call was signed so", async () => {
    const { judge } = setUp();
    const verdict = await judge(
      withoutV2(signedRequest({ ...CALL, body: "{}" }, { key: FALLBACK, atMs: NOW })),
    );
    assert.ok(verdict.ok);
    const headers = await verdict.signAnswer(answer);
    assert.deepEqual(Object.keys(headers), ["x-inngest-signature"]);
    const shown = verify(headers["x-inngest-signature"], answer.body, [KEY, FALLBACK], NOW, nodeDigest);
    assert.deepEqual(shown, { ok: true, key: FALLBACK });
  });

  it("signs nothing for an app that has a public key and no other", async () => {
    const { serverKey, signer } = ed25519Key();
    const { judge } = setUp({ serverKeys: [serverKey], keys: [] });
    const verdict = await judge(call({ key: KEY, atMs: NOW, signer }));
    assert.ok(verdict.ok);
    assert.deepEqual(await verdict.signAnswer(answer), {});
  });
});

describe("createVerifier()", () => {
  it("shows no key to whoever prints it", () => {
    const printed = inspect(setUp().verifier, { depth: 10, showHidden: true });
    assert.doesNotMatch(printed, /abab|cdcd/);
  });
});

describe("capability", () => {
  it("promises what the verifier does: nothing in compat mode, and nothing without a key to sign answers with", () => {
    const { serverKey } = ed25519Key();
    assert.equal(setUp().verifier.capability, "v2");
    assert.equal(setUp({ mode: "strict" }).verifier.capability, "v2");
    assert.equal(setUp({ serverKeys: [serverKey] }).verifier.capability, "v2-ed25519");
    assert.equal(setUp({ serverKeys: [serverKey], keys: [] }).verifier.capability, null);
    assert.equal(setUp({ mode: "compat" }).verifier.capability, null);
  });
});

describe("whether a signature of v2 is expected", () => {
  it("it is as soon as the server has shown that it signs so, and as the app says", async () => {
    const auto = setUp();
    assert.equal(auto.verifier.expectsV2, false);
    auto.knowledge.learnV2();
    assert.equal(auto.verifier.expectsV2, true);
    assert.equal(setUp({ mode: "strict" }).verifier.expectsV2, true);
    const compat = setUp({ mode: "compat" });
    compat.knowledge.learnV2();
    assert.equal(compat.verifier.expectsV2, false);
  });
});
