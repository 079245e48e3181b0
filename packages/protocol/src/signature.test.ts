import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { parseSigningKey } from "./keys.ts";
import { LIMITS } from "./limits.ts";
import { sign, verify } from "./signature.ts";
import { nodeDigest } from "./testing/node-digest.ts";

const HEX = "12345678123456781234567812345678";
const KEY = parseSigningKey(`signkey-test-${HEX}`);
const OTHER_KEY = parseSigningKey(`signkey-test-${"ab".repeat(16)}`);
const BODY = '{"version":-1}';
const AT = 1_700_000_000_000;
const HEADER = sign(BODY, KEY, AT, nodeDigest);
const SIGNATURE = HEADER.slice("t=1700000000&s=".length);

test("sign() makes HMAC-SHA256 over body and seconds, keyed with the text of the hex", () => {
  const expected = createHmac("sha256", Buffer.from(HEX, "ascii")).update(`${BODY}1700000000`).digest("hex");
  assert.equal(HEADER, `t=1700000000&s=${expected}`);
  assert.equal(expected, "8e38073a13779b56eee33c93247478bc6682bd6165e4e0a1f7ac5550b556cae9");
});

test("sign() counts whole seconds, rounded down", () => {
  assert.equal(sign(BODY, KEY, AT + 999, nodeDigest), HEADER);
  assert.notEqual(sign(BODY, KEY, AT + 1000, nodeDigest), HEADER);
});

test("sign() signs bytes as it signs the text they encode, and bytes that are no text", () => {
  const text = '{"name":"Zoë \u{1f600}"}';
  assert.equal(sign(Buffer.from(text), KEY, AT, nodeDigest), sign(text, KEY, AT, nodeDigest));
  const bytes = Uint8Array.of(0, 255, 254);
  const expected = createHmac("sha256", HEX).update(bytes).update("1700000000").digest("hex");
  assert.equal(sign(bytes, KEY, AT, nodeDigest), `t=1700000000&s=${expected}`);
});

test("verify() names the key that made the signature, whichever of several it is", () => {
  assert.deepEqual(verify(HEADER, BODY, [KEY], AT, nodeDigest), { ok: true, key: KEY });
  for (const keys of [
    [OTHER_KEY, KEY],
    [KEY, OTHER_KEY],
    [KEY, KEY],
  ]) {
    const verdict = verify(HEADER, BODY, keys, AT, nodeDigest);
    assert.ok(verdict.ok);
    assert.equal(verdict.key, KEY);
  }
});

test("verify() takes the two parts in either order", () => {
  assert.equal(verify(`s=${SIGNATURE}&t=1700000000`, BODY, [KEY], AT, nodeDigest).ok, true);
});

for (const header of [null, undefined, ""]) {
  test(`verify() refuses a header that is ${JSON.stringify(header) ?? "undefined"} as missing`, () => {
    assert.deepEqual(verify(header, BODY, [KEY], AT, nodeDigest), { ok: false, reason: "missing" });
  });
}

for (const [title, header] of [
  ["a word", "signature"],
  ["no signature", "t=1700000000"],
  ["no time", `s=${SIGNATURE}`],
  ["an empty time", `t=&s=${SIGNATURE}`],
  ["an empty signature", "t=1700000000&s="],
  ["a short signature", `t=1700000000&s=${SIGNATURE.slice(1)}`],
  ["a long signature", `t=1700000000&s=${SIGNATURE}0`],
  ["capital hex digits", `t=1700000000&s=${SIGNATURE.toUpperCase()}`],
  ["a letter beyond f", `t=1700000000&s=${SIGNATURE.slice(1)}g`],
  ["a leading zero", `t=01700000000&s=${SIGNATURE}`],
  ["a sign", `t=+1700000000&s=${SIGNATURE}`],
  ["a negative time", `t=-1700000000&s=${SIGNATURE}`],
  ["a fraction", `t=1700000000.0&s=${SIGNATURE}`],
  ["an exponent", `t=17e8&s=${SIGNATURE}`],
  ["too many digits", `t=1700000000000000&s=${SIGNATURE}`],
  ["two times", `t=1700000000&t=1700000000&s=${SIGNATURE}`],
  ["two signatures", `t=1700000000&s=${SIGNATURE}&s=${SIGNATURE}`],
  ["another field", `t=1700000000&s=${SIGNATURE}&v=1`],
  ["white space", `t=1700000000& s=${SIGNATURE}`],
  ["a line feed behind it", `${HEADER}\n`],
  ["two headers joined", `${HEADER}, ${HEADER}`],
] as const) {
  test(`verify() refuses ${title} as malformed`, () => {
    assert.deepEqual(verify(header, BODY, [KEY], AT, nodeDigest), { ok: false, reason: "malformed" });
  });
}

