import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import {
  isBlindIndex,
  isSealedError,
  readEnvelope,
  readSealedData,
  SEALED_ERROR_MESSAGE,
} from "@holdfast/protocol";
import fc from "fast-check";
import { compatibleStage } from "../compatible/compatible-sealing.ts";
import { staticKeys } from "../keys/key-ring.ts";
import { platformWorld } from "../platform/world.ts";
import { createSealingSender } from "../senders/create-sealing-sender.ts";
import { newKeyPair } from "../senders/key-pair.ts";
import { PLACES } from "../testing/places.ts";
import { stageOf, testKey, testSealing } from "../testing/stage-of.ts";
import { sealing } from "./sealing.ts";
import { refusal } from "../testing/refusal.ts";
import { stored } from "../testing/stored.ts";

const AT = PLACES.stepOutput;

test("any JSON comes back as it was, and nothing of it is in sight", async () => {
  const stage = stageOf(testSealing());
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ stringUnit: "grapheme" }), async (value) => {
      const sealed = await stage.seal(value, AT);
      assert.equal(readEnvelope(sealed)?.keyId, testKey().id);
      const json = JSON.stringify(value);
      assert.equal(JSON.stringify(await stage.open(stored(sealed), AT)), json);
      assert.ok(json.length < 6 || !JSON.stringify(sealed).includes(json.slice(1, -1)));
    }),
  );
});

test("nothing at all is sealed as null, so that its absence is noticed", async () => {
  const stage = stageOf(testSealing());
  assert.equal(await stage.open(await stage.seal(undefined, AT), AT), null);
});

test("the same value sealed twice gives two texts of one length", async () => {
  const stage = stageOf(testSealing());
  const [first, second] = [stored(await stage.seal(true, AT)), stored(await stage.seal(false, AT))];
  assert.notEqual(first["__SEALED__"], second["__SEALED__"]);
  assert.equal(first["__SEALED__"].length, second["__SEALED__"].length);
});

test("all of an event's data is sealed but for the members that are named", async () => {
  const stage = stageOf(testSealing({ clear: ["userId", "at"], blind: { customerId: "customerIndex" } }));
  const at = new Date(0);
  const sealed = stored(
    await stage.sealData({ userId: "u1", at, email: "a@example.com", customerId: 42 }, PLACES.event),
  );
  const { __SEALED__: _, customerIndex, ...clear } = sealed;
  assert.deepEqual(clear, { userId: "u1", at: at.toISOString() });
  assert.ok(isBlindIndex(customerIndex));
  assert.deepEqual(readSealedData(sealed)?.clear, ["userId", "at"]);
  assert.deepEqual(readSealedData(sealed)?.indexes, ["customerIndex"]);
  assert.deepEqual((await stage.openData(sealed, PLACES.event)).data, {
    userId: "u1",
    at: at.toISOString(),
    email: "a@example.com",
    customerId: 42,
  });
});

test("an event of another app opens, and one without an id of its sender's opens under any id", async () => {
  const stage = stageOf(testSealing());
  const { eventId: _, ...withoutId } = PLACES.event;
  const sealed = await stage.sealData({ a: 1 }, withoutId);
  const { data } = await stage.openData(sealed, {
    ...PLACES.event,
    app: "other",
    functionId: "f",
    runId: "r",
  });
  assert.deepEqual(data, { a: 1 });
});

test("an invoke's reply address travels inside", async () => {
  const stage = stageOf(testSealing());
  const replyTo = { runId: "01PARENT", stepId: "p1" };
  const sealed = await stage.sealData({ a: 1 }, PLACES.invokeInput, replyTo);
  assert.doesNotMatch(JSON.stringify(sealed), /PARENT/);
  assert.deepEqual(await stage.openData(sealed, { ...PLACES.invokeInput, runId: "01CHILD" }), {
    data: { a: 1 },
    replyTo,
  });
});

