import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "uqr";
import { qrPath } from "./qr-path.ts";

test("qrPath() draws neighbours in a row as one stroke", () => {
  const path = qrPath([
    [true, true, false, true],
    [false, false, false, false],
  ]);
  assert.equal(path, "M0 0h2v1h-2zM3 0h1v1h-1z");
});

test("qrPath() draws every dark module of a code and no other", () => {
  const { data } = encode("otpauth://totp/Example:ada@example.org?secret=JBSWY3DPEHPK3PXP", { border: 0 });
  const drawn = data.map((row) => row.map(() => false));
  for (const [, x, y, width] of qrPath(data).matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let at = Number(x); at < Number(x) + Number(width); at += 1) drawn[Number(y)]![at] = true;
  assert.deepEqual(drawn, data);
});
