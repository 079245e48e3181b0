import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SignedAnswer } from "@holdfast/protocol";
import {
  bearerToken,
  contentDigestMatches,
  hmacKey,
  parseSigningKey,
  readSignature,
  signMessage,
} from "@holdfast/protocol";
import type { AnswerVerdict } from "./contract.ts";
import { createServerKnowledge } from "./server-knowledge.ts";
import type { SignerOptions } from "./signer.ts";
import { createSigner } from "./signer.ts";
import { nodeDigest, testWorld } from "./testing/test-world.ts";

const NOW = 1_800_000_000_000;
const KEY = parseSigningKey(`signkey-test-${"ab".repeat(32)}`);
const FALLBACK = parseSigningKey(`signkey-test-${"cd".repeat(32)}`);
const REQUEST = {
  method: "POST",
  url: "https://holdfast.example/v1/checkpoint/run/async?a=b%20c",
  body: "{}",
};

type Headers = Readonly<Record<string, string>>;

function setUp(options: Partial<SignerOptions> = {}) {
  const world = testWorld(NOW);
  const knowledge = createServerKnowledge();
  const signer = createSigner({
    keys: [KEY, FALLBACK],
    mode: "auto",
    world,
    app: "shop",
    environment: "staging",
    knowledge,
    ...options,
  });
  const headers = async (attempt: 0 | 1 = 0): Promise<Headers> => {
    const signed = await signer.headers(REQUEST, attempt);
    assert.ok(signed);
    return signed;
  };
  const check = (
    sent: Headers,
    status: number,
    shown: Headers,
    body = '{"ok":true}',
  ): Promise<AnswerVerdict> => {
    assert.ok(signer.checkAnswer);
    return signer.checkAnswer(sent, { status, header: (name) => shown[name] ?? null, body });
  };
  return { world, knowledge, signer, headers, check };
}

const nonceOf = (headers: Headers): string =>
  /nonce="([^"]+)"/.exec(headers["signature-input"] ?? "")?.[1] ?? "";

/** What a server of ours answers to a request with this nonce. */
function serverAnswer(
  nonce: string,
  {
    status = 200,
    body = '{"ok":true}',
    purpose = "server-answer",
    key = KEY,
  }: {
    readonly status?: number;
    readonly body?: string;
    readonly purpose?: "server-answer" | "app-answer" | "server-to-app";
    readonly key?: typeof KEY;
  } = {},
): Headers {
  const message: SignedAnswer = { kind: "answer", status, header: () => null };
  return signMessage(
    { tag: "answer", message, body, nonce, nowMs: NOW },
    hmacKey(key, purpose, nodeDigest),
    nodeDigest,
  );
}

describe("headers()", () => {
  it("signs method, path, query, body and audience, with a nonce of its own each time", async () => {
    const { headers } = setUp();
    const signed = await headers();
    const message = {
      kind: "request",
      method: "POST",
      target: "/v1/checkpoint/run/async?a=b%20c",
      header: (name: string) => signed[name] ?? null,
    } as const;
    const reading = readSignature(message, "api", NOW);
    assert.ok(reading.ok);
    const { base, signature } = reading.signature;
    assert.equal(hmacKey(KEY, "app-to-server", nodeDigest).matches(base, signature), true);
    assert.equal(hmacKey(KEY, "server-to-app", nodeDigest).matches(base, signature), false);
    assert.equal(contentDigestMatches(signed["content-digest"] ?? null, "{}", nodeDigest), true);
    assert.equal(signed["holdfast-audience"], "staging/shop");
    assert.notEqual(nonceOf(await headers()), nonceOf(signed));
  });

  it("brings the bearer token along until the server has shown a v2 signature, and never again", async () => {
    const { headers, knowledge } = setUp();
    assert.equal((await headers())["authorization"], `Bearer ${bearerToken(KEY, nodeDigest)}`);
    assert.equal((await headers(1))["authorization"], `Bearer ${bearerToken(FALLBACK, nodeDigest)}`);
    knowledge.learnV2();
    for (const attempt of [0, 1] as const) {
      const signed = await headers(attempt);
      assert.equal("authorization" in signed, false);
      assert.notEqual(nonceOf(signed), "");
    }
  });

  it("never sends a bearer token in strict mode, and nothing else in compat mode", async () => {
    assert.equal("authorization" in (await setUp({ mode: "strict" }).headers()), false);
    assert.deepEqual(Object.keys(await setUp({ mode: "compat" }).headers()), ["authorization"]);
  });

  it("has nothing for a fallback key that is not there, and signs nothing without keys", async () => {
    assert.equal(await setUp({ keys: [KEY] }).signer.headers(REQUEST, 1), null);
    const { signer } = setUp({ keys: [] });
    assert.deepEqual(await signer.headers(REQUEST, 0), {});
    assert.equal(await signer.headers(REQUEST, 1), null);
  });
});

describe("checkAnswer()", () => {
  it("takes an answer signed for the request that was made, and learns from it", async () => {
    const { check, headers, knowledge } = setUp();
    const sent = await headers();
    assert.deepEqual(await check(sent, 200, serverAnswer(nonceOf(sent))), { ok: true });
    assert.equal(knowledge.speaksV2, true);
  });

  it("refuses the answer to another request, another status, another body, and another key or way", async () => {
    const { check, headers, knowledge } = setUp();
    const sent = await headers();
    const nonce = nonceOf(sent);
    const other = nonceOf(await headers());
    const good = serverAnswer(nonce);
    const refused: readonly (readonly [string, Promise<AnswerVerdict>])[] = [
      ["nonce", check(sent, 200, serverAnswer(other))],
      ["mismatch", check(sent, 409, good)],
      ["digest", check(sent, 200, good, '{"ok":false}')],
      ["profile", check(sent, 200, { ...good, "retry-after": "60" })],
      ["profile", check(sent, 200, { ...good, signature: "" })],
      ["mismatch", check(sent, 200, serverAnswer(nonce, { purpose: "app-answer" }))],
      ["mismatch", check(sent, 200, serverAnswer(nonce, { purpose: "server-to-app" }))],
      ["key", check(sent, 200, serverAnswer(nonce, { key: parseSigningKey("ef".repeat(32)) }))],
      // Our own request, sent back to us.
      ["profile", check(sent, 200, sent)],
    ];
    for (const [reason, verdict] of refused) assert.deepEqual(await verdict, { ok: false, reason });
    assert.equal(knowledge.speaksV2, false);
  });

  it("takes an unsigned answer of a server that is not known to sign, and of one that is only a refusal", async () => {
    const { check, headers, knowledge } = setUp();
    assert.deepEqual(await check(await headers(), 200, {}), { ok: true });
    knowledge.learnV2();
    const sent = await headers();
    for (const status of [401, 403, 429, 503]) assert.deepEqual(await check(sent, status, {}), { ok: true });
    // 409 and 410 would make an app give up work that is its own.
    for (const status of [200, 204, 302, 409, 410]) {
      assert.deepEqual(await check(sent, status, {}), { ok: false, reason: "missing" }, `${status}`);
    }
  });

  it("asks for a signature from the start in strict mode, and for none where nothing was signed", async () => {
    const strict = setUp({ mode: "strict" });
    assert.deepEqual(await strict.check(await strict.headers(), 200, {}), { ok: false, reason: "missing" });
    const compat = setUp({ mode: "compat" });
    assert.deepEqual(await compat.check(await compat.headers(), 200, {}), { ok: true });
  });
});