test("a blind index is equal for equal values of one field, one environment and one key, and for no others", async () => {
  const production = testSealing({ environment: "production" });
  const index = await production.index("customerId", { a: 1, b: 2 });
  assert.ok(isBlindIndex(index));
  assert.equal(await production.index("customerId", { b: 2, a: 1 }), index);
  const other = staticKeys({ active: testKey(8), decryptOnly: [testKey()], revoked: [] });
  for (const different of [
    await production.index("orderId", { a: 1, b: 2 }),
    await production.index("customerId", { a: 1, b: 3 }),
    await testSealing({ environment: "staging" }).index("customerId", { a: 1, b: 2 }),
    await testSealing({ environment: "production", keys: other }).index("customerId", { a: 1, b: 2 }),
  ]) {
    assert.notEqual(different, index);
  }
  const pinned = testSealing({ environment: "production", keys: other, indexKeyId: testKey().id });
  assert.equal(await pinned.index("customerId", { a: 1, b: 2 }), index);
});

test("the index that an event carries is the one that index() gives", async () => {
  const middleware = testSealing({ environment: "production", blind: { customerId: "customerIndex" } });
  const sealed = await stageOf(middleware).sealData({ customerId: "c-1" }, PLACES.event);
  assert.equal(sealed["customerIndex"], await middleware.index("customerId", "c-1"));
});

test("an error shows the name of its class from the list, and nothing else", async () => {
  const stage = stageOf(testSealing({ errorNames: ["CardError"] }));
  const error = {
    name: "CardError",
    message: "declined for a@example.com",
    stack: "at pay",
    cause: { name: "Error", message: "4242" },
    data: { card: 4242 },
    noRetry: true,
  };
  const sealed = await stage.sealError(error, PLACES.functionError);
  const { data: _, ...inSight } = sealed;
  assert.deepEqual(inSight, { name: "CardError", message: SEALED_ERROR_MESSAGE, noRetry: true });
  assert.equal(isSealedError(sealed), true);
  assert.deepEqual(await stage.openError(sealed, PLACES.functionError), error);

  const unlisted = await stage.sealError(
    { name: "Error for a@example.com", message: "" },
    PLACES.functionError,
  );
  assert.equal(unlisted.name, "Error");
});

test("names are hidden when asked, equal names equally", () => {
  const hiding = stageOf(testSealing({ names: "keyed" }));
  const hidden = hiding.sealName("charge a@example.com", PLACES.metadata);
  assert.match(hidden, /^hfn_[\w-]{22}$/);
  assert.equal(hiding.sealName("charge a@example.com", PLACES.stepOutput), hidden);
  assert.notEqual(hiding.sealName("charge b@example.com", PLACES.metadata), hidden);
  assert.equal(stageOf(testSealing()).sealName("charge", PLACES.metadata), "charge");
});

test("no name leaves before the first key has come", async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const keys = { current: async () => answered.then(() => testKey()), find: () => null };
  const stage = stageOf(testSealing({ keys, names: "keyed" }));
  assert.throws(() => stage.sealName("charge", PLACES.metadata), {
    code: "seal_key_unavailable",
    noRetry: false,
  });
  answer();
  await stage.seal(1, AT);
  assert.match(stage.sealName("charge", PLACES.metadata), /^hfn_/);
});

test("nothing is sealed without a key, and a source that fails may answer later", async () => {
  const keys = staticKeys({ active: null, decryptOnly: [testKey()], revoked: [] });
  await assert.rejects(async () => stageOf(testSealing({ keys })).seal("canary", AT), {
    code: "seal_key_unavailable",
    noRetry: false,
  });
  const failing = {
    current: () => {
      throw new Error("token hunter2 expired");
    },
    find: async () => {
      throw new Error("token hunter2 expired");
    },
  };
  const stage = stageOf(testSealing({ keys: failing }));
  const sealed = await stageOf(testSealing()).seal("canary", AT);
  for (const act of [async () => stage.seal("canary", AT), async () => stage.open(sealed, AT)]) {
    await assert.rejects(
      act,
      refusal("seal_key_unavailable", { isRetriable: true, hidden: ["hunter2", "canary"] }),
    );
  }
});

