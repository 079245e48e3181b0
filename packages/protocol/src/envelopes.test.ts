import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isBlindIndex,
  isSealedError,
  readEnvelope,
  readSealedData,
  readSealedText,
  SEALED_ERROR_MESSAGE,
} from "./envelopes.ts";

const SEALED = `hf1.00112233aabb.AQID.${"A".repeat(64)}`;
const FOR_A_PAIR = `hf1h.00112233aabb.AQID.${"A".repeat(64)}`;
const SODIUM = Buffer.alloc(60, 7).toString("base64");
const V0 = Buffer.concat([Buffer.from("Salted__"), Buffer.alloc(24)]).toString("base64");
const INDEX = `hfx1.00112233aabb.${"B".repeat(43)}`;

test("readEnvelope() reads our format and both published ones", () => {
  assert.deepEqual(readEnvelope({ __SEALED__: SEALED }), {
    format: "holdfast",
    keyId: "00112233aabb",
    bytes: 48,
  });
  assert.equal(readEnvelope({ __SEALED__: FOR_A_PAIR })?.format, "holdfast");
  assert.deepEqual(readEnvelope({ __ENCRYPTED__: true, __STRATEGY__: "inngest/libsodium", data: SODIUM }), {
    format: "inngest",
    keyId: null,
    bytes: 60,
  });
  assert.deepEqual(readEnvelope({ __ENCRYPTED__: true, data: V0 }), {
    format: "inngest-v0",
    keyId: null,
    bytes: 32,
  });
});

test("readEnvelope() gives null for what is almost an envelope", () => {
  const almost: readonly unknown[] = [
    undefined,
    null,
    SEALED,
    [],
    {},
    [{ __SEALED__: SEALED }],
    { __SEALED__: SEALED, email: "a@example.com" },
    { __SEALED__: "hunter2" },
    { __SEALED__: 5 },
    { __SEALED__: SEALED.replace("hf1", "hf2") },
    { __SEALED__: SEALED.replace("00112233aabb", "00112233AABB") },
    { __SEALED__: SEALED.replace("AQID", "") },
    { __SEALED__: SEALED.replace("AQID", "AQIDB") },
    { __SEALED__: `${SEALED}\n` },
    { __SEALED__: `${SEALED}=` },
    { __SEALED__: `${SEALED}A` },
    { __SEALED__: `hf1.00112233aabb.AQID.${"A".repeat(52)}` },
    { __SEALED__: `hf1h.00112233aabb.AQID.${"A".repeat(63)}` },
    { __ENCRYPTED__: "true", __STRATEGY__: "inngest/libsodium", data: SODIUM },
    { __ENCRYPTED__: true, __STRATEGY__: "inngest/libsodium", data: SODIUM, email: "a@example.com" },
    { __ENCRYPTED__: true, __STRATEGY__: "inngest/libsodium", data: "AAAA" },
    { __ENCRYPTED__: true, __STRATEGY__: "", data: SODIUM },
    { __ENCRYPTED__: true, __STRATEGY__: "own", data: '{"email":"a@example.com"}' },
    { __ENCRYPTED__: true, __STRATEGY__: "own", data: { email: "a@example.com" } },
    { __ENCRYPTED__: true, data: SODIUM },
    { __ENCRYPTED__: true, data: V0, email: "a@example.com" },
    {
      __ENCRYPTED__: true,
      data: Buffer.concat([Buffer.from("Salted__"), Buffer.alloc(9)]).toString("base64"),
    },
  ];
  for (const value of almost) assert.equal(readEnvelope(value), null, JSON.stringify(value));
});

test("readSealedText() takes a sealed text apart", () => {
  assert.deepEqual(readSealedText(FOR_A_PAIR), {
    scheme: "public",
    keyId: "00112233aabb",
    position: "AQID",
    sealed: "A".repeat(64),
  });
  assert.equal(readSealedText(SEALED)?.scheme, "secret");
});

test("readSealedData() names the members in clear, and those that hold a blind index", () => {
  assert.deepEqual(readSealedData({ __SEALED__: SEALED, userId: "u1", customer: INDEX }), {
    format: "holdfast",
    keyId: "00112233aabb",
    bytes: 48,
    clear: ["userId"],
    indexes: ["customer"],
  });
  assert.equal(readSealedData({ userId: "u1" }), null);
  assert.equal(readSealedData({ __SEALED__: "hunter2", userId: "u1" }), null);
  assert.equal(readSealedData([SEALED]), null);
});

test("isBlindIndex() knows an index by its whole form", () => {
  assert.equal(isBlindIndex(INDEX), true);
  for (const value of [
    `${INDEX}A`,
    INDEX.slice(0, -1),
    INDEX.replace("hfx1", "hf1"),
    "hfx1.a@example.com",
    3,
    null,
  ]) {
    assert.equal(isBlindIndex(value), false);
  }
});

test("isSealedError() accepts an error of which only the class's name is in sight", () => {
  const sealed = { name: "TypeError", message: SEALED_ERROR_MESSAGE, data: { __SEALED__: SEALED } };
  assert.equal(isSealedError(sealed), true);
  assert.equal(isSealedError({ ...sealed, noRetry: true, stack: null, cause: undefined }), true);
  for (const change of [
    { name: "User a@example.com is unknown" },
    { name: "E".repeat(65) },
    { name: "" },
    { name: undefined },
    { message: `${SEALED_ERROR_MESSAGE} ` },
    { message: "declined" },
    { stack: "TypeError: declined" },
    { cause: { name: "Error", message: "declined" } },
    { data: undefined },
    { data: { declined: true } },
    { data: { __SEALED__: SEALED, declined: true } },
    { data: { __ENCRYPTED__: true, __STRATEGY__: "inngest/libsodium", data: SODIUM } },
  ]) {
    assert.equal(isSealedError({ ...sealed, ...change }), false, JSON.stringify(change));
  }
  for (const value of [null, undefined, SEALED_ERROR_MESSAGE, []]) assert.equal(isSealedError(value), false);
});
