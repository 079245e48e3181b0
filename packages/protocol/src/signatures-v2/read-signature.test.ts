import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHoldfastError } from "../errors.ts";
import { parseSigningKey } from "../keys.ts";
import { nodeDigest } from "../testing/node-digest.ts";
import { formatAudience, parseAudience } from "./audience.ts";
import { contentDigestMatches } from "./content-digest.ts";
import { hmacKey } from "./message-key.ts";
import type { SignatureTag, SignedMessage, SignedRequest } from "./profile.ts";
import { coveredComponents, serverTag } from "./profile.ts";
import { hasV2Signature, readSignature } from "./read-signature.ts";
import { formatServerKey, parseServerKey, serverKeyOf } from "./server-key.ts";
import { signMessage } from "./sign-message.ts";

const NOW = 1_800_000_000_000;
const NONCE = "AAECAwQFBgcICQoLDA0ODw";
const KEY = parseSigningKey(`signkey-test-${"ab".repeat(32)}`);
const CALLS = hmacKey(KEY, "server-to-app", nodeDigest);
const BODY = '{"ctx":{}}';

interface Wire {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

const PLAIN: Wire = {
  method: "POST",
  target: "/api/inngest?fnId=shop-ship&stepId=step",
  headers: {
    "x-run-id": "run",
    "x-request-id": "request",
    "x-inngest-generation-id": "1",
    "x-inngest-job-id": "run:start",
    "x-inngest-req-version": "2",
  },
};

function requestOf({ headers, method, target }: Wire): SignedRequest {
  return { kind: "request", method, target, header: (name) => headers[name] ?? null };
}

function signed(wire: Wire = PLAIN, atMs: number = NOW, tag: SignatureTag = "call"): Wire {
  const message = requestOf(wire);
  const added = signMessage(
    { tag, message, body: BODY, audience: "/shop", nonce: NONCE, nowMs: atMs },
    CALLS,
    nodeDigest,
  );
  return { ...wire, headers: { ...wire.headers, ...added } };
}

/** What a receiver of calls makes of it, form, time and key. */
function judge(wire: Wire, nowMs: number = NOW, key = CALLS): string {
  const reading = readSignature(requestOf(wire), "call", nowMs);
  if (!reading.ok) return reading.reason;
  const { alg, base, keyId, signature } = reading.signature;
  if (keyId !== key.keyId || alg !== key.alg) return "key";
  return key.matches(base, signature) === true ? "ok" : "mismatch";
}

const withHeaders = (wire: Wire, changes: Readonly<Record<string, string>>): Wire => ({
  ...wire,
  headers: { ...wire.headers, ...changes },
});

const without = (wire: Wire, name: string): Wire => ({
  ...wire,
  headers: Object.fromEntries(Object.entries(wire.headers).filter(([key]) => key !== name)),
});

/** The signed call, with its `Signature-Input` changed and nothing else. */
const withInput = (change: (input: string) => string): Wire => {
  const wire = signed();
  return withHeaders(wire, { "signature-input": change(wire.headers["signature-input"] ?? "") });
};

const withSignature = (change: (signature: string) => string): Wire => {
  const wire = signed();
  return withHeaders(wire, { signature: change(wire.headers["signature"] ?? "") });
};

describe("readSignature()", () => {
  it("takes what signMessage() writes", () => {
    assert.equal(judge(signed()), "ok");
    assert.equal(judge(signed(withHeaders(PLAIN, { "x-inngest-step-id": "abc" }))), "ok");
  });

  const call = signed();
  for (const [title, wire, reason] of [
    ["another method", { ...call, method: "PUT" }, "mismatch"],
    ["another path", { ...call, target: "/api/other?fnId=shop-ship&stepId=step" }, "mismatch"],
    ["another function", { ...call, target: "/api/inngest?fnId=shop-refund&stepId=step" }, "mismatch"],
    ["another step in the query", { ...call, target: "/api/inngest?fnId=shop-ship&stepId=abc" }, "mismatch"],
    ["a parameter more", { ...call, target: `${PLAIN.target}&probe=trust` }, "mismatch"],
    ["no query", { ...call, target: "/api/inngest" }, "mismatch"],
    ["a target that is no path", { ...call, target: `https://evil.example${PLAIN.target}` }, "profile"],
    ["another run", withHeaders(call, { "x-run-id": "other" }), "mismatch"],
    ["another request id", withHeaders(call, { "x-request-id": "other" }), "mismatch"],
    ["another generation", withHeaders(call, { "x-inngest-generation-id": "2" }), "mismatch"],
    ["another job", withHeaders(call, { "x-inngest-job-id": "other" }), "mismatch"],
    ["another request version", withHeaders(call, { "x-inngest-req-version": "1" }), "mismatch"],
    ["another audience", withHeaders(call, { "holdfast-audience": "/billing" }), "mismatch"],
    ["another digest", withHeaders(call, { "content-digest": "sha-256=:AAAA:" }), "mismatch"],
    ["a step id put in", withHeaders(call, { "x-inngest-step-id": "abc" }), "profile"],
    [
      "a header put in by which steps are only planned",
      withHeaders(call, { "x-inngest-force-step-plan": "true" }),
      "profile",
    ],
    ["a generation taken out", without(call, "x-inngest-generation-id"), "profile"],
    ["the run taken out", without(call, "x-run-id"), "profile"],
    ["the audience taken out", without(call, "holdfast-audience"), "profile"],
    ["the digest taken out", without(call, "content-digest"), "profile"],
    ["a line feed in a covered header", withHeaders(call, { "x-run-id": 'run\n"@method": PUT' }), "profile"],
    [
      "a line feed in one that need not be there",
      withHeaders(call, { "x-inngest-job-id": "a\nb" }),
      "profile",
    ],
    ["no Signature", without(call, "signature"), "profile"],
    ["no Signature-Input", without(call, "signature-input"), "profile"],
    ["neither", without(without(call, "signature"), "signature-input"), "missing"],
  ] as const) {
    it(`refuses ${title} as ${reason}`, () => assert.equal(judge(wire), reason));
  }

  for (const [title, change] of [
    ["no label", (input: string) => input.slice("holdfast=".length)],
    ["another label", (input: string) => input.replace("holdfast=", "sig1=")],
    ["a second signature behind it", (input: string) => `${input}, sig1=("@method");created=1`],
    ["a second signature before it", (input: string) => `sig1=("@method");created=1, ${input}`],
    ["itself twice", (input: string) => `${input}, ${input}`],
    ["a component less", (input: string) => input.replace('"@query" ', "")],
    ["no components", (input: string) => input.replace(/\(.*\)/, "()")],
    [
      "components in another order",
      (input: string) => input.replace('"@method" "@path"', '"@path" "@method"'),
    ],
    ["a component more", (input: string) => input.replace('("@method"', '("@authority" "@method"')],
    ["a component twice", (input: string) => input.replace('("@method"', '("@method" "@method"')],
    ["a component with a parameter", (input: string) => input.replace('"@query"', '"@query";req')],
    [
      "parameters in another order",
      (input: string) => input.replace(/;created=(\d+);expires=(\d+)/, ";expires=$2;created=$1"),
    ],
    ["a parameter twice", (input: string) => input.replace(";nonce", ";created=1;nonce")],
    ["a parameter more", (input: string) => `${input};ext="1"`],
    ["no expiry", (input: string) => input.replace(/;expires=\d+/, "")],
    ["no nonce", (input: string) => input.replace(/;nonce="[^"]+"/, "")],
    ["a short nonce", (input: string) => input.replace(NONCE, NONCE.slice(1))],
    ["a nonce of other characters", (input: string) => input.replace(NONCE, `${NONCE.slice(1)}+`)],
    ["no key id", (input: string) => input.replace(/;keyid="[^"]+"/, "")],
    ["no algorithm", (input: string) => input.replace(/;alg="[^"]+"/, "")],
    ["an algorithm that is none of ours", (input: string) => input.replace("hmac-sha256", "rsa-v1_5-sha256")],
    ["another algorithm of ours", (input: string) => input.replace("hmac-sha256", "ed25519")],
    ["the tag of another purpose", (input: string) => input.replace('tag="call"', 'tag="sync"')],
    ["no tag", (input: string) => input.replace(';tag="call"', "")],
    [
      "an expiry past a minute",
      (input: string) => input.replace(/expires=\d+/, `expires=${NOW / 1000 + 61}`),
    ],
    [
      "an expiry before its beginning",
      (input: string) => input.replace(/expires=\d+/, `expires=${NOW / 1000}`),
    ],
    ["a fraction of a second", (input: string) => input.replace(/created=(\d+)/, "created=$1.5")],
    ["a leading zero", (input: string) => input.replace("created=", "created=0")],
    ["white space inside", (input: string) => input.replace(";created", "; created")],
    ["nothing", () => ""],
  ] as const) {
    it(`refuses a Signature-Input with ${title} as profile`, () =>
      assert.equal(judge(withInput(change)), "profile"));
  }

  for (const [title, change, reason] of [
    ["a second member", (text: string) => `${text}, sig1=:AAAA:`, "profile"],
    ["another label", (text: string) => text.replace("holdfast", "sig1"), "profile"],
    ["no colons", (text: string) => text.replaceAll(":", ""), "profile"],
    ["a short value", (text: string) => text.replace(/=:.{4}/, "=:"), "profile"],
    ["the other base64 alphabet", (text: string) => text.replace(/=:./, "=:-"), "profile"],
    ["nothing", () => "", "profile"],
    [
      "another value",
      (text: string) => text.replace(/=:(.)/, (_all, first) => (first === "A" ? "=:B" : "=:A")),
      "mismatch",
    ],
    // The last character holds two bits of nothing: a reader that drops them would take four texts for one signature.
    [
      "bits where none belong",
      (text: string) => text.replace(/.=:$/, (end) => (end.startsWith("Z") ? "Y=:" : "Z=:")),
      "mismatch",
    ],
  ] as const) {
    it(`refuses a Signature with ${title} as ${reason}`, () =>
      assert.equal(judge(withSignature(change)), reason));
  }

  it("refuses another nonce, key id, beginning and end under the same signature", () => {
    assert.equal(judge(withInput((input) => input.replace(NONCE, NONCE.replace("A", "B")))), "mismatch");
    assert.equal(judge(withInput((input) => input.replace(CALLS.keyId, "0".repeat(12)))), "key");
    const earlier = withInput((input) =>
      input.replace(/created=(\d+)/, (_all, at) => `created=${Number(at) + 1}`),
    );
    assert.equal(judge(earlier), "mismatch");
    const sooner = withInput((input) =>
      input.replace(/expires=(\d+)/, (_all, at) => `expires=${Number(at) - 1}`),
    );
    assert.equal(judge(sooner), "mismatch");
  });

  it("counts a signature from half a minute before its beginning to half a minute after its end", () => {
    for (const nowMs of [NOW - 30_000, NOW, NOW + 90_000]) assert.equal(judge(call, nowMs), "ok", `${nowMs}`);
    for (const nowMs of [NOW - 30_001, 0, Number.NaN]) assert.equal(judge(call, nowMs), "future", `${nowMs}`);
    for (const nowMs of [NOW + 90_001, Infinity]) assert.equal(judge(call, nowMs), "expired", `${nowMs}`);
  });

  it("refuses what the same key signed for another way or another purpose", () => {
    for (const purpose of ["app-to-server", "app-answer", "server-answer"] as const) {
      assert.equal(judge(call, NOW, hmacKey(KEY, purpose, nodeDigest)), "mismatch", purpose);
    }
    assert.equal(judge(signed(PLAIN, NOW, "sync")), "profile");
    assert.equal(judge(signed(PLAIN, NOW, "api")), "profile");
    const other = hmacKey(parseSigningKey(`signkey-test-${"cd".repeat(32)}`), "server-to-app", nodeDigest);
    assert.equal(judge(call, NOW, other), "key");
    assert.equal(judge(call, NOW, { ...other, keyId: CALLS.keyId }), "mismatch");
  });

  it("refuses whatever character of the signature's headers is changed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("signature-input", "signature", "content-digest", "holdfast-audience"),
        fc.nat(),
        fc.integer({ min: 0x21, max: 0x7e }),
        (name, position, code) => {
          const before = call.headers[name] ?? "";
          const at = position % before.length;
          const changed = before.slice(0, at) + String.fromCharCode(code) + before.slice(at + 1);
          fc.pre(changed !== before);
          assert.notEqual(judge(withHeaders(call, { [name]: changed })), "ok");
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("answers", () => {
  const answers = hmacKey(KEY, "app-answer", nodeDigest);
  const messageOf = (status: number, headers: Readonly<Record<string, string>>): SignedMessage => ({
    kind: "answer",
    status,
    header: (name) => headers[name] ?? null,
  });
  const own = { "x-inngest-no-retry": "false", "x-inngest-req-version": "2" };
  const headers = {
    ...own,
    ...signMessage(
      { tag: "answer", message: messageOf(500, own), body: BODY, nonce: NONCE, nowMs: NOW },
      answers,
      nodeDigest,
    ),
  };
  const judgeAnswer = (status: number, shown: Readonly<Record<string, string>>): string => {
    const reading = readSignature(messageOf(status, shown), "answer", NOW);
    if (!reading.ok) return reading.reason;
    return answers.matches(reading.signature.base, reading.signature.signature) === true ? "ok" : "mismatch";
  };

  it("are bound to their status and to the headers that say what to do next", () => {
    assert.equal(judgeAnswer(500, headers), "ok");
    assert.equal(judgeAnswer(200, headers), "mismatch");
    assert.equal(judgeAnswer(500, { ...headers, "x-inngest-no-retry": "true" }), "mismatch");
    assert.equal(judgeAnswer(500, { ...headers, "x-inngest-req-version": "1" }), "mismatch");
    assert.equal(judgeAnswer(500, { ...headers, "retry-after": "86400" }), "profile");
    assert.equal(judgeAnswer(500, { ...headers, "x-inngest-sync-kind": "in_band" }), "profile");
    const { "x-inngest-no-retry": _taken, ...rest } = headers;
    assert.equal(judgeAnswer(500, rest), "profile");
  });
});

describe("contentDigestMatches()", () => {
  it("takes the one digest of the body and nothing beside it", () => {
    const good = signed().headers["content-digest"] ?? "";
    assert.equal(contentDigestMatches(good, BODY, nodeDigest), true);
    assert.equal(contentDigestMatches(good, `${BODY} `, nodeDigest), false);
    assert.equal(contentDigestMatches(null, BODY, nodeDigest), false);
    const sha512 = `sha-512=${good.slice("sha-256=".length)}`;
    for (const header of [
      sha512,
      `${good}, ${sha512}`,
      `${sha512}, ${good}`,
      `${good}, ${good}`,
      good.replace("sha", "SHA"),
    ]) {
      assert.equal(contentDigestMatches(header, BODY, nodeDigest), false, header);
    }
  });
});

describe("serverTag()", () => {
  it("tells what a server's request is for by what the app would do with it", () => {
    const tag = (method: string, run: string | null, plan: string | null = null): string =>
      serverTag({
        method,
        header: (name) => (name === "x-run-id" ? run : name === "x-inngest-force-step-plan" ? plan : null),
      });
    assert.equal(tag("GET", "run", "false"), "endpoint");
    assert.equal(tag("GET", null, "false"), "probe");
    assert.equal(tag("POST", "run"), "call");
    assert.equal(tag("PUT", "run"), "call");
    assert.equal(tag("PUT", null), "sync");
    assert.equal(tag("GET", null), "probe");
    assert.equal(tag("POST", null), "probe");
  });
});

describe("signMessage()", () => {
  it("signs nothing that could not be read again", () => {
    for (const wire of [without(PLAIN, "x-run-id"), withHeaders(PLAIN, { "x-run-id": "a\nb" })]) {
      assert.throws(
        () => signed(wire),
        (error) => isHoldfastError(error, "internal_error"),
      );
    }
  });
});

describe("audiences", () => {
  it("are read as they were written, whatever the names, and in no other form", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (environment, app) => {
        assert.deepEqual(parseAudience(formatAudience({ environment, app })), { environment, app });
      }),
    );
    for (const text of ["", "shop", "a/b/c", "%zz/shop", "/sh op", "/%61"])
      assert.equal(parseAudience(text), null);
  });
});

describe("parseServerKey()", () => {
  const key = serverKeyOf(
    Uint8Array.from({ length: 32 }, (_, index) => index),
    nodeDigest,
  );
  const text = formatServerKey(key);

  it("reads what formatServerKey() writes", () => assert.deepEqual(parseServerKey(text, nodeDigest), key));

  it("refuses another form, and an id that is not its own", () => {
    const faulty = [
      "",
      text.slice(1),
      text.slice(0, -1),
      `${text}A`,
      text.replace("ed25519", "rsa"),
      text.replace("AAEC", "BAEC"),
    ];
    for (const each of faulty) {
      assert.throws(
        () => parseServerKey(each, nodeDigest),
        (error) => isHoldfastError(error, "key_invalid"),
        each,
      );
    }
  });
});

describe("coveredComponents()", () => {
  it("finds nothing of a request in an answer, and names what is missing", () => {
    const answer = { kind: "answer", status: 200, header: () => null } as const;
    assert.deepEqual(coveredComponents(answer, "call"), { ok: false, name: "@method" });
    const request = requestOf({ ...PLAIN, headers: { "content-digest": "x" } });
    assert.deepEqual(coveredComponents(request, "answer"), { ok: false, name: "@status" });
  });
});

describe("hasV2Signature()", () => {
  it("sees either of the two headers, whatever is in it", () => {
    const has = (...names: readonly string[]) =>
      hasV2Signature({ header: (name) => (names.includes(name) ? "" : null) });
    assert.deepEqual(
      [has(), has("signature"), has("signature-input"), has("signature", "signature-input")],
      [false, true, true, true],
    );
  });
});

describe("readSignature() of the other algorithm", () => {
  it("knows Ed25519 by its name and by its length", () => {
    const key = {
      alg: "ed25519",
      keyId: "0123456789ab",
      sign: () => Buffer.alloc(64, 7).toString("base64"),
    } as const;
    const toSign = { tag: "call", message: requestOf(PLAIN), body: BODY, audience: "/shop" } as const;
    const added = signMessage({ ...toSign, nonce: NONCE, nowMs: NOW }, key, nodeDigest);
    const reading = readSignature(requestOf(withHeaders(PLAIN, added)), "call", NOW);
    assert.ok(reading.ok);
    assert.deepEqual([reading.signature.alg, reading.signature.keyId], ["ed25519", "0123456789ab"]);
  });
});
