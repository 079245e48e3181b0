import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, HoldfastError } from "@holdfast/protocol";
import { nodeDigest, silentLog, systemRandom } from "#kernel";
import { createMemoryDisk } from "#store";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { masterKey, OPERATOR, vaultOf } from "../vault/testing/world.ts";
import { createKeys } from "./keyring.ts";
import type { SigningKeysDeps } from "./open-signing-keys.ts";
import { openSigningKeys } from "./open-signing-keys.ts";

const QUIET = 60_000;
const hex = (digit: string): string => `signkey-prod-${digit.repeat(64)}`;
const [A, B, C] = [hex("a"), hex("b"), hex("c")];

/** One environment's store, opened as often as a test likes: each time as a server that starts. */
function environment() {
  const disk = createMemoryDisk();
  const clock = manualClock(1_800_000_000_000);
  const open = async (configured: readonly string[], more: Partial<SigningKeysDeps> = {}) => {
    const { administration, audit } = disk.takeOver();
    const keys = await openSigningKeys({
      administration,
      vault: await vaultOf(administration, [masterKey(1)]),
      draft: (act) => ({ at: clock.now(), text: canonicalJson(act), openings: null }),
      environment: "prod",
      clock,
      random: systemRandom,
      digest: nodeDigest,
      log: silentLog,
      configured,
      quietMs: QUIET,
      apps: () => [{ name: "shop", url: "http://127.0.0.1:1/" }],
      ask: () => Promise.resolve({ error: "nobody is there" }),
      ...more,
    });
    const acts = async () => {
      const rows = await audit.entries({ after: 0, limit: 100 });
      return rows
        .map(({ text }) => JSON.parse(text) as { action: string; result: string })
        .filter(({ action }) => action.startsWith("signing_key."))
        .map(({ action, result }) => `${action} ${result}`);
    };
    return { keys, administration, acts };
  };
  return { clock, open };
}

const states = async (keys: Awaited<ReturnType<typeof openSigningKeys>>) =>
  (await keys.view()).keys.map(({ state }) => state).toSorted();

const fails = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof HoldfastError && error.code === code && words.test(error.message);

test("a rotation goes from the first key to the second, and each act counts from the next signature on", async () => {
  const { clock, open } = environment();
  const { acts, keys } = await open([A]);
  const { key, secret } = await keys.begin(OPERATOR);
  assert.ok(secret !== null);
  assert.deepEqual(keys.accepted(), [A, secret]);
  await assert.rejects(keys.promote(OPERATOR, null), fails("key_in_use", /"shop" has not shown/));
  keys.observe({ app: "shop", worker: null, keyId: key.id, how: "probe" });
  await keys.promote(OPERATOR, null);
  assert.deepEqual(keys.accepted(), [secret, A]);
  const oldId = (await keys.view()).keys.find(({ state }) => state === "retiring")?.id ?? "";
  await assert.rejects(keys.revoke(OPERATOR, oldId, null), fails("key_in_use", /signed calls until/));
  await clock.advance(QUIET);
  await keys.revoke(OPERATOR, oldId, null);
  assert.deepEqual(keys.accepted(), [secret]);
  assert.deepEqual(await acts(), [
    "signing_key.imported success",
    "signing_key.created success",
    "signing_key.activated success",
    "signing_key.revoke_refused denied",
    "signing_key.revoked success",
  ]);
});

test("A-096 no signing key stands in the store in the clear, and a revoked one not at all", async () => {
  const { open } = environment();
  const { administration, keys } = await open([A]);
  const { secret } = await keys.begin(OPERATOR);
  const bodies = async () => (await administration.records("signing-key")).map(({ body }) => body);
  for (const body of await bodies())
    for (const text of [A, secret ?? ""]) assert.ok(!body.includes(text.slice(-64)));
  const oldId = (await keys.view()).keys.find(({ state }) => state === "active")?.id ?? "";
  await keys.revoke(OPERATOR, oldId, "leaked");
  const old = (await bodies()).find((body) => body.includes('"revoked"')) ?? "";
  assert.equal((JSON.parse(old) as { sealed: string }).sealed, "");
});

test("A-099 a revoked key stays revoked when the settings name it again", async () => {
  const { open } = environment();
  const first = await open([A]);
  const { secret } = await first.keys.begin(OPERATOR);
  const oldId = (await first.keys.view()).keys.find(({ state }) => state === "active")?.id ?? "";
  await first.keys.revoke(OPERATOR, oldId, "leaked");
  const again = await open([A]);
  assert.deepEqual(again.keys.accepted(), [secret]);
  const otherwise = await open([A, secret ?? ""]);
  assert.deepEqual(otherwise.keys.accepted(), [secret]);
  assert.deepEqual(await states(otherwise.keys), ["active", "revoked"]);
});

test("A-099 settings that would have three keys accepted are refused, and change nothing", async () => {
  const { open } = environment();
  await assert.rejects(open([A, B, C]), fails("conflict", /3 would be accepted/));
  const { keys } = await open([A]);
  await keys.begin(OPERATOR, B);
  await assert.rejects(open([C, A]), fails("conflict", /3 would be accepted/));
  const after = await open([A]);
  assert.deepEqual(await states(after.keys), ["active", "pending"]);
});

test("A-099 the active key is revoked by force alone, and another one signs from then on", async () => {
  const { open } = environment();
  const { keys } = await open([A]);
  const id = (await keys.view()).keys[0]?.id ?? "";
  await assert.rejects(keys.revoke(OPERATOR, id, null), fails("key_in_use", /is the one that signs/));
  assert.deepEqual(keys.accepted(), [A]);
  await keys.revoke(OPERATOR, id, "leaked");
  assert.equal(keys.accepted().length, 1);
  assert.notEqual(keys.accepted()[0], A);
});

test("A-095 a key whose sealed text was moved to another record does not open", async () => {
  const { open } = environment();
  const { administration, keys } = await open([A]);
  await keys.begin(OPERATOR, B);
  const [one, other] = await administration.records("signing-key");
  assert.ok(one !== undefined && other !== undefined);
  const { sealed } = JSON.parse(other.body) as { sealed: string };
  const body = JSON.stringify({ ...(JSON.parse(one.body) as object), sealed });
  await administration.commit({
    changes: [{ kind: "signing-key", id: one.id, expectedRevision: one.revision, body }],
    audit: [{ at: 0, text: "{}", openings: null }],
  });
  await assert.rejects(open([A]), fails("secret_unreadable", /./));
});

test("what was seen before a restart counts after it", async () => {
  const { clock, open } = environment();
  const before = await open([A]);
  const { key } = await before.keys.begin(OPERATOR, B);
  before.keys.observe({ app: "shop", worker: null, keyId: key.id, how: "call" });
  await before.keys.close();
  await clock.advance(1);
  const after = await open([A]);
  assert.deepEqual(await states(after.keys), ["active", "pending"]);
  await after.keys.promote(OPERATOR, null);
  assert.deepEqual(after.keys.accepted(), [B, A]);
});

test("an app's answer under either accepted key is good during a rotation, and the verdict names the key", async () => {
  const { clock, open } = environment();
  const { keys } = await open([A]);
  const { key } = await keys.begin(OPERATOR, B);
  const server = createKeys({ signingKeys: keys.accepted(), eventKeys: [], digest: nodeDigest });
  const app = createKeys({ signingKeys: [B], eventKeys: [], digest: nodeDigest });
  const header = app.sign("{}", clock.now()) ?? undefined;
  assert.deepEqual(server.verifyAnswer(header, "{}", clock.now()), { ok: true, keyId: key.id });
});
