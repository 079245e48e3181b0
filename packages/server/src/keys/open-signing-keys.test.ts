import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, HoldfastError, parseSigningKey } from "@holdfast/protocol";
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
    return { keys, administration, audit, acts };
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

const idOf = (text: string): string => parseSigningKey(text).keyId(nodeDigest);

/** What every key of an environment is, by its first letter. */
const described = async (keys: Awaited<ReturnType<typeof openSigningKeys>>) =>
  (await keys.view()).keys.map(
    ({ activatedAt, id, lastUsedAt, origin, retiringSince, revokedAt, state }) => ({
      id,
      origin,
      state,
      activatedAt,
      retiringSince,
      revokedAt,
      lastUsedAt,
    }),
  );

test("without any settings a key is made, once, and handed to whoever made the environment, once", async () => {
  const { clock, open } = environment();
  const { acts, keys } = await open([], { environment: "my-team" });
  const text = keys.takeMade();
  assert.match(text ?? "", /^signkey-my_team-[0-9a-f]{64}$/);
  assert.equal(keys.takeMade(), null);
  assert.deepEqual(keys.accepted(), [text]);
  assert.deepEqual(await described(keys), [
    {
      id: idOf(text ?? ""),
      origin: "made",
      state: "active",
      activatedAt: clock.now(),
      retiringSince: null,
      revokedAt: null,
      lastUsedAt: null,
    },
  ]);
  const again = await open([]);
  assert.deepEqual([again.keys.takeMade(), again.keys.accepted()], [null, [text]]);
  assert.equal((await acts()).length, 1);
});

test("the first key of the settings signs, the second is accepted; another order is another signer", async () => {
  const { clock, open } = environment();
  const first = await open([A, B]);
  assert.deepEqual(first.keys.accepted(), [A, B]);
  const [, second] = await described(first.keys);
  assert.deepEqual(
    [second?.state, second?.activatedAt, second?.retiringSince],
    ["retiring", null, clock.now()],
  );
  await clock.advance(1000);
  const turned = await open([B, A]);
  assert.deepEqual(turned.keys.accepted(), [B, A]);
  const byId = new Map((await described(turned.keys)).map((key) => [key.id, key]));
  assert.deepEqual(
    [byId.get(idOf(B))?.activatedAt, byId.get(idOf(B))?.retiringSince, byId.get(idOf(A))?.retiringSince],
    [clock.now(), null, clock.now()],
  );
  assert.deepEqual(await turned.acts(), [
    "signing_key.imported success",
    "signing_key.imported success",
    "signing_key.activated success",
  ]);
});

test("a key that was taken out of the settings is over; one that an operator made is not theirs to end", async () => {
  const { clock, open } = environment();
  await open([A, B]);
  await clock.advance(1000);
  const fewer = await open([B]);
  assert.deepEqual(fewer.keys.accepted(), [B]);
  const gone = (await described(fewer.keys)).find(({ id }) => id === idOf(A));
  assert.deepEqual([gone?.state, gone?.revokedAt], ["revoked", clock.now()]);
  const { secret } = await fewer.keys.begin(OPERATOR);
  const other = await open([C]);
  assert.deepEqual(other.keys.accepted(), [C, secret]);
});

test("settings that stay as they are leave standing what operators decided since", async () => {
  const { open } = environment();
  const first = await open([A]);
  await first.keys.begin(OPERATOR, B);
  await first.keys.promote(OPERATOR, "the old one leaked");
  const again = await open([A]);
  assert.deepEqual(again.keys.accepted(), [B, A]);
  const none = await open([]);
  assert.deepEqual(none.keys.accepted(), [B, A]);
});

test("a settings key that is revoked is warned of, and not accepted", async () => {
  const { open } = environment();
  const first = await open([A, B]);
  await first.keys.revoke(OPERATOR, idOf(A), "leaked");
  const warned: string[] = [];
  const log = { ...silentLog, warn: (_facts: object, words: string) => void warned.push(words) };
  const again = await open([A, B], { log });
  assert.deepEqual(again.keys.accepted(), [B]);
  assert.deepEqual(warned, ["a configured signing key is revoked, and is not accepted"]);
  await open([B], { log });
  assert.equal(warned.length, 1);
});

test("an imported key is not shown again, may be bare hex, and is taken once", async () => {
  const { open } = environment();
  const { acts, keys } = await open([A]);
  const bare = "d".repeat(64);
  const { key, secret } = await keys.begin(OPERATOR, bare);
  assert.deepEqual([key.origin, key.state, secret], ["imported", "pending", null]);
  assert.deepEqual(keys.accepted(), [A, bare]);
  assert.equal((await acts()).at(-1), "signing_key.imported success");
  await assert.rejects(keys.begin(OPERATOR), fails("conflict", /Cannot begin/));
  await keys.revoke(OPERATOR, key.id, "a mistake");
  await assert.rejects(keys.begin(OPERATOR, bare), fails("conflict", /already, as revoked/));
  await assert.rejects(keys.begin(OPERATOR, "no key"), { code: "key_invalid" });
});