test("values in clear pass until the day that was named", async () => {
  let now = Date.parse("2026-12-31T23:59:59Z");
  const world = { ...platformWorld, now: () => now };
  const keys = staticKeys({ active: testKey(), decryptOnly: [], revoked: [] });
  const stage = stageOf(sealing({ keys, acceptPlaintext: "2027-01-01" }, world));
  const error = { name: "Error", message: "m", stack: "s", data: 1 };
  assert.equal(await stage.open("plain", AT), "plain");
  assert.deepEqual(await stage.openData({ a: 1 }, PLACES.event), { data: { a: 1 } });
  assert.deepEqual(await stage.openError(error, PLACES.stepError), error);
  now += 1000;
  await assert.rejects(async () => stage.open("plain", AT), { code: "seal_missing" });
  await assert.rejects(async () => stage.openData({ a: 1 }, PLACES.event), { code: "seal_missing" });
});

test("a broken seal does not pass as a value in clear", async () => {
  const stage = stageOf(testSealing({ acceptPlaintext: true }));
  await assert.rejects(async () => stage.open({ __SEALED__: "hunter2" }, AT), { code: "seal_broken" });
});

test("an event about the time, which only the server sends, passes in clear", async () => {
  const stage = stageOf(testSealing());
  const timer = { ...PLACES.event, name: "inngest/scheduled.timer" };
  assert.deepEqual((await stage.openData({ cron: "0 * * * *" }, timer)).data, { cron: "0 * * * *" });
});

test("the published format opens only while values in clear pass, and only when its keys are given", async () => {
  const compatible = compatibleStage({ key: "shared" }, platformWorld);
  const sealed = await compatible.seal({ a: 1 }, AT);
  const data = await compatible.sealData({ encrypted: { a: 1 }, b: 2 }, PLACES.event);
  const published = { key: "shared" };
  const moving = stageOf(testSealing({ acceptPlaintext: true, published }));
  assert.deepEqual(await moving.open(sealed, AT), { a: 1 });
  assert.deepEqual((await moving.openData(data, PLACES.event)).data, { encrypted: { a: 1 }, b: 2 });
  for (const options of [{ published }, { acceptPlaintext: true } as const]) {
    await assert.rejects(async () => stageOf(testSealing(options)).open(sealed, AT), {
      code: "seal_format_refused",
    });
  }
});

test("a rerun takes its original's results when asked, and still no other step's", async () => {
  const stage = stageOf(testSealing({ acceptOriginalRuns: true }));
  const original = await stage.seal("approved", AT);
  const rerun = { ...AT, runId: "01RERUN" };
  assert.equal(await stage.open(original, rerun), "approved");
  await assert.rejects(async () => stage.open(original, { ...rerun, stepId: "s2" }), {
    code: "seal_misplaced",
  });
  const output = await stage.seal("shipped", PLACES.functionOutput);
  await assert.rejects(async () => stage.open(output, { ...PLACES.functionOutput, runId: "01RERUN" }), {
    code: "seal_misplaced",
  });
});

test("an event sealed with a public key opens where its name is listed, and nowhere else", async () => {
  const pair = await newKeyPair();
  const sender = createSealingSender({
    publicKey: pair.publicText(),
    environment: "production",
    clear: ["userId"],
  });
  const sealed = await sender.seal({
    name: "order/paid",
    id: "e-1",
    data: { userId: "u1", email: "a@example.com" },
  });
  assert.doesNotMatch(JSON.stringify(sealed), /example/);
  const receives = { keyPairs: [pair.text()], events: ["order/paid"] };
  const stage = stageOf(testSealing({ receives }));
  assert.deepEqual(await stage.openData(sealed, PLACES.event), {
    data: { userId: "u1", email: "a@example.com" },
  });

  const refund = { ...PLACES.event, name: "order/refunded" };
  await assert.rejects(async () => stage.openData(sealed, refund), { code: "seal_misplaced" });
  await assert.rejects(async () => stage.openData(sealed, { ...PLACES.event, environment: "staging" }), {
    code: "seal_misplaced",
  });
  await assert.rejects(async () => stage.openData({ ...sealed, userId: "u2" }, PLACES.event), {
    code: "seal_broken",
  });
  const unlisted = await sender.seal({ name: "order/refunded", id: "e-1", data: {} });
  await assert.rejects(async () => stage.openData(unlisted, refund), { code: "seal_format_refused" });
  await assert.rejects(async () => stageOf(testSealing()).openData(sealed, PLACES.event), {
    code: "seal_format_refused",
  });
  const another = { keyPairs: [(await newKeyPair()).text()], events: ["order/paid"] };
  await assert.rejects(
    async () => stageOf(testSealing({ receives: another })).openData(sealed, PLACES.event),
    {
      code: "seal_key_unknown",
    },
  );
});

