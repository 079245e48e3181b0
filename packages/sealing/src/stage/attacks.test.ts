import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventData, PayloadPosition } from "holdfast";
import { compatibleStage } from "../compatible/compatible-sealing.ts";
import { staticKeys } from "../keys/key-ring.ts";
import { platformWorld } from "../platform/world.ts";
import type { PlaceName } from "../testing/places.ts";
import { PLACE_NAMES, PLACES } from "../testing/places.ts";
import { stageOf, testKey, testSealing } from "../testing/stage-of.ts";
import { SealingError } from "../sealing-error.ts";
import { refusal } from "../testing/refusal.ts";
import { stored } from "../testing/stored.ts";

/*
 * What somebody can do who may read and write everything the server stores, and has no key. Each attack is made on the
 * bound format, which must refuse it by name, and where the published format has such a value on that too, where it
 * succeeds: the page on sealing says so, and this holds the page to it.
 */

const stage = stageOf(testSealing({ clear: ["userId"] }));
const compatible = compatibleStage({ key: "shared" }, platformWorld);

const DATA = { userId: "u1", email: "a@example.com" };
const ERROR = { name: "TypeError", message: "declined", data: { card: 4242 } };

const DATA_KINDS: ReadonlySet<string> = new Set(["event", "invoke-input", "deferred-input"]);
const ERROR_KINDS: ReadonlySet<string> = new Set(["step-error", "function-error"]);

/** Seals something that fits the place. */
async function sealAt(at: PayloadPosition): Promise<unknown> {
  if (DATA_KINDS.has(at.kind)) return stage.sealData(DATA, at);
  return ERROR_KINDS.has(at.kind) ? stage.sealError(ERROR, at) : stage.seal("canary", at);
}

async function openAt(sealed: ReturnType<typeof stored>, at: PayloadPosition): Promise<unknown> {
  if (DATA_KINDS.has(at.kind)) return (await stage.openData(sealed, at)).data;
  return ERROR_KINDS.has(at.kind) ? stage.openError(sealed, at) : stage.open(sealed, at);
}

function refused(code: string, part?: string): (error: unknown) => true {
  const hidden = ["a@example.com", "declined", "4242", "canary"];
  return refusal(code, { hidden, ...(part === undefined ? {} : { part }) });
}

/** Changes to a place that make it another one, for each kind. Parts that a kind is not bound to are not named. */
const OTHER_PLACES: readonly (readonly [PlaceName, Partial<PayloadPosition>])[] = [
  ["event", { environment: "staging" }],
  ["event", { name: "order/refunded" }],
  ["event", { eventId: "e-2" }],
  ...(["stepInput", "stepOutput", "stepError"] as const).flatMap((name) =>
    [
      { environment: "staging" },
      { app: "bank" },
      { functionId: "refund" },
      { runId: "01OTHER" },
      { stepId: "s2" },
      { index: 1 },
    ].map((change) => [name, change] as const),
  ),
  ...(["functionOutput", "functionError"] as const).flatMap((name) =>
    [
      { environment: "staging" },
      { app: "bank" },
      { functionId: "refund" },
      { runId: "01OTHER" },
      { replyTo: { runId: "01RUN", stepId: "s1" } },
    ].map((change) => [name, change] as const),
  ),
  ...(["invokeInput", "deferredInput"] as const).flatMap((name) =>
    [{ environment: "staging" }, { app: "bank" }, { functionId: "refund" }].map(
      (change) => [name, change] as const,
    ),
  ),
  ...(["signal", "realtime"] as const).flatMap((name) =>
    [{ environment: "staging" }, { name: "approved/2" }].map((change) => [name, change] as const),
  ),
  ...(["endpointRequest", "endpointResponse"] as const).flatMap((name) =>
    [{ environment: "staging" }, { app: "bank" }, { functionId: "refund" }, { runId: "01OTHER" }].map(
      (change) => [name, change] as const,
    ),
  ),
  ["metadata", { environment: "staging" }],
  ["metadata", { runId: "01OTHER" }],
  ["metadata", { stepId: "s2" }],
  ["metadata", { index: 1 }],
];

test("a value at its own place opens, for each kind", async () => {
  for (const name of PLACE_NAMES) {
    const at = PLACES[name];
    const sealed = stored(await sealAt(at));
    const expected = DATA_KINDS.has(at.kind) ? DATA : ERROR_KINDS.has(at.kind) ? ERROR : "canary";
    assert.deepEqual(await openAt(sealed, at), expected, name);
  }
});

for (const [name, change] of OTHER_PLACES) {
  const [part = ""] = Object.keys(change);
  test(`the ${PLACES[name].kind} is refused at a place of another ${part}`, async () => {
    const at: PayloadPosition = PLACES[name];
    const sealed = await sealAt(at);
    await assert.rejects(openAt(sealed, { ...at, ...change }), refused("seal_misplaced", part));
    // The other way round too, but for what only one of the two sides knows.
    if (part === "replyTo") return;
    const other = await sealAt({ ...at, ...change });
    await assert.rejects(openAt(other, at), refused("seal_misplaced"));
  });
}

