import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SealingError } from "../sealing-error.ts";
import { refusal } from "../testing/refusal.ts";
import { stageOf, testKey, testSealing } from "../testing/stage-of.ts";
import { OpenedTexts } from "./opened-texts.ts";

const AT = {
  kind: "step-output",
  environment: "production",
  app: "shop",
  functionId: "ship",
  runId: "01JX5T1S7D2ZP0Q8V6K3N4M9RW",
  stepId: "a".repeat(40),
} as const;

describe("a text that was opened before", () => {
  it("opens again to a value of its own", async () => {
    const stage = stageOf(testSealing());
    const sealed = await stage.seal({ list: [1] }, AT);
    const first = (await stage.open(sealed, AT)) as { list: number[] };
    first.list.push(2);
    assert.deepEqual(await stage.open(sealed, AT), { list: [1] });
  });

  it("is refused at another place, and in another form, as if it had never been opened", async () => {
    const stage = stageOf(testSealing());
    const sealed = await stage.seal("secret", AT);
    await stage.open(sealed, AT);
    for (const [part, other] of Object.entries({
      functionId: "pay",
      runId: "01JX5T1S7D2ZP0Q8V6K3N4M9RX",
      stepId: "b".repeat(40),
      index: 1,
      app: "other",
      environment: "test",
    })) {
      await assert.rejects(
        async () => stage.open(sealed, { ...AT, [part]: other }),
        refusal("seal_misplaced", { part, hidden: ["secret"] }),
      );
    }
    await assert.rejects(
      async () => stage.open(sealed, { ...AT, kind: "step-input" }),
      refusal("seal_misplaced", { part: "kind" }),
    );
  });

  it("is refused when a member in clear beside it has changed", async () => {
    const stage = stageOf(testSealing({ clear: ["userId"] }));
    const at = { kind: "event", environment: "production", app: "shop", name: "order/paid" } as const;
    const data = await stage.sealData({ userId: "u1", email: "secret" }, at);
    await stage.openData(data, at);
    for (const changed of [
      { ...data, userId: "u2" },
      { ...data, more: 1 },
    ]) {
      await assert.rejects(
        async () => stage.openData(changed, at),
        refusal("seal_broken", { hidden: ["secret"] }),
      );
    }
    assert.deepEqual((await stage.openData(data, at)).data, { userId: "u1", email: "secret" });
  });

  it("is refused once its key is revoked", async () => {
    const key = testKey();
    let isRevoked = false;
    const keys = {
      current: () => key,
      find(keyId: string) {
        if (isRevoked) throw new SealingError("seal_key_revoked", `Key ${keyId} is revoked.`, { keyId });
        return key;
      },
    };
    const stage = stageOf(testSealing({ keys }));
    const sealed = await stage.seal("secret", AT);
    assert.equal(await stage.open(sealed, AT), "secret");
    isRevoked = true;
    await assert.rejects(async () => stage.open(sealed, AT), refusal("seal_key_revoked"));
  });
});

describe("OpenedTexts", () => {
  const opened = (
    plain: string,
  ): { readonly place: string; readonly keyId: string; readonly plain: string } => ({
    place: "here",
    keyId: "k",
    plain,
  });

  it("forgets the oldest where there are too many, or too much of them", () => {
    const many = new OpenedTexts();
    for (let count = 0; count <= 20_000; count += 1) many.remember(`text ${count}`, opened("1"));
    assert.equal(many.find("text 0", "here"), null);
    assert.notEqual(many.find("text 1", "here"), null);
    const large = new OpenedTexts();
    for (let count = 0; count < 5; count += 1) large.remember(`text ${count}`, opened("x".repeat(4_000_000)));
    assert.equal(large.find("text 0", "here"), null);
    assert.notEqual(large.find("text 4", "here"), null);
  });

  it("keeps nothing of a text that is larger than all there is room for", () => {
    const texts = new OpenedTexts();
    texts.remember("huge", opened("x".repeat(17 * 1024 * 1024)));
    assert.equal(texts.find("huge", "here"), null);
  });
});
