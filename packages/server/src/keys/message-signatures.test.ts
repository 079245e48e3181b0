import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import type { SignedAnswer, SignedRequest } from "@holdfast/protocol";
import {
  bearerToken,
  hmacKey,
  parseServerKey,
  parseSigningKey,
  readSignature,
  signMessage,
} from "@holdfast/protocol";
import { nodeDigest as digest, systemRandom } from "#kernel";
import type { MessageSignatures } from "./contract.ts";
import { createKeys } from "./keyring.ts";
import { createNonceLedger } from "./nonce-ledger.ts";

const NOW = 1_800_000_000_000;
const KEY = `signkey-prod-${"a1".repeat(32)}`;
const OLD = `signkey-prod-${"b2".repeat(32)}`;
const STRANGER = `signkey-prod-${"c3".repeat(32)}`;

function signaturesOf(signingKeys: readonly string[] = [KEY, OLD]): MessageSignatures {
  const keys = createKeys({
    signingKeys,
    eventKeys: [],
    digest,
    v2: { random: systemRandom, ledger: createNonceLedger() },
  });
  assert.ok(keys.v2);
  return keys.v2;
}

type Headers = Readonly<Record<string, string>>;

const requestOf = (headers: Headers, target = "/v1/checkpoint/run/async"): SignedRequest => ({
  kind: "request",
  method: "POST",
  target,
  header: (name) => headers[name] ?? null,
});

const answerOf = (status: number, headers: Headers): SignedAnswer => ({
  kind: "answer",
  status,
  header: (name) => headers[name] ?? null,
});

const NONCE = "AAECAwQFBgcICQoLDA0ODw";

/** A request as an app signs it. */
function apiRequest(
  key: string,
  purpose: "app-to-server" | "server-to-app" | "app-answer" = "app-to-server",
  audience = "/shop",
): Headers {
  return signMessage(
    { tag: "api", message: requestOf({}), body: "{}", audience, nonce: NONCE, nowMs: NOW },
    hmacKey(parseSigningKey(key), purpose, digest),
    digest,
  );
}

/** An answer as an app signs it. */
function appAnswer(
  nonce: string,
  key = KEY,
  purpose: "app-answer" | "server-answer" | "server-to-app" = "app-answer",
): Headers {
  return signMessage(
    { tag: "answer", message: answerOf(200, {}), body: "{}", nonce, nowMs: NOW },
    hmacKey(parseSigningKey(key), purpose, digest),
    digest,
  );
}

describe("requests to an app", () => {
  const toSign = (alg: "hmac-sha256" | "ed25519") =>
    ({
      tag: "call",
      message: requestOf({ "x-run-id": "run", "x-request-id": "request" }, "/api?fnId=shop-a"),
      body: "{}",
      app: "shop",
      alg,
    }) as const;
  const readBack = (headers: Headers) => {
    const all = { "x-run-id": "run", "x-request-id": "request", ...headers };
    const reading = readSignature(requestOf(all, "/api?fnId=shop-a"), "call", NOW);
    assert.ok(reading.ok);
    return reading.signature;
  };

  it("are signed with the first key, for the way to apps, and with a nonce of their own", () => {
    const signatures = signaturesOf();
    const { headers, nonce } = signatures.signRequest(toSign("hmac-sha256"), NOW);
    const read = readBack(headers);
    assert.equal(read.nonce, nonce);
    assert.equal(headers["holdfast-audience"], "/shop");
    const way = hmacKey(parseSigningKey(KEY), "server-to-app", digest);
    assert.equal(way.matches(read.base, read.signature), true);
    assert.notEqual(signatures.signRequest(toSign("hmac-sha256"), NOW).nonce, nonce);
  });

  it("are signed with Ed25519 for an app that can verify nothing else, under a key that every process derives anew", () => {
    const { headers } = signaturesOf().signRequest(toSign("ed25519"), NOW);
    const read = readBack(headers);
    const [text = ""] = signaturesOf().publicKeys;
    const { keyId, publicKey } = parseServerKey(text, digest);
    assert.equal(read.keyId, keyId);
    assert.equal(read.alg, "ed25519");
    const key = createPublicKey({
      format: "jwk",
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
    });
    assert.equal(verify(null, Buffer.from(read.base), key, Buffer.from(read.signature, "base64")), true);
    // Apps go on to recognise what the key before signed.
    assert.equal(signaturesOf([KEY, OLD]).publicKeys[1], signaturesOf([OLD]).publicKeys[0]);
  });
});