test("a value of one kind is refused as every other kind", async () => {
  for (const from of PLACE_NAMES) {
    for (const to of PLACE_NAMES) {
      if (from === to) continue;
      const sealed = stored(await sealAt(PLACES[from]));
      const text = sealed["__SEALED__"] ?? sealed.data["__SEALED__"];
      const isError = ERROR_KINDS.has(PLACES[to].kind);
      const moved = isError
        ? { name: "Error", message: "", data: { __SEALED__: text } }
        : { __SEALED__: text };
      await assert.rejects(openAt(moved, PLACES[to]), refused("seal_misplaced"), `${from} as ${to}`);
    }
  }
});

test("a forged position fails, though the reader expects it", async () => {
  const other = { ...PLACES.stepOutput, stepId: "s2" };
  const here = stored(await stage.seal(true, PLACES.stepOutput));
  const there = stored(await stage.seal(false, other));
  const [version, key, , sealed] = here["__SEALED__"].split(".");
  const [, , position] = there["__SEALED__"].split(".");
  const forged = { __SEALED__: [version, key, position, sealed].join(".") };
  await assert.rejects(async () => stage.open(forged, other), refused("seal_broken"));
});

test("a forged key id or version fails", async () => {
  const keys = staticKeys({ active: testKey(), decryptOnly: [testKey(8)], revoked: [] });
  const both = stageOf(testSealing({ keys }));
  const { __SEALED__: text } = stored(await both.seal(true, PLACES.stepOutput));
  const otherKey = { __SEALED__: text.replace(testKey().id, testKey(8).id) };
  await assert.rejects(async () => both.open(otherKey, PLACES.stepOutput), refused("seal_broken"));
  const otherVersion = { __SEALED__: text.replace("hf1.", "hf1h.") };
  await assert.rejects(
    async () => both.open(otherVersion, PLACES.stepOutput),
    refused("seal_format_refused"),
  );
});

test("the results of two steps, exchanged, are refused; in the published format they decide the other way", async () => {
  const other = { ...PLACES.stepOutput, stepId: "s2" };
  const [isPaid, isFraud] = [await stage.seal(true, PLACES.stepOutput), await stage.seal(false, other)];
  await assert.rejects(
    async () => stage.open(isFraud, PLACES.stepOutput),
    refused("seal_misplaced", "stepId"),
  );
  await assert.rejects(async () => stage.open(isPaid, other), refused("seal_misplaced", "stepId"));

  const [yes, no] = [compatible.seal(true, PLACES.stepOutput), compatible.seal(false, other)];
  assert.equal(await compatible.open(no, PLACES.stepOutput), false);
  assert.equal(await compatible.open(yes, other), true);
});

test("a result of an earlier run, played again, is refused; in the published format it is taken", async () => {
  const later = { ...PLACES.stepOutput, runId: "01LATER" };
  const earlier = await stage.seal("approved", PLACES.stepOutput);
  await assert.rejects(async () => stage.open(earlier, later), /It is of another run; a rerun/);
  assert.equal(await compatible.open(compatible.seal("approved", PLACES.stepOutput), later), "approved");
});

test("an event's data under another event's name is refused; in the published format it is taken", async () => {
  const refund = { ...PLACES.event, name: "order/refunded" };
  const data = await stage.sealData(DATA, PLACES.event);
  await assert.rejects(async () => stage.openData(data, refund), refused("seal_misplaced", "name"));

  const published = await compatible.sealData({ encrypted: { amount: 5 } }, PLACES.event);
  assert.deepEqual((await compatible.openData(published, refund)).data, { encrypted: { amount: 5 } });
});

test("a value of another environment is refused under one key; in the published format it is taken", async () => {
  const staging = stageOf(testSealing({ environment: "staging" }));
  const sealed = await staging.seal("test card", PLACES.stepOutput);
  await assert.rejects(
    async () => stage.open(sealed, PLACES.stepOutput),
    refused("seal_misplaced", "environment"),
  );
  assert.equal(
    await compatible.open(compatible.seal("test card", PLACES.stepOutput), PLACES.stepOutput),
    "test card",
  );
});

test("a plain value in the place of a sealed one is refused; in the published format it is taken", async () => {
  for (const forged of [true, null, undefined, 0, "approved", [], {}, { approved: true }]) {
    await assert.rejects(async () => stage.open(forged, PLACES.stepOutput), refused("seal_missing"));
    assert.equal(await compatible.open(forged, PLACES.stepOutput), forged);
  }
  for (const forged of [{}, { email: "b@example.com" }] as const) {
    await assert.rejects(async () => stage.openData(forged, PLACES.event), refused("seal_missing"));
    assert.deepEqual((await compatible.openData(forged, PLACES.event)).data, forged);
  }
});