test("a sender takes no other key than the one it knows by id", async () => {
  const [mine, theirs] = [await newKeyPair(), await newKeyPair()];
  assert.throws(
    () => createSealingSender({ publicKey: theirs.publicText(), keyId: mine.id, environment: "production" }),
    { code: "seal_key_invalid" },
  );
});

test("reseal() moves a value, data and an error to the active key, each at its place", async () => {
  const old = stageOf(testSealing({ clear: ["userId"] }));
  const replyTo = { runId: "01PARENT", stepId: "p1" };
  const keys = staticKeys({ active: testKey(8), decryptOnly: [testKey()], revoked: [] });
  const rotated = testSealing({ keys, clear: ["userId"] });
  const without = stageOf(
    testSealing({
      clear: ["userId"],
      keys: staticKeys({ active: testKey(8), decryptOnly: [], revoked: [] }),
    }),
  );

  const value = await rotated.reseal(await old.seal([1], AT), AT);
  assert.deepEqual(await without.open(value, AT), [1]);
  const data = stored(
    await rotated.reseal(
      {
        ...(await old.sealData({ userId: "u1", a: 1 }, PLACES.invokeInput, replyTo)),
        _inngest: { fn_id: "x" },
      },
      PLACES.invokeInput,
    ),
  );
  assert.deepEqual(await without.openData(data, PLACES.invokeInput), {
    data: { userId: "u1", a: 1, _inngest: { fn_id: "x" } },
    replyTo,
  });
  const thrown = { name: "TypeError", message: "declined" };
  const error = stored(await rotated.reseal(await old.sealError(thrown, PLACES.stepError), PLACES.stepError));
  assert.deepEqual(await without.openError(error, PLACES.stepError), thrown);

  await assert.rejects(rotated.reseal({ a: 1 }, AT), { code: "request_invalid" });
  await assert.rejects(rotated.reseal(await old.seal(1, { ...AT, stepId: "s2" }), AT), {
    code: "seal_misplaced",
  });
});

test("options that cannot be meant are refused", () => {
  for (const options of [
    { clear: ["__SEALED__"] },
    { clear: ["_inngest"] },
    { clear: ["a"], blind: { b: "a" } },
    { blind: { b: "__SEALED__" } },
    { errorNames: ["Error for a@example.com"] },
    { acceptPlaintext: "soon" },
    { acceptPlaintext: "" },
    { published: { key: "  " } },
  ]) {
    assert.throws(() => testSealing(options), { code: "config_invalid" }, JSON.stringify(options));
  }
  assert.throws(() => testSealing({ receives: { keyPairs: ["hunter2"], events: [] } }), {
    code: "seal_key_invalid",
  });
});

test("neither a key nor a value is in sight when sealing is printed", async () => {
  const middleware = testSealing();
  const stage = stageOf(middleware);
  await stage.seal("canary", AT);
  const secret = Buffer.from(testKey().reveal());
  for (const text of [
    inspect([middleware, stage], { depth: 9, showHidden: true }),
    JSON.stringify([middleware, stage]),
  ]) {
    assert.ok(
      !text.includes(secret.toString("base64url")) &&
        !text.includes("7, 7, 7, 7") &&
        !text.includes("canary"),
    );
  }
});
