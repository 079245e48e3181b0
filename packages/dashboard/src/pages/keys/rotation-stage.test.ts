import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rotation, SigningKeyState } from "@holdfast/client";
import { rotationStage } from "./rotation-stage.ts";

const key = (id: string, state: SigningKeyState["state"]): SigningKeyState => ({
  id,
  state,
  prefix: "signkey-prod",
  origin: "made",
  created_at: "2026-01-01T00:00:00.000Z",
  last_used_at: null,
});
const rotation = (keys: readonly SigningKeyState[], more: Partial<Rotation> = {}): Rotation => ({
  keys,
  evidence: [],
  waiting_for: [],
  revocable_at: null,
  ...more,
});

test("rotationStage() is settled with one key that signs, whatever was revoked, and without any", () => {
  assert.deepEqual(rotationStage(rotation([key("b", "active"), key("a", "revoked")])), { kind: "settled" });
  assert.deepEqual(rotationStage(rotation([])), { kind: "settled" });
});

test("rotationStage() rolls out while the next key does not sign, and says which apps lack it", () => {
  const next = key("b", "pending");
  const waiting = [{ app: "shop", last_key_id: "a" }];
  assert.deepEqual(rotationStage(rotation([next, key("a", "active")], { waiting_for: waiting })), {
    kind: "rolling_out",
    next,
    waitingFor: ["shop"],
  });
});

test("rotationStage() retires the key before, until it may be revoked", () => {
  const before = key("a", "retiring");
  const at = "2026-01-02T00:00:00.000Z";
  assert.deepEqual(rotationStage(rotation([key("b", "active"), before], { revocable_at: at })), {
    kind: "retiring",
    before,
    waitingFor: [],
    revocableAt: at,
  });
});