test("a rotation that is under way says so, what it waits for, and when the old key may go", async () => {
  const { clock, open } = environment();
  const { keys } = await open([A], {
    apps: () => [
      { name: "shop", url: "http://127.0.0.1:1/" },
      { name: "cart", url: "http://127.0.0.1:2/" },
    ],
  });
  assert.deepEqual([keys.isRotating, (await keys.view()).waitingFor], [false, []]);
  keys.observe({ app: "shop", worker: "10.0.0.1", keyId: idOf(A), how: "call" });
  await clock.advance(1);
  keys.observe({ app: "shop", worker: "10.0.0.1", keyId: idOf(A), how: "sync" });
  const before = keys.version;
  const { key } = await keys.begin(OPERATOR, B);
  assert.ok(keys.isRotating && keys.version > before);
  const waiting = async () => (await keys.view()).waitingFor;
  assert.deepEqual(await waiting(), [
    { app: "shop", lastKeyId: idOf(A), lastAt: clock.now() },
    { app: "cart", lastKeyId: null, lastAt: null },
  ]);
  await clock.advance(1);
  for (const app of ["shop", "cart"]) keys.observe({ app, worker: null, keyId: key.id, how: "call" });
  assert.deepEqual(await waiting(), []);
  const view = await keys.view();
  assert.deepEqual(
    view.evidence.map(({ at }) => at),
    view.evidence.map(({ at }) => at).toSorted((one, two) => two - one),
  );
  assert.equal(view.keys.find(({ id }) => id === key.id)?.lastUsedAt, clock.now());
  await keys.promote(OPERATOR, null);
  assert.equal((await keys.view()).revocableAt, clock.now() + QUIET);
});

test("a question to an app is evidence of what it has, and no use of a key", async () => {
  const { open } = environment();
  const asked: string[] = [];
  const { keys } = await open([A], {
    apps: () => [
      { name: "shop", url: "http://127.0.0.1:1/" },
      { name: "mute", url: "http://127.0.0.1:2/" },
      { name: "none", url: "http://127.0.0.1:3/" },
    ],
    ask(url) {
      asked.push(url);
      if (url.endsWith(":2/")) return Promise.resolve({ error: "it answered 500" });
      return Promise.resolve({ keyIds: url.endsWith(":1/") ? [idOf(B), idOf(A)] : [] });
    },
  });
  await keys.begin(OPERATOR, B);
  assert.deepEqual(await keys.probe(), [
    { app: "shop", keyId: idOf(B), error: null },
    { app: "mute", keyId: null, error: "it answered 500" },
    { app: "none", keyId: null, error: null },
  ]);
  assert.equal(asked.length, 3);
  const view = await keys.view();
  assert.deepEqual(
    view.waitingFor.map(({ app }) => app),
    ["mute", "none"],
  );
  assert.ok(view.keys.every(({ lastUsedAt }) => lastUsedAt === null));
});

test("a step back lets the old key sign again, and is in the log with its reason", async () => {
  const { open } = environment();
  const { acts, keys } = await open([A]);
  await keys.begin(OPERATOR, B);
  await assert.rejects(keys.stepBack(OPERATOR, "too early"), { code: "conflict" });
  await keys.promote(OPERATOR, "in a hurry");
  await keys.stepBack(OPERATOR, "an app broke");
  assert.deepEqual(keys.accepted(), [A, B]);
  assert.equal((await acts()).at(-1), "signing_key.stepped_back success");
});

test("whom a forced end cuts off stands in the log, and what was made in its place is in the answer", async () => {
  const { open } = environment();
  const { audit, keys } = await open([A]);
  keys.observe({ app: "shop", worker: null, keyId: idOf(A), how: "call" });
  keys.observe({ app: "shop", worker: null, keyId: idOf(A), how: "sync" });
  keys.observe({ app: "cart", worker: null, keyId: idOf(B), how: "call" });
  const { secret = "" } = await keys.revoke(OPERATOR, idOf(A), "leaked");
  assert.deepEqual(keys.accepted(), [secret]);
  const rows = await audit.newest({ before: null, limit: 2 });
  const [made, revoked] = rows.map(
    ({ text }) =>
      JSON.parse(text) as { action: string; reason: string; targets: { id: string }[]; changes: object },
  );
  assert.deepEqual(
    [revoked?.action, revoked?.reason, revoked?.changes],
    ["signing_key.revoked", "leaked", { apps_cut_off: { from: null, to: ["shop"] } }],
  );
  assert.deepEqual([made?.action, made?.targets[0]?.id], ["signing_key.created", idOf(secret)]);
  const gone = (await described(keys)).find(({ id }) => id === idOf(A));
  assert.deepEqual([gone?.state, gone?.revokedAt !== null, gone?.retiringSince], ["revoked", true, null]);
  await assert.rejects(keys.revoke(OPERATOR, "0123456789ab", "x"), { code: "not_found" });
});

test("two who change a key at once: the second is told, and changes nothing", async () => {
  const { open } = environment();
  const first = await open([A]);
  const { administration } = first;
  const late = await openSigningKeys({
    administration,
    vault: await vaultOf(administration, [masterKey(1)]),
    draft: (act) => ({ at: 0, text: canonicalJson(act), openings: null }),
    environment: "prod",
    clock: manualClock(0),
    random: systemRandom,
    digest: nodeDigest,
    log: silentLog,
    configured: [A],
    quietMs: QUIET,
    apps: () => [],
    ask: () => Promise.resolve({ error: "nobody" }),
  });
  await first.keys.begin(OPERATOR, B);
  await first.keys.promote(OPERATOR, "now");
  await assert.rejects(late.revoke(OPERATOR, idOf(A), "late"), fails("conflict", /changed meanwhile/));
  assert.deepEqual(late.accepted(), [A]);
});
