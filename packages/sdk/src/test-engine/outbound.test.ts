import assert from "node:assert/strict";
import { it } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { isHoldfastError } from "@holdfast/protocol";
import { Outbound } from "./outbound.ts";

const CANARY = "canary-7f3k";
const message = {
  kind: "request",
  what: "POST http://holdfast.test/e/key",
  status: null,
  headers: {},
  at: new Date(0),
} as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isLeak = (words: RegExp) => (error: unknown) =>
  isHoldfastError(error, "plaintext_leaked") && words.test(error.message);

it("a canary is found in a body, a header and an address, and the error says where", async () => {
  for (const [part, change] of [
    ["the body", { body: bytes(`{"a":"${CANARY}"}`) }],
    ["the header x-note", { headers: { "x-note": CANARY } }],
    ["the address", { what: `GET http://elsewhere.test/${CANARY}` }],
  ] as const) {
    const outbound = new Outbound();
    await outbound.note(message, bytes("nothing"));
    const { body = bytes(""), ...rest } = { body: undefined, ...change };
    await outbound.note({ ...message, ...rest }, body);
    assert.throws(() => outbound.assertNothingLeaks(CANARY), isLeak(new RegExp(`in ${part} of .*2 of 2`)));
    outbound.assertNothingLeaks("another-canary");
  }
});

it("a canary is found in a compressed body", async () => {
  for (const pack of [gzipSync, deflateSync]) {
    const outbound = new Outbound();
    await outbound.note(message, pack(`{"a":"${CANARY}"}`));
    assert.throws(() => outbound.assertNothingLeaks(CANARY), isLeak(/in the body/));
  }
});

it("bytes that only look compressed are searched as they are", async () => {
  const outbound = new Outbound();
  await outbound.note(message, Uint8Array.from([0x1f, 0x8b, ...bytes(CANARY)]));
  assert.throws(() => outbound.assertNothingLeaks(CANARY), isLeak(/plain/));
});

it("a canary too short to be one is refused", () => {
  assert.throws(
    () => new Outbound().assertNothingLeaks("abc"),
    (error) => isHoldfastError(error, "request_invalid"),
  );
});
