import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { canonicalJson } from "@holdfast/protocol";
import { staticKeys } from "../keys/key-ring.ts";
import { sealing } from "../stage/sealing.ts";
import { stageOf } from "../testing/stage-of.ts";

const PAGE = join(import.meta.dirname, "../../../../docs/reference/sealing-vectors.json");
const known = JSON.parse(readFileSync(PAGE, "utf8"));

const world = { now: () => 0, random: (count: number) => new Uint8Array(count).fill(0xa5) };
const keys = staticKeys(known.masterKey);
const receives = { keyPairs: [known.public.keyPair], events: ["lead/created"] };

for (const { id, form, position, plain, sealed, replyTo, clear, blind } of known.vectors) {
  const stage = stageOf(sealing({ keys, receives, ...(clear && { clear }), ...(blind && { blind }) }, world));

  test(`${id}: the code writes what is known, and opens it`, async () => {
    switch (form) {
      case "value":
        assert.deepEqual(await stage.seal(plain, position), sealed);
        assert.deepEqual(await stage.open(sealed, position), plain);
        return;
      case "data":
        assert.deepEqual(await stage.sealData(plain, position, replyTo), sealed);
        assert.deepEqual(await stage.openData(sealed, position), {
          data: plain,
          ...(replyTo && { replyTo }),
        });
        return;
      default:
        assert.deepEqual(await stage.sealError(plain, position), sealed);
        assert.deepEqual(await stage.openError(sealed, position), plain);
    }
  });

  test(`${id}: another program opens it by the page alone`, () => {
    const holder = form === "error" ? sealed.data : sealed;
    const [version, keyId, place, box] = holder["__SEALED__"].split(".");
    assert.equal(version, "hf1");
    const master = Buffer.from(known.masterKey.split("_")[2], "base64url");
    const id = createHash("sha256").update("holdfast/sealing/v1/key-id\0").update(master).digest("hex");
    assert.equal(keyId, id.slice(0, 12));

    const { __SEALED__: _, ...beside } = holder;
    const digest =
      Object.keys(beside).length === 0
        ? ""
        : createHash("sha256").update(canonicalJson(beside)).digest("base64url");
    const associated = new TextEncoder().encode(`hf1.${keyId}.${place}.${digest}`);
    const derive = (from: Uint8Array, info: string): Uint8Array =>
      new Uint8Array(hkdfSync("sha256", from, "holdfast/sealing/v1", info, 32));
    const runId = position.runId ?? position.replyTo?.runId;
    const last = runId === undefined ? "11:environment" : `3:run${runId.length}:${runId}`;
    const key = derive(derive(master, "10:production"), last);
    const bytes = new Uint8Array(Buffer.from(box, "base64url"));
    const opened = xchacha20poly1305(key, bytes.subarray(0, 24), associated).decrypt(bytes.subarray(24));
    assert.equal(opened.length >= 64, true);
    const content = JSON.parse(new TextDecoder().decode(opened));
    assert.deepEqual(form === "data" ? { ...plain, ...content.data } : content, plain);
  });
}

test("a name and a blind index are what is known", async () => {
  const hiding = sealing({ keys, names: "keyed", environment: known.index.environment }, world);
  const at = { kind: "metadata", environment: known.name.environment, app: "shop" } as const;
  assert.equal(stageOf(hiding).sealName(known.name.plain, at), known.name.hidden);
  assert.equal(await hiding.index(known.index.field, known.index.value), known.index.text);

  const master = Buffer.from(known.masterKey.split("_")[2], "base64url");
  const ofEnvironment = hkdfSync("sha256", master, "holdfast/sealing/v1", "10:production", 32);
  const key = hkdfSync("sha256", new Uint8Array(ofEnvironment), "holdfast/sealing/v1", "5:index", 32);
  const hash = createHmac("sha256", new Uint8Array(key)).update("10:customerId42").digest("base64url");
  assert.ok(known.index.text.endsWith(`.${hash}`));
});

test("what was sealed with a public key opens", async () => {
  const stage = stageOf(sealing({ keys, receives }, world));
  const { sealed, plain, position } = known.public;
  assert.deepEqual(await stage.openData(sealed, position), { data: plain });
});
