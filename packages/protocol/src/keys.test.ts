import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { HoldfastError } from "./errors.ts";
import { bearerMatches, bearerToken, parseSigningKey, SigningKey } from "./keys.ts";
import { nodeDigest } from "./testing/node-digest.ts";

const HEX = "00112233445566778899aabbccddeeff";
const HASH = createHash("sha256").update(Buffer.from(HEX, "hex")).digest("hex");

const FORMS: readonly (readonly [text: string, prefix: string, secret: string])[] = [
  [`signkey-prod-${HEX}`, "signkey-prod-", HEX],
  [`signkey-test-${HEX}`, "signkey-test-", HEX],
  [`signkey-branch_7-${HEX}`, "signkey-branch_7-", HEX],
  [HEX, "", HEX],
  [HEX.toUpperCase(), "", HEX.toUpperCase()],
  ["0123456789abcdef", "", "0123456789abcdef"],
  [`signkey-prod-${"ab".repeat(32)}`, "signkey-prod-", "ab".repeat(32)],
];

for (const [text, prefix, secret] of FORMS) {
  test(`parseSigningKey() reads a key of the form ${text}`, () => {
    const key = parseSigningKey(text);
    assert.equal(key.prefix, prefix);
    assert.equal(key.reveal(), secret);
  });
}

/** A key, the secret part of it that no message may show, and what the message must say. */
const REFUSED: readonly (readonly [title: string, text: string, secret: string, says: RegExp])[] = [
  ["nothing", "", "", /it is empty/],
  ["a prefix alone", "signkey-prod-", "", /0 hex digits/],
  ["a prefix without an environment", `signkey-${HEX}`, HEX, /prefix/],
  ["a prefix with an empty environment", `signkey--${HEX}`, HEX, /prefix/],
  ["a prefix of another form", `signkey-my.env-${HEX}`, HEX, /prefix/],
  ["another prefix", `eventkey-prod-${HEX}`, HEX, /character 2 is not a hex digit/],
  ["an environment of two words", `signkey-my-env-${HEX}`, HEX, /character 13 is not a hex digit/],
  ["a letter beyond f", `signkey-prod-0011223344556677889g`, "0011223344556677889g", /character 33/],
  ["white space in front", ` ${HEX}`, HEX, /character 1 is not/],
  ["white space behind", `${HEX}\n`, HEX, /character 33 is not/],
  ["a password", "correct horse battery staple", "horse battery", /not a hex digit/],
  ["14 hex digits", "00112233445566", "00112233445566", /14 hex digits/],
  ["15 hex digits", "001122334455667", "001122334455667", /15 hex digits/],
  ["an odd number of hex digits", `signkey-prod-${HEX}a`, HEX, /odd number of hex digits, 33/],
];

for (const [title, text, secret, says] of REFUSED) {
  test(`parseSigningKey() refuses ${title}, and says why without the key`, () => {
    assert.throws(
      () => parseSigningKey(text),
      (error) => {
        assert.ok(error instanceof HoldfastError);
        assert.equal(error.code, "key_invalid");
        assert.match(error.message, says);
        const shown = inspect(error, { depth: Infinity, showHidden: true });
        if (secret !== "") assert.ok(!shown.split("\n    at ")[0]?.includes(secret), shown);
        assert.ok(!JSON.stringify(error).includes(secret === "" ? "\0" : secret));
        return true;
      },
    );
  });
}

test("parseSigningKey() never quotes what it refuses", () => {
  const secret = fc.stringMatching(/^[0-9a-zG-Z!]{12,40}$/);
  fc.assert(
    fc.property(fc.constantFrom("", "signkey-prod-", "signkey-"), secret, (prefix, text) => {
      try {
        assert.equal(parseSigningKey(prefix + text).reveal(), text);
      } catch (error) {
        assert.ok(error instanceof HoldfastError, String(error));
        assert.ok(!error.message.includes(text));
      }
    }),
  );
});

