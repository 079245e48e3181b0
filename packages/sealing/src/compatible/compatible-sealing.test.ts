import assert from "node:assert/strict";
import { test } from "node:test";
import { encryptionMiddleware } from "@inngest/middleware-encryption";
import { AESEncryptionService } from "@inngest/middleware-encryption/strategies/aes";
import { LibSodiumEncryptionService } from "@inngest/middleware-encryption/strategies/libSodium";
import { LibSodiumEncryptionService as LibSodiumOfV1 } from "@inngest/middleware-encryption-v1/strategies/libSodium";
import fc from "fast-check";
import { Inngest } from "inngest";
import { platformWorld } from "../platform/world.ts";
import { PLACES } from "../testing/places.ts";
import type { CompatibleSealingOptions } from "./compatible-sealing.ts";
import { compatibleSealing, compatibleStage } from "./compatible-sealing.ts";
import { refusal } from "../testing/refusal.ts";
import { stored } from "../testing/stored.ts";

const AT = PLACES.stepOutput;
const stage = (options: CompatibleSealingOptions, world = platformWorld) => compatibleStage(options, world);
const envelope = (data: string) => ({ __ENCRYPTED__: true, __STRATEGY__: "inngest/libsodium", data });

/** Made by the published package: key, value, envelope. */
const KNOWN = [
  {
    key: "correct horse battery staple",
    value: { orderId: 42, total: "19.99", tags: ["a", "b"] },
    nonceHex: "ae62a791d32fec125222d19d325cce06ad4508b00b124d0b",
    data: "rmKnkdMv7BJSItGdMlzOBq1FCLALEk0LAhJnDk0yMVRgPBlsjsmL/wnCYDk2g2RWDPsqyOM+w62ZnLsvhASDQFc6kDmFz5+5zCsL0H921LYx6gmfoNAM",
  },
  {
    key: "  3f2a-ünicode-key \n",
    value: { name: "Zoë 🔐", ssn: "078-05-1120", nested: { n: 1.5, nil: null } },
    nonceHex: "f779c167242ad3916ba76a42d3df21078d0ccfe318fa6fbb",
    data: "93nBZyQq05Frp2pC098hB40Mz+MY+m+7v/GtuTWaa199y1vQSV/xPCq7tcry/R4eAiIkpxG1V/igKPSjxjAMJhRvoUhbj3ybrMO7Uq4//4N0fgzMTmwl4SjOeSmxAHm3X6O5EIWle81/YPebvNQ=",
  },
  {
    key: "k2",
    value: { from: "independent" },
    nonceHex: "07".repeat(24),
    data: "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHvx4nCWkdUImnfdrZzISYqsXollFT3khXlu/6HnQnaP9SfGsD1/Y=",
  },
] as const;

test("what the published package sealed opens, and the same nonce gives the same text", async () => {
  for (const { key, value, nonceHex, data } of KNOWN) {
    assert.deepEqual(await stage({ key }).open(envelope(data), AT), value);
    const world = { ...platformWorld, random: () => new Uint8Array(Buffer.from(nonceHex, "hex")) };
    assert.deepEqual(await stage({ key }, world).seal(value, AT), envelope(data));
  }
});

test("keys are tried in order", async () => {
  const [{ key, value, data }] = KNOWN;
  const keys = { key: "new-key", fallbackDecryptionKeys: ["other", key] };
  assert.deepEqual(await stage(keys).open(envelope(data), AT), value);
});

test("a changed bit, another key and a short text are refused by name, without content", async () => {
  const [{ key, data }] = KNOWN;
  const changed = data.replace("WDPsqyOM", "WDPsryOM");
  assert.notEqual(changed, data);
  for (const [bad, options] of [
    [changed, { key }],
    [data, { key: "wrong" }],
    ["AAAA", { key }],
    ["not base64!", { key }],
    [`${data}AAAA`, { key }],
  ] as const) {
    await assert.rejects(
      async () => stage(options).open(envelope(bad), AT),
      refusal("seal_broken", { hidden: ["orderId"] }),
    );
  }
});

