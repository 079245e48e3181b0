import assert from "node:assert/strict";
import { test } from "node:test";
import { base32, checkTotp, totpCode, totpUri } from "./totp.ts";

/** The secret of RFC 6238, appendix B, for SHA-1. */
const SECRET = Buffer.from("12345678901234567890");
const STEP_MS = 30_000;

test("codes are those of RFC 6238, appendix B", () => {
  for (const [seconds, eight] of [
    [59, "94287082"],
    [1111111109, "07081804"],
    [1111111111, "14050471"],
    [1234567890, "89005924"],
    [2000000000, "69279037"],
    [20000000000, "65353130"],
  ] as const)
    assert.equal(totpCode(SECRET, Math.floor(seconds / 30)), eight.slice(2));
});

test("A-024 a code is right for its step and the ones beside it, once, and none that is older than the last", () => {
  const step = 50_000_000;
  const now = step * STEP_MS + 7_000;
  const code = (offset: number): string => totpCode(SECRET, step + offset);
  for (const offset of [-1, 0, 1]) assert.equal(checkTotp(SECRET, code(offset), -1, now), step + offset);
  for (const offset of [-2, 2]) assert.equal(checkTotp(SECRET, code(offset), -1, now), null);
  assert.equal(checkTotp(SECRET, code(0), step, now), null);
  assert.equal(checkTotp(SECRET, code(-1), step, now), null);
  assert.equal(checkTotp(SECRET, code(1), step, now), step + 1);
});

test("what is no code of six digits is none", () => {
  const now = 50_000_000 * STEP_MS;
  const right = totpCode(SECRET, 50_000_000);
  for (const wrong of ["", right.slice(1), `${right}0`, "abcdef", `-${right.slice(1)}`, `${right}\u0660`])
    assert.equal(checkTotp(SECRET, wrong, -1, now), null, wrong);
  assert.equal(checkTotp(SECRET, `${right.slice(0, 3)} ${right.slice(3)}`, -1, now), 50_000_000);
});

test("secrets are typed in base 32, and read from a link that names account and issuer", () => {
  for (const [plain, coded] of [
    ["", ""],
    ["f", "MY"],
    ["fo", "MZXQ"],
    ["foo", "MZXW6"],
    ["foob", "MZXW6YQ"],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI"],
  ] as const)
    assert.equal(base32(Buffer.from(plain)), coded);
  assert.equal(
    totpUri(SECRET, "ana@example.com", "holdfast: x"),
    "otpauth://totp/holdfast%3A%20x:ana%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=holdfast%3A%20x&algorithm=SHA1&digits=6&period=30",
  );
});