test("a published envelope in the place of ours is refused, the older form first of all", async () => {
  const v0 = { __ENCRYPTED__: true, data: Buffer.from(`Salted__${"x".repeat(24)}`).toString("base64") };
  for (const forged of [compatible.seal(true, PLACES.stepOutput), v0]) {
    await assert.rejects(async () => stage.open(forged, PLACES.stepOutput), refused("seal_format_refused"));
  }
});

test("an envelope that is cut, lengthened or changed in one character is refused", async () => {
  const { __SEALED__: text } = stored(await stage.seal("approved", PLACES.stepOutput));
  for (let at = 0; at < text.length; at += 7) {
    const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    await assert.rejects(
      async () => stage.open({ __SEALED__: changed }, PLACES.stepOutput),
      (error) => error instanceof SealingError && /^seal_(broken|misplaced|key_unknown)$/.test(error.code),
      `character ${at}`,
    );
  }
  for (const value of [
    text.slice(0, -1),
    text.slice(0, -4),
    text.slice(0, 20),
    `${text}AAAA`,
    "",
    5,
    null,
    { text },
  ]) {
    await assert.rejects(
      async () => stage.open({ __SEALED__: value }, PLACES.stepOutput),
      refused("seal_broken"),
    );
  }
  await assert.rejects(
    async () => stage.open({ __SEALED__: text, more: 1 }, PLACES.stepOutput),
    refused("seal_broken"),
  );
});

test("a member in clear that is changed, added, taken away or moved is refused", async () => {
  const sealed = await stage.sealData(DATA, PLACES.event);
  const { userId: _, ...without } = sealed;
  const another = await stage.sealData({ userId: "u2" }, PLACES.event);
  const forgeries: readonly EventData[] = [
    { ...sealed, userId: "u2" },
    { ...sealed, isAdmin: true },
    without,
    { ...another, __SEALED__: sealed["__SEALED__"] },
  ];
  for (const forged of forgeries) {
    await assert.rejects(async () => stage.openData(forged, PLACES.event), refused("seal_broken"));
  }
  // The server's own member is bound to nothing: it is the server's word, and no part of what an app sent.
  assert.deepEqual((await stage.openData({ ...sealed, _inngest: { fn_id: "x" } }, PLACES.event)).data, {
    ...DATA,
    _inngest: { fn_id: "x" },
  });
});

test("the outcome of a run that was invoked opens for the step that invoked it, and for no other", async () => {
  const { runId: _, ...function_ } = PLACES.functionOutput;
  const mine = { ...function_, replyTo: { runId: "01PARENT", stepId: "p1" } };
  const outcome = await stage.seal("shipped", mine);
  assert.equal(await stage.open(outcome, mine), "shipped");
  for (const replyTo of [
    { runId: "01PARENT", stepId: "p2" },
    { runId: "01OTHER", stepId: "p1" },
  ]) {
    await assert.rejects(
      async () => stage.open(outcome, { ...mine, replyTo }),
      refused("seal_misplaced", "replyTo"),
    );
  }
  await assert.rejects(
    async () => stage.open(outcome, PLACES.functionOutput),
    refused("seal_misplaced", "runId"),
  );
  // A reader who names no run at all would take the outcome of any.
  await assert.rejects(async () => stage.open(outcome, function_), refused("seal_misplaced", "runId"));
});

test("an error in clear is the server's word: nothing of it passes for the app's own data", async () => {
  const forged = { ...ERROR, stack: "at x", cause: { name: "Error", message: "y" }, noRetry: true };
  assert.deepEqual(await stage.openError(forged, PLACES.stepError), {
    name: "TypeError",
    message: "declined",
    noRetry: true,
  });
});

test("an error whose name in sight was changed comes back as the one that was thrown", async () => {
  const sealed = await stage.sealError(ERROR, PLACES.stepError);
  assert.equal(sealed.name, "TypeError");
  assert.equal(
    (await stage.openError({ ...sealed, name: "NonRetriableError" }, PLACES.stepError)).name,
    "TypeError",
  );
});

test("what a revoked key sealed is refused, and so is what an unknown key sealed", async () => {
  const old = stageOf(
    testSealing({ keys: staticKeys({ active: testKey(8), decryptOnly: [], revoked: [] }) }),
  );
  const sealed = await old.seal(true, PLACES.stepOutput);
  await assert.rejects(async () => stage.open(sealed, PLACES.stepOutput), refused("seal_key_unknown"));
  const revoking = staticKeys({ active: testKey(), decryptOnly: [], revoked: [testKey(8).id] });
  const after = stageOf(testSealing({ keys: revoking }));
  await assert.rejects(async () => after.open(sealed, PLACES.stepOutput), refused("seal_key_revoked"));
});
