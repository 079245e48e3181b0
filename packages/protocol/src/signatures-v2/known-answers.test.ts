import assert from "node:assert/strict";
import { createHmac, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseSigningKey } from "../keys.ts";
import { nodeDigest } from "../testing/node-digest.ts";
import { contentDigest } from "./content-digest.ts";
import type { KeyPurpose } from "./message-key.ts";
import { deriveKey, hmacKey } from "./message-key.ts";
import type { SignatureTag, SignedMessage } from "./profile.ts";
import { readSignature } from "./read-signature.ts";
import { signatureBase } from "./signature-base.ts";
import { signMessage } from "./sign-message.ts";

test("signatureBase() builds the base of RFC 9421, B.2.5, so that its HMAC is the one that stands there", () => {
  const base = signatureBase(
    [
      ["date", "Tue, 20 Apr 2021 02:07:55 GMT"],
      ["@authority", "example.com"],
      ["content-type", "application/json"],
    ],
    '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
  );
  const secret = Buffer.from(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
    "base64",
  );
  const signature = createHmac("sha256", secret).update(base).digest("base64");
  assert.equal(signature, "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
});

test("signatureBase() builds the base of RFC 9421, B.2.6, so that its Ed25519 signature is the one that stands there", () => {
  const base = signatureBase(
    [
      ["date", "Tue, 20 Apr 2021 02:07:55 GMT"],
      ["@method", "POST"],
      ["@path", "/foo"],
      ["@authority", "example.com"],
      ["content-type", "application/json"],
      ["content-length", "18"],
    ],
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  );
  const key = createPrivateKey(
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----",
  );
  const signature =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
  assert.equal(sign(null, Buffer.from(base), key).toString("base64"), signature);
  assert.equal(verify(null, Buffer.from(base), createPublicKey(key), Buffer.from(signature, "base64")), true);
});

test("contentDigest() gives the digest of RFC 9530, D.1", () => {
  assert.equal(
    contentDigest('{"hello": "world"}\n', nodeDigest),
    "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
  );
});

test("deriveKey() is HKDF-SHA-256 of the key's bytes, another key for each purpose, and none the bearer token", () => {
  const hex = "0123456789abcdef0123456789abcdef";
  const key = parseSigningKey(`signkey-test-${hex}`);
  const purposes: readonly KeyPurpose[] = [
    "server-to-app",
    "app-to-server",
    "app-answer",
    "server-answer",
    "ed25519-seed",
  ];
  const derived = purposes.map((purpose) => Buffer.from(deriveKey(key, purpose, nodeDigest)).toString("hex"));
  assert.deepEqual(
    derived,
    purposes.map((purpose) =>
      Buffer.from(
        hkdfSync("sha256", Buffer.from(hex, "hex"), "holdfast signatures v2", `holdfast ${purpose} v2`, 32),
      ).toString("hex"),
    ),
  );
  assert.equal(new Set([...derived, nodeDigest.sha256Hex(Buffer.from(hex, "hex"))]).size, 6);
});

interface Vector {
  readonly name: string;
  readonly purpose: Exclude<KeyPurpose, "ed25519-seed">;
  readonly tag: SignatureTag;
  readonly message:
    | { readonly method: string; readonly target: string; readonly headers: Record<string, string> }
    | { readonly status: number; readonly headers: Record<string, string> };
  readonly body: string;
  readonly audience?: string;
  readonly nonce: string;
  readonly created: number;
  readonly base: string;
  readonly headers: Record<string, string>;
}

const file = JSON.parse(readFileSync(new URL("testing/vectors.json", import.meta.url), "utf8")) as {
  readonly signingKey: string;
  readonly vectors: readonly Vector[];
};

for (const vector of file.vectors) {
  test(`signMessage() and readSignature() keep to the published vector "${vector.name}"`, () => {
    const key = hmacKey(parseSigningKey(file.signingKey), vector.purpose, nodeDigest);
    const { audience, body, message: given, nonce, tag } = vector;
    const messageWith = (added: Record<string, string>): SignedMessage => {
      const headers = { ...given.headers, ...added };
      const header = (name: string): string | null => headers[name] ?? null;
      return "status" in given
        ? { kind: "answer", status: given.status, header }
        : { kind: "request", method: given.method, target: given.target, header };
    };
    const nowMs = vector.created * 1000 + 999;
    const toSign = { tag, message: messageWith({}), body, nonce, nowMs };
    const signed = signMessage(audience === undefined ? toSign : { ...toSign, audience }, key, nodeDigest);
    assert.deepEqual(signed, vector.headers);
    const reading = readSignature(messageWith(signed), tag, nowMs);
    assert.ok(reading.ok);
    assert.equal(reading.signature.base, vector.base);
    assert.equal(key.matches(reading.signature.base, reading.signature.signature), true);
  });
}
