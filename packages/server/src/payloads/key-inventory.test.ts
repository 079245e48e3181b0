import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventId, FunctionId } from "@holdfast/protocol";
import type { StoredText } from "#store";
import { systemClock } from "#kernel";
import { keyIdsIn } from "./key-ids-in.ts";
import { createKeyInventory } from "./key-inventory.ts";

const sealedBy = (keyId: string): string => `hf1.${keyId}.AQ.${"A".repeat(64)}`;
const ONE = "00112233aabb";
const TWO = "ffeeddccbbaa";

describe("keyIdsIn()", () => {
  it("finds every envelope, in members and in texts within texts", () => {
    const text = JSON.stringify({
      data: { __SEALED__: sealedBy(ONE), email: "a@b" },
      body: JSON.stringify({ __SEALED__: sealedBy(TWO) }),
      query: sealedBy(ONE),
      old: { __ENCRYPTED__: true, __STRATEGY__: "inngest/libsodium", data: "AAAA" },
    });
    assert.deepEqual(
      keyIdsIn(text).map(({ keyId }) => keyId),
      [ONE, TWO, ONE, null],
    );
    for (const plain of ["{}", '{"a":"hf1"}', '{"a":"hf1.xx.AQ.AA"}', '{"a":"__ENCRYPTED__"}'])
      assert.deepEqual(keyIdsIn(plain), [], plain);
  });
});

describe("createKeyInventory()", () => {
  const fn = "fn" as FunctionId;
  const OWNER = { event: "01JDEVENT00000000000000001" as EventId };
  const stored = (at: number, functionId: FunctionId | null, ...keys: readonly string[]): StoredText => ({
    at,
    functionId,
    owner: OWNER,
    text: JSON.stringify(keys.map((key) => ({ __SEALED__: sealedBy(key) }))),
  });
  const portions: readonly (readonly StoredText[])[] = [
    [stored(5, null, ONE), stored(9, fn, ONE, TWO)],
    [],
    [stored(3, fn, ONE), { at: 1, functionId: null, owner: OWNER, text: '{"a":1}' }],
  ];

  it("counts values, and says from when to when and by which apps, over all portions; who asks meanwhile shares the answer", async () => {
    let reads = 0;
    const inventory = createKeyInventory({
      clock: systemClock,
      appOf: (id) => (id === fn ? "shop" : null),
      texts: {
        async portion(after) {
          const index = Number(after ?? 0);
          reads += 1;
          return {
            texts: portions[index] ?? [],
            next: index + 1 < portions.length ? String(index + 1) : null,
          };
        },
      },
    });
    const [keys, shared] = await Promise.all([inventory.read(), inventory.read()]);
    assert.deepEqual(keys, [
      { format: "holdfast", keyId: ONE, valueCount: 3, firstSeenAt: 3, lastSeenAt: 9, apps: ["shop"] },
      { format: "holdfast", keyId: TWO, valueCount: 1, firstSeenAt: 9, lastSeenAt: 9, apps: ["shop"] },
    ]);
    assert.equal(shared, keys);
    assert.equal(reads, portions.length);
    await inventory.read();
    assert.equal(reads, 2 * portions.length);
  });
});