test("SigningKey shows its secret in no way of printing it", () => {
  const key = parseSigningKey(`signkey-prod-${HEX}`);
  const nested = { app: { keys: [key] } };
  const shown = [
    String(key),
    JSON.stringify(nested),
    inspect(nested, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(Object.getOwnPropertyDescriptors(key)),
    JSON.stringify(structuredClone(key)),
    String(Reflect.ownKeys(key).map((name) => String(Reflect.get(key, name)))),
  ];
  for (const text of shown) assert.ok(!text.includes(HEX), text);
  assert.equal(String(key), "signkey-prod-(secret)");
  assert.equal(JSON.stringify({ key }), '{"key":"signkey-prod-(secret)"}');
});

test("SigningKey.keyId() is the beginning of the hash", () => {
  assert.equal(parseSigningKey(`signkey-prod-${HEX}`).keyId(nodeDigest), HASH.slice(0, 12));
  assert.equal(parseSigningKey(HEX).keyId(nodeDigest), HASH.slice(0, 12));
});

test("bearerToken() is the prefix and SHA-256 of the bytes that the hex stands for", () => {
  assert.equal(bearerToken(parseSigningKey(`signkey-prod-${HEX}`), nodeDigest), `signkey-prod-${HASH}`);
  assert.equal(bearerToken(parseSigningKey(HEX), nodeDigest), HASH);
  assert.equal(bearerToken(parseSigningKey(HEX.toUpperCase()), nodeDigest), HASH);
  assert.equal(
    bearerToken(parseSigningKey("signkey-test-12345678123456781234567812345678"), nodeDigest),
    "signkey-test-ddcbc45ed5383449004fe644dec93827baf94a56322cace8d8139e04572ca01e",
  );
});

for (const text of [`signkey-prod-${HEX}`, HEX]) {
  const key = parseSigningKey(text);
  for (const [title, presented] of [
    ["the hash", HASH],
    ["the hash behind the prefix", `signkey-prod-${HASH}`],
    ["the hash behind another prefix", `signkey-test-${HASH}`],
    ["the key", HEX],
    ["the key behind the prefix", `signkey-prod-${HEX}`],
  ] as const) {
    test(`bearerMatches() takes ${title} for ${String(key)}`, () => {
      assert.equal(bearerMatches(presented, key, nodeDigest), true);
    });
  }

  for (const [title, presented] of [
    ["nothing", ""],
    ["a prefix alone", "signkey-prod-"],
    ["two prefixes", `signkey-prod-signkey-prod-${HASH}`],
    ["the beginning of the key", HEX.slice(0, -2)],
    ["the key and more", `${HEX}00`],
    ["the beginning of the hash", HASH.slice(0, 12)],
    ["the hash of the text, not of its bytes", createHash("sha256").update(HEX).digest("hex")],
    ["the hash of the hash", createHash("sha256").update(Buffer.from(HASH, "hex")).digest("hex")],
    ["what a key prints as", "signkey-prod-(secret)"],
    ["white space behind it", `${HEX} `],
    ["the scheme as well", `Bearer ${HASH}`],
  ] as const) {
    test(`bearerMatches() refuses ${title} for ${String(key)}`, () => {
      assert.equal(bearerMatches(presented, key, nodeDigest), false);
    });
  }
}

test("bearerMatches() refuses every token of every other key", () => {
  const secret = fc
    .uint8Array({ minLength: 8, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
  fc.assert(
    fc.property(secret, secret, (mine, theirs) => {
      fc.pre(mine !== theirs);
      const other = new SigningKey("signkey-prod-", theirs);
      assert.equal(bearerMatches(bearerToken(other, nodeDigest), parseSigningKey(mine), nodeDigest), false);
      assert.equal(bearerMatches(theirs, parseSigningKey(mine), nodeDigest), false);
    }),
  );
});
