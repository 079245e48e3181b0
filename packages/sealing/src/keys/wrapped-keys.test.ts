import assert from "node:assert/strict";
import { test } from "node:test";
import { openBytes, sealBytes } from "../format/aead.ts";
import { platformWorld } from "../platform/world.ts";
import type { KeyWrapping } from "./wrapped-keys.ts";
import { newWrappedKey, wrappedKeys } from "./wrapped-keys.ts";
import { refusal } from "../testing/refusal.ts";

/** A key service in memory: it holds one key of its own, and counts what it is asked. */
class MemoryService implements KeyWrapping {
  readonly #key = platformWorld.random(32);
  isDown = false;
  unwrapCount = 0;

  async wrap(key: Uint8Array, label: string): Promise<Uint8Array> {
    return sealBytes(this.#key, platformWorld.random(24), new TextEncoder().encode(label), key);
  }

  async unwrap(wrapped: Uint8Array, label: string): Promise<Uint8Array> {
    this.unwrapCount += 1;
    if (this.isDown) throw new Error("credentials hunter2 expired");
    const key = openBytes(this.#key, new TextEncoder().encode(label), wrapped);
    if (key === null) throw new Error("refused");
    return key;
  }
}

test("a wrapped key seals and opens, and is unwrapped once in an hour", async () => {
  const service = new MemoryService();
  const stored = await newWrappedKey(service);
  let now = 0;
  const keys = wrappedKeys(service, [stored], { world: { ...platformWorld, now: () => now } });
  const [one, two] = await Promise.all([keys.current(), keys.find(stored.keyId)]);
  assert.equal(one.id, stored.keyId);
  assert.equal(two?.id, stored.keyId);
  assert.equal(service.unwrapCount, 1);
  now = 3_600_000;
  await keys.current();
  assert.equal(service.unwrapCount, 2);
});

test("while the service is down the failure is retriable and shows nothing; afterwards keys come again", async () => {
  const service = new MemoryService();
  const stored = await newWrappedKey(service);
  const keys = wrappedKeys(service, [stored]);
  service.isDown = true;
  await assert.rejects(
    async () => keys.current(),
    refusal("seal_key_unavailable", { isRetriable: true, hidden: ["hunter2"] }),
  );
  service.isDown = false;
  assert.equal((await keys.current()).id, stored.keyId);
});

test("states decide: an active key seals, a revoked one is refused, an unknown one is null", async () => {
  const service = new MemoryService();
  const [active, old, lost] = [
    await newWrappedKey(service),
    await newWrappedKey(service),
    await newWrappedKey(service),
  ];
  const keys = wrappedKeys(service, [
    { ...old, state: "decrypt-only" },
    { ...lost, state: "revoked" },
    active,
  ]);
  assert.equal((await keys.current()).id, active.keyId);
  assert.equal((await keys.find(old.keyId))?.id, old.keyId);
  assert.equal(await keys.find("000000000000"), null);
  await assert.rejects(async () => keys.find(lost.keyId), { code: "seal_key_revoked" });
  await assert.rejects(async () => wrappedKeys(service, []).current(), { code: "seal_key_unavailable" });
});

test("a wrapped key under another's id is refused", async () => {
  const service = new MemoryService();
  const [mine, theirs] = [await newWrappedKey(service), await newWrappedKey(service)];
  const swapped = wrappedKeys(service, [{ ...mine, wrapped: theirs.wrapped }]);
  await assert.rejects(async () => swapped.current(), { code: "seal_key_unavailable" });
  const careless: KeyWrapping = { wrap: async (key) => key, unwrap: async (wrapped) => wrapped };
  const [a, b] = [await newWrappedKey(careless), await newWrappedKey(careless)];
  const believed = wrappedKeys(careless, [{ ...a, wrapped: b.wrapped }]);
  await assert.rejects(async () => believed.current(), { code: "seal_key_invalid" });
});
