import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "node:test";
import { bearerToken, HoldfastError, LIMITS, parseSigningKey, sign } from "@holdfast/protocol";
import { nodeDigest as digest, systemRandom } from "#kernel";
import type { Keys } from "./contract.ts";
import { createKeys } from "./keyring.ts";
import { createNonceLedger } from "./nonce-ledger.ts";

const NOW = 1_700_000_000_000;
const OLD = `signkey-prod-${"a1".repeat(32)}`;
const NEW = `signkey-prod-${"b2".repeat(32)}`;
const OTHER = `signkey-prod-${"c3".repeat(32)}`;
const BODY = '{"a":1}';

const keysOf = (signingKeys: readonly string[], eventKeys: readonly string[] = ["one", "two"]): Keys =>
  createKeys({ signingKeys, eventKeys, digest });
const checked = (keys: Keys, key: string) => keys.checkEventKey({ key, address: null, origin: null });
const hashOf = (key: string): string => bearerToken(parseSigningKey(key), digest);

describe("Keys without a signing key", () => {
  it("signs nothing and accepts everybody", () => {
    const keys = keysOf([], []);
    assert.equal(keys.signed, false);
    assert.equal(keys.sign(BODY, NOW), null);
    assert.deepEqual(keys.verifyAnswer(undefined, BODY, NOW), { ok: true, keyId: null });
    assert.deepEqual(keys.checkBearer(undefined), { ok: true, keyId: null });
    assert.equal(checked(keys, "anything").ok, true);
    assert.deepEqual([keys.signerId, keys.other, keys.v2], [null, null, null]);
    const verdict = checked(keys, "anything");
    assert.ok(verdict.ok && verdict.mayName("any/name"));
  });
});

describe("Keys with two signing keys", () => {
  it("has the same with the other one first, once; and no v2 without what that needs", () => {
    const idOf = (key: string): string => parseSigningKey(key).keyId(digest);
    const keys = keysOf([OLD, NEW]);
    assert.deepEqual([keys.signerId, keys.other?.signerId, keys.other?.other], [idOf(OLD), idOf(NEW), null]);
    assert.equal(keys.other?.sign(BODY, NOW), sign(BODY, parseSigningKey(NEW), NOW, digest));
    assert.deepEqual(keys.other?.verifyAnswer(keys.sign(BODY, NOW) ?? "", BODY, NOW), {
      ok: true,
      keyId: idOf(OLD),
    });
    assert.equal(keysOf([OLD]).other, null);
    assert.equal(keys.v2, null);
    const v2 = { random: systemRandom, ledger: createNonceLedger() };
    assert.equal(createKeys({ signingKeys: [], eventKeys: [], digest, v2 }).v2, null);
    assert.notEqual(createKeys({ signingKeys: [OLD], eventKeys: [], digest, v2 }).v2, null);
  });
});

describe("Keys.sign() and verifyAnswer()", () => {
  it("signs with the first key", () => {
    assert.equal(keysOf([OLD, NEW]).sign(BODY, NOW), sign(BODY, parseSigningKey(OLD), NOW, digest));
  });

  it("accepts answers signed with any of the keys", () => {
    for (const key of [OLD, NEW]) {
      const signature = sign(BODY, parseSigningKey(key), NOW, digest);
      assert.deepEqual(keysOf([OLD, NEW]).verifyAnswer(signature, BODY, NOW), {
        ok: true,
        keyId: parseSigningKey(key).keyId(digest),
      });
    }
  });

  it("refuses answers unsigned, signed with another key, changed, or too old", () => {
    const keys = keysOf([OLD, NEW]);
    const good = sign(BODY, parseSigningKey(OLD), NOW, digest);
    const verdicts = [
      keys.verifyAnswer(undefined, BODY, NOW),
      keys.verifyAnswer(sign(BODY, parseSigningKey(OTHER), NOW, digest), BODY, NOW),
      keys.verifyAnswer(good, '{"a":2}', NOW),
      keys.verifyAnswer(good, BODY, NOW + LIMITS.signatureWindowMs + 1000),
    ];
    assert.deepEqual(
      verdicts.map((verdict) => (verdict.ok ? "ok" : verdict.reason)),
      ["missing", "mismatch", "mismatch", "expired"],
    );
  });
});

describe("Keys.checkBearer()", () => {
  const keys = keysOf([OLD, NEW]);

  it("accepts every key, raw or hashed, whatever the scheme's case", () => {
    for (const key of [OLD, NEW]) {
      for (const shown of [
        `Bearer ${hashOf(key)}`,
        `bearer ${hashOf(key)}`,
        `Bearer ${key}`,
        `BEARER  ${key.slice(13)}`,
      ]) {
        const verdict = keys.checkBearer(shown);
        assert.equal(verdict.ok, true, shown.slice(0, 10));
      }
    }
  });

  it("names the key by the beginning of its hash, never by itself", () => {
    const verdict = keys.checkBearer(`Bearer ${OLD}`);
    assert.deepEqual(verdict, { ok: true, keyId: hashOf(OLD).replace("signkey-prod-", "").slice(0, 12) });
  });

  it("refuses everything else", () => {
    const missing = [undefined, "", "Bearer", "Bearer ", "Basic abc", hashOf(OLD)];
    for (const shown of missing)
      assert.deepEqual(keys.checkBearer(shown), { ok: false, reason: "missing" }, shown);
    const unknown = [
      OTHER,
      hashOf(OTHER),
      hashOf(OLD).slice(0, -1),
      `${hashOf(OLD)}0`,
      hashOf(OLD).toUpperCase(),
      "undefined",
      "signkey-prod-",
    ];
    for (const shown of unknown)
      assert.deepEqual(keys.checkBearer(`Bearer ${shown}`), { ok: false, reason: "unknown" }, shown);
  });
});

describe("Keys.checkEventKey()", () => {
  it("accepts each of the keys and nothing that is only like one", () => {
    const keys = keysOf([OLD]);
    assert.equal(checked(keys, "one").ok, true);
    assert.equal(checked(keys, "two").ok, true);
    assert.deepEqual(checked(keys, ""), { ok: false, reason: "missing" });
    for (const key of ["on", "one ", "ONE", "three", OLD]) {
      assert.deepEqual(checked(keys, key), { ok: false, reason: "unknown" });
    }
  });
});

describe("createKeys()", () => {
  it("refuses bad keys without repeating them", () => {
    for (const bad of ["signkey-prod-xyz", "abc", `signkey-prod-${"ab".repeat(32)}!`]) {
      assert.throws(
        () => keysOf([bad]),
        (error: unknown) =>
          error instanceof HoldfastError && error.code === "key_invalid" && !error.message.includes(bad),
      );
    }
    assert.throws(() => keysOf([OLD], [""]), /Event key number 1 is empty/);
  });

  it("shows no key to whoever prints it", () => {
    const printed = inspect(keysOf([OLD, NEW], ["event-key-in-clear"]), { depth: 10, showHidden: true });
    assert.ok(
      !printed.includes("a1a1") && !printed.includes("b2b2") && !printed.includes("event-key-in-clear"),
    );
  });
});