test("verify() counts a signature up to five minutes before and after now, both included", () => {
  assert.equal(LIMITS.signatureWindowMs, 300_000);
  for (const nowMs of [AT - 300_000, AT - 299_999, AT + 299_999, AT + 300_000]) {
    assert.equal(verify(HEADER, BODY, [KEY], nowMs, nodeDigest).ok, true, String(nowMs - AT));
  }
  for (const nowMs of [AT - 300_001, AT + 300_001, 0, AT * 2, Number.NaN, Infinity]) {
    assert.deepEqual(verify(HEADER, BODY, [KEY], nowMs, nodeDigest), { ok: false, reason: "expired" });
  }
});

test("verify() refuses what another key signed, and everything when it has no key, as a mismatch", () => {
  const mismatch = { ok: false, reason: "mismatch" };
  assert.deepEqual(verify(HEADER, BODY, [OTHER_KEY], AT, nodeDigest), mismatch);
  assert.deepEqual(verify(HEADER, BODY, [OTHER_KEY, OTHER_KEY], AT, nodeDigest), mismatch);
  assert.deepEqual(verify(HEADER, BODY, [], AT, nodeDigest), mismatch);
});

test("verify() refuses digits moved from the time to the end of the body, by the window alone", () => {
  const moved = sign("amount: 1", KEY, AT, nodeDigest).replace("t=1700000000", "t=700000000");
  assert.equal(verify(moved, "amount: 11", [KEY], 700_000_000_000, nodeDigest).ok, true);
  assert.deepEqual(verify(moved, "amount: 11", [KEY], AT, nodeDigest), { ok: false, reason: "expired" });
});

test("verify() refuses when any byte of body, signature or time was changed", () => {
  const bodies = fc.uint8Array({ minLength: 1, maxLength: 60 });
  const change = fc.integer({ min: 1, max: 255 });
  fc.assert(
    fc.property(bodies, fc.nat(), change, (body, position, difference) => {
      const header = sign(body, KEY, AT, nodeDigest);
      assert.equal(verify(header, body, [KEY], AT, nodeDigest).ok, true);

      const changed = body.slice();
      const at = position % body.length;
      changed[at] = (body[at] ?? 0) ^ difference;
      assert.equal(verify(header, changed, [KEY], AT, nodeDigest).ok, false, "body");
      assert.equal(verify(header, body.slice(1), [KEY], AT, nodeDigest).ok, false, "shorter body");

      const bytes = Buffer.from(header, "latin1");
      const where = position % bytes.length;
      bytes[where] = (bytes[where] ?? 0) ^ difference;
      assert.equal(verify(bytes.toString("latin1"), body, [KEY], AT, nodeDigest).ok, false, "header");

      const later = header.replace("t=1700000000", `t=${1_700_000_000 + (difference % 300) + 1}`);
      const verdict = verify(later, body, [KEY], AT, nodeDigest);
      assert.deepEqual(verdict, { ok: false, reason: "mismatch" }, "time");
    }),
    { numRuns: 300 },
  );
});
