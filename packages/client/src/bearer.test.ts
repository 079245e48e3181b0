import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import { bearerOf } from "./bearer.ts";

test("bearerOf() keeps the prefix and hashes the decoded bytes", async () => {
  const hex = "ab".repeat(32);
  const hash = createHash("sha256").update(Buffer.from(hex, "hex")).digest("hex");
  assert.equal(await bearerOf(`signkey-prod-${hex}`), `Bearer signkey-prod-${hash}`);
  assert.equal(await bearerOf(hex), `Bearer ${hash}`);
});

test("bearerOf() refuses what is not a key, without repeating it", async () => {
  await assert.rejects(bearerOf("hunter2hunter2hunter2"), (error) => {
    assert.ok(isHoldfastError(error, "key_invalid"));
    assert.ok(!error.message.includes("hunter2"));
    return true;
  });
});