describe("answers of an app", () => {
  const signatures = signaturesOf();
  const judge = (headers: Headers, { status = 200, body = "{}", nonce = NONCE, now = NOW } = {}): string => {
    const verdict = signatures.verifyAnswer(answerOf(status, headers), body, nonce, now);
    return verdict.ok ? "ok" : verdict.reason;
  };

  it("count under any key in use, for the request whose nonce they bear", () => {
    assert.equal(judge(appAnswer(NONCE)), "ok");
    assert.equal(judge(appAnswer(NONCE, OLD)), "ok");
  });

  it("are refused unsigned, changed, moved, late, under another key, and turned round", () => {
    const good = appAnswer(NONCE);
    assert.equal(judge({}), "missing");
    assert.equal(judge(good, { status: 206 }), "mismatch");
    assert.equal(judge(good, { body: "[]" }), "digest");
    assert.equal(judge({ ...good, "x-inngest-no-retry": "true" }), "profile");
    assert.equal(judge(good, { nonce: NONCE.replace("A", "B") }), "nonce");
    assert.equal(judge(good, { now: NOW + 90_001 }), "expired");
    assert.equal(judge(appAnswer(NONCE, STRANGER)), "key");
    assert.equal(judge(appAnswer(NONCE, KEY, "server-answer")), "mismatch");
    // The request itself, sent back.
    assert.equal(judge(appAnswer(NONCE, KEY, "server-to-app")), "mismatch");
    assert.equal(judge(apiRequest(KEY)), "profile");
    const { headers, nonce } = signatures.signRequest(
      { tag: "probe", message: requestOf({}), body: "{}", app: "", alg: "hmac-sha256" },
      NOW,
    );
    assert.equal(judge(headers, { nonce }), "profile");
  });
});

describe("requests of an app", () => {
  const judge = (headers: Headers, target?: string): string => {
    const verdict = signaturesOf().openRequest(requestOf(headers, target), NOW);
    return verdict.ok ? verdict.request.app : verdict.reason;
  };

  it("are opened under any key in use, and tell who made them", () => {
    assert.equal(judge(apiRequest(KEY)), "shop");
    assert.equal(judge(apiRequest(OLD)), "shop");
  });

  it("are refused for another path, under another key, turned round, and with what a bearer token is made from", () => {
    const good = apiRequest(KEY);
    assert.equal(judge(good, "/v1/checkpoint/other/async"), "mismatch");
    assert.equal(judge(good, "/v1/checkpoint/run/async?x=1"), "mismatch");
    assert.equal(judge({ ...good, "holdfast-audience": "/billing" }), "mismatch");
    assert.equal(judge(apiRequest(STRANGER)), "key");
    assert.equal(judge(apiRequest(KEY, "server-to-app")), "mismatch");
    assert.equal(judge(apiRequest(KEY, "app-answer")), "mismatch");
    const token = bearerToken(parseSigningKey(KEY), digest).replace(/^signkey-prod-/, "");
    const fromToken = hmacKey(parseSigningKey(token), "app-to-server", digest);
    const forged = signMessage(
      { tag: "api", message: requestOf({}), body: "{}", audience: "/shop", nonce: NONCE, nowMs: NOW },
      { ...fromToken, keyId: parseSigningKey(KEY).keyId(digest) },
      digest,
    );
    assert.equal(judge(forged), "mismatch");
  });

  it("are refused unsigned, and for nobody who can be named", () => {
    const opened = (headers: Headers): string => {
      const verdict = signaturesOf().openRequest(requestOf(headers), NOW);
      return verdict.ok ? "ok" : verdict.reason;
    };
    assert.equal(opened({}), "missing");
    for (const audience of ["shop", "a/b/c", "/%zz"])
      assert.equal(opened(apiRequest(KEY, "app-to-server", audience)), "audience", audience);
  });

  it("count once, with the body that was signed", () => {
    const signatures = signaturesOf();
    const open = () => {
      const verdict = signatures.openRequest(requestOf(apiRequest(KEY)), NOW);
      assert.ok(verdict.ok);
      return verdict.request;
    };
    assert.equal(open().admit("[]", NOW), "digest");
    // Whoever sends another body along takes nothing away from the request itself.
    assert.equal(open().admit(Buffer.from("{}"), NOW), null);
    assert.equal(open().admit("{}", NOW), "replay");
  });

  it("are answered under their own key and nonce", () => {
    const verdict = signaturesOf().openRequest(requestOf(apiRequest(OLD)), NOW);
    assert.ok(verdict.ok);
    const headers = verdict.request.signAnswer(answerOf(200, {}), "{}", NOW);
    const reading = readSignature(answerOf(200, headers), "answer", NOW);
    assert.ok(reading.ok);
    assert.equal(reading.signature.nonce, NONCE);
    const key = hmacKey(parseSigningKey(OLD), "server-answer", digest);
    assert.equal(key.matches(reading.signature.base, reading.signature.signature), true);
  });
});

it("whoever prints the signatures sees no key", () => {
  assert.doesNotMatch(inspect(signaturesOf(), { depth: 10, showHidden: true }), /a1a1|b2b2/);
});