test("the older form opens only when asked, with the right key, and is never written", async () => {
  const v0 = {
    __ENCRYPTED__: true,
    data: "U2FsdGVkX18TphHSE9SNquObAXkSKu0o7QT5fcR/1Z5FDoMg5UTs2fdbkW9TW1fZ",
  };
  const key = "legacy-key";
  assert.equal(await stage({ key, acceptV0: true }).open(v0, AT), "plain string result");
  assert.equal(
    await stage({ key: "new", fallbackDecryptionKeys: [key], acceptV0: true }).open(v0, AT),
    "plain string result",
  );
  await assert.rejects(async () => stage({ key }).open(v0, AT), {
    code: "seal_format_refused",
    noRetry: true,
  });
  await assert.rejects(async () => stage({ key: "wrong", acceptV0: true }).open(v0, AT), {
    code: "seal_broken",
  });
  const written = stored(await stage({ key, acceptV0: true }).seal("x", AT));
  assert.equal(written["__STRATEGY__"], "inngest/libsodium");

  const theirs = new AESEncryptionService(key);
  const sealed = { __ENCRYPTED__: true, data: theirs.encrypt({ a: [1, "é"] }) };
  assert.deepEqual(await stage({ key, acceptV0: true }).open(sealed, AT), { a: [1, "é"] });
});

for (const [name, Service] of [
  ["2.0.0", LibSodiumEncryptionService],
  ["1.0.2", LibSodiumOfV1],
] as const) {
  test(`what we seal, version ${name} opens, and the other way round`, async () => {
    const value = fc.jsonValue().filter((made) => made !== null);
    await fc.assert(
      fc.asyncProperty(value, fc.stringMatching(/^\S(.{0,20}\S)?$/), async (value, key) => {
        const theirs = new Service(key);
        const plain = JSON.parse(JSON.stringify(value));
        const ours = stored(await stage({ key }).seal(plain, AT));
        assert.deepEqual(await theirs.decrypt(ours.data), plain);
        assert.deepEqual(await stage({ key }).open(envelope(await theirs.encrypt(plain)), AT), plain);
      }),
      { numRuns: 30 },
    );
  });
}

test("events of the published middleware open, and ours open there, member by member", async () => {
  const options = { key: "shared", eventEncryptionField: "secrets" };
  const Theirs = encryptionMiddleware(options);
  const client = new Inngest({ id: "shop", isDev: true });
  // It was compiled against another version of the client, of which it reads nothing here.
  const theirs = Reflect.construct(Theirs, [{ client }]);
  const data = { userId: "u1", secrets: { email: "a@example.com" } };

  const sent = await theirs.transformSendEvent({ events: [{ name: "order/paid", data }] });
  const [{ data: theirData }] = sent.events;
  assert.notDeepEqual(theirData.secrets, data.secrets);
  assert.deepEqual((await stage(options).openData(theirData, PLACES.event)).data, data);

  const ourData = await stage(options).sealData(data, PLACES.event);
  assert.equal(ourData["userId"], "u1");
  const received = await theirs.transformFunctionInput({
    ctx: { event: { data: ourData }, events: [{ data: ourData }] },
  });
  assert.deepEqual(received.ctx.event.data, data);
  assert.deepEqual(received.ctx.events[0].data, data);

  const result = await stage(options).seal({ a: 1 }, AT);
  assert.deepEqual(await theirs.wrapStep({ next: async () => result }), { a: 1 });
  const output = await theirs.wrapFunctionHandler({ next: async () => ({ b: 2 }) });
  assert.deepEqual(await stage(options).open(output, PLACES.functionOutput), { b: 2 });
});

test("nothing but results and the one member is sealed, as in the published package", async () => {
  const compatible = stage({ key: "k" });
  for (const value of [null, undefined]) assert.equal(await compatible.seal(value, AT), value);
  for (const value of [false, 0, ""]) assert.notEqual(await compatible.seal(value, AT), value);
  for (const name of ["stepInput", "signal", "realtime", "metadata", "endpointRequest"] as const) {
    assert.equal(await compatible.seal("x", PLACES[name]), "x");
  }
  assert.deepEqual(await compatible.sealData({ a: 1 }, PLACES.event), { a: 1 });
  const error = { name: "Error", message: "declined" };
  assert.equal(await compatible.sealError(error, PLACES.stepError), error);
});

test("decryptOnly opens and writes in clear", async () => {
  const [{ key, value, data }] = KNOWN;
  const reading = stage({ key, decryptOnly: true });
  assert.deepEqual(await reading.open(envelope(data), AT), value);
  assert.equal(await reading.seal(5, AT), 5);
  assert.deepEqual(await reading.sealData({ encrypted: 5 }, PLACES.event), { encrypted: 5 });
});

test("an empty key, and a member without a name, are refused", () => {
  for (const options of [{ key: "" }, { key: " " }, { key: "k", fallbackDecryptionKeys: [""] }]) {
    assert.throws(() => compatibleSealing(options), { code: "config_invalid" });
  }
  assert.throws(() => compatibleSealing({ key: "k", eventEncryptionField: "" }), { code: "config_invalid" });
});
