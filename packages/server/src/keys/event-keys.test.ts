import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, TOKEN_PATTERN } from "@holdfast/protocol";
import { nodeDigest, systemRandom } from "#kernel";
import { createMemoryDisk } from "#store";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { OPERATOR } from "../vault/testing/world.ts";
import { NO_RULES, openEventKeys } from "./event-keys.ts";

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const IMPORTED = "an-imported-key-of-24-ch";

/** One environment's store, opened as often as a test likes: each time as a server that starts. */
function environment() {
  const disk = createMemoryDisk();
  const clock = manualClock(START);
  const store = disk.takeOver();
  const open = (configured: readonly string[] = []) =>
    openEventKeys({
      administration: store.administration,
      environment: "production",
      draft: (act) => ({ at: clock.now(), text: canonicalJson(act), openings: null }),
      clock,
      random: systemRandom,
      digest: nodeDigest,
      configured,
    });
  const acts = async () =>
    (await store.audit.entries({ after: 0, limit: 100 })).map(
      ({ text }) =>
        JSON.parse(text) as { action: string; reason: string | null; changes: Record<string, unknown> },
    );
  return { clock, open, acts, store };
}

type Keys = Awaited<ReturnType<ReturnType<typeof environment>["open"]>>;

const invalid = { code: "request_invalid" };
const use = (key: string, address: string | null = "203.0.113.7", origin: string | null = null) => ({
  key,
  address,
  origin,
});
const verdict = (keys: Keys, key: string, address?: string | null, origin?: string | null) => {
  const found = keys.check(use(key, address, origin));
  return found.ok ? "ok" : found.reason;
};

async function made(keys: Keys, more: Partial<Parameters<Keys["create"]>[1]> = {}) {
  const { key, secret } = await keys.create(OPERATOR, {
    name: "shop",
    rules: NO_RULES,
    expiresAt: null,
    ...more,
  });
  return { id: key.id, view: key, secret: secret ?? more.imported ?? "" };
}

test("a key that was made is known by its form, shown once, and kept as a hash", async () => {
  const { open, store } = environment();
  const keys = await open();
  const { id, secret, view } = await made(keys);
  assert.match(secret, TOKEN_PATTERN);
  assert.equal(verdict(keys, secret), "ok");
  assert.equal(keys.check(use(secret)).ok && id.length, 12);
  assert.deepEqual([view.origin, view.createdBy, view.createdAt], ["made", OPERATOR.actor.id, START]);
  const stored = JSON.stringify(await store.administration.records("event-key"));
  assert.ok(!stored.includes(secret) && stored.includes(nodeDigest.sha256Hex(secret)));
});

test("no key, an unknown, a revoked and an expired one are refused; the last three look the same", async () => {
  const { clock, open } = environment();
  const keys = await open();
  const revoked = await made(keys);
  const ends = await made(keys, { expiresAt: START + MINUTE });
  await keys.revoke(OPERATOR, revoked.id, "leaked");
  assert.deepEqual(
    ["", "unknown-key-of-16-c", revoked.secret].map((key) => verdict(keys, key)),
    ["missing", "unknown", "unknown"],
  );
  await clock.advance(MINUTE - 1);
  assert.equal(verdict(keys, ends.secret), "ok");
  await clock.advance(1);
  assert.equal(verdict(keys, ends.secret), "unknown");
});

test("addresses: exact ones, ranges of both families, IPv4 on a socket of IPv6, and nobody from nowhere", async () => {
  const keys = await environment().open();
  const allowAddresses = ["203.0.113.0/24", "2001:db8::/32", "198.51.100.9"];
  const { secret } = await made(keys, { rules: { ...NO_RULES, allowAddresses } });
  const at = (address: string | null) => verdict(keys, secret, address);
  for (const address of [
    "203.0.113.255",
    "::ffff:203.0.113.1",
    "::FFFF:203.0.113.1",
    "2001:db8:1::1",
    "198.51.100.9",
  ])
    assert.equal(at(address), "ok", address);
  for (const address of [
    "203.0.114.1",
    "2001:db9::1",
    "198.51.100.8",
    "::ffff:198.51.100.8",
    "",
    "nonsense",
    null,
  ])
    assert.equal(at(address), "address", String(address));
});

test("entries that are no addresses are refused, whatever is odd about them, and nothing is kept of them", async () => {
  const { acts, open } = environment();
  const keys = await open();
  for (const entry of [
    "203.0.113.0/33",
    "2001:db8::/129",
    "203.0.113.0/",
    "203.0.113.0/8/8",
    "203.0.113.0/x",
    "host",
    "203.0.113.0/-1",
    "",
  ])
    await assert.rejects(made(keys, { rules: { ...NO_RULES, allowAddresses: [entry] } }), invalid, entry);
  assert.deepEqual([await keys.list(), await acts()], [[], []]);
  const whole = await made(keys, { rules: { ...NO_RULES, allowAddresses: ["0.0.0.0/0", "::/0"] } });
  assert.deepEqual(
    ["203.0.113.7", "2001:db8::1"].map((address) => verdict(keys, whole.secret, address)),
    ["ok", "ok"],
  );
});

test("origins: a page of a listed one is answered and may read it; no page is no origin", async () => {
  const keys = await environment().open();
  const listed = "https://shop.example.org";
  const { secret } = await made(keys, { rules: { ...NO_RULES, allowOrigins: [listed] } });
  const open = await made(keys);
  const cors = (key: string, origin: string | null) => {
    const found = keys.check(use(key, null, origin));
    return found.ok ? found.corsOrigin : found.reason;
  };
  assert.deepEqual([cors(secret, listed), cors(secret, null)], [listed, null]);
  for (const origin of ["https://evil.example", `${listed}.evil.example`, "http://shop.example.org", "null"])
    assert.equal(cors(secret, origin), "origin", origin);
  assert.deepEqual(
    [cors(open.secret, "https://any.example"), cors(open.secret, null)],
    ["https://any.example", null],
  );
  for (const origin of ["shop.example.org", `${listed}/path`, "https://", ""])
    await assert.rejects(made(keys, { rules: { ...NO_RULES, allowOrigins: [origin] } }), invalid, origin);
});

test("names: what is allowed, without what is denied", async () => {
  const keys = await environment().open();
  const rules = { ...NO_RULES, allowNames: ["order/*"], denyNames: ["order/secret*"] };
  const found = keys.check(use((await made(keys, { rules })).secret));
  assert.ok(found.ok);
  assert.deepEqual(
    ["order/paid", "order/secret", "order/secrets/x", "cart/paid"].map((name) => found.mayName(name)),
    [true, false, false, false],
  );
  const denying = keys.check(use((await made(keys, { rules: { ...NO_RULES, denyNames: ["a"] } })).secret));
  assert.ok(denying.ok);
  assert.deepEqual([denying.mayName("a"), denying.mayName("b")], [false, true]);
});

test("a rate holds over all requests of a key, and not for its neighbours", async () => {
  const keys = await environment().open();
  const { secret } = await made(keys, { rules: { ...NO_RULES, eventsPerSecond: 10 } });
  const other = await made(keys);
  const take = (key: string, count: number, at: number) => {
    const found = keys.check(use(key));
    assert.ok(found.ok);
    return found.take(count, at);
  };
  assert.deepEqual([take(secret, 8, 0), take(secret, 8, 0) > 0, take(secret, 8, 600)], [0, true, 0]);
  assert.equal(take(other.secret, 5000, 0), 0);
});

test("bad names, expiries, rates and empty lists are refused, and nothing is made", async () => {
  const { clock, open } = environment();
  const keys = await open();
  for (const name of ["", " ", "x".repeat(101), "a\nb", "a\u0000", "a\u202eb"])
    await assert.rejects(made(keys, { name }), invalid, JSON.stringify(name));
  for (const expiresAt of [START, START - 1]) await assert.rejects(made(keys, { expiresAt }), invalid);
  for (const eventsPerSecond of [0, -1, 1.5, 1_000_001, Number.NaN])
    await assert.rejects(made(keys, { rules: { ...NO_RULES, eventsPerSecond } }), invalid);
  for (const list of ["allowNames", "allowAddresses", "allowOrigins"])
    await assert.rejects(made(keys, { rules: { ...NO_RULES, [list]: [] } }), invalid, list);
  for (const pattern of ["", "a**b", "a\u0007", "x".repeat(513)]) {
    await assert.rejects(made(keys, { rules: { ...NO_RULES, allowNames: [pattern] } }), invalid);
    await assert.rejects(made(keys, { rules: { ...NO_RULES, denyNames: [pattern] } }), invalid);
  }
  const many = Array.from({ length: 201 }, (_, index) => `n${index}`);
  await assert.rejects(made(keys, { rules: { ...NO_RULES, allowNames: many } }), invalid);
  assert.deepEqual(await keys.list(), []);
  const edges = { eventsPerSecond: 1_000_000, allowNames: many.slice(1), denyNames: ["x".repeat(512)] };
  await made(keys, { name: "x".repeat(100), expiresAt: START + 1, rules: { ...NO_RULES, ...edges } });
  await clock.advance(0);
  assert.equal((await keys.list()).length, 1);
});

test("a key that exists already is taken in by its text, of which it must be possible to make a path", async () => {
  const { acts, open } = environment();
  const keys = await open();
  const { key, secret } = await keys.create(OPERATOR, {
    name: "old",
    rules: NO_RULES,
    expiresAt: null,
    imported: IMPORTED,
  });
  assert.deepEqual([key.origin, secret, verdict(keys, IMPORTED)], ["imported", null, "ok"]);
  await assert.rejects(made(keys, { imported: IMPORTED }), { code: "conflict" });
  for (const imported of [
    "x".repeat(15),
    "with a space in it",
    "with/slash-in-it-x",
    "percent%20percent%20",
    "émile-émile-émile",
  ])
    await assert.rejects(made(keys, { imported }), { code: "key_invalid" }, imported);
  assert.equal((await made(keys, { imported: "x".repeat(16) })).view.origin, "imported");
  assert.deepEqual(
    (await acts()).map(({ action }) => action),
    ["event_key.imported", "event_key.imported"],
  );
});

test("a change says in the log what it changes, and keeps what it does not name", async () => {
  const { acts, clock, open } = environment();
  const keys = await open();
  const { id, secret } = await made(keys, { expiresAt: START + MINUTE });
  const rules = { ...NO_RULES, eventsPerSecond: 5 };
  const changed = await keys.change(OPERATOR, id, { rules });
  assert.deepEqual([changed.name, changed.expiresAt, changed.rules], ["shop", START + MINUTE, rules]);
  assert.deepEqual((await acts()).at(-1)?.changes, {
    eventsPerSecond: { from: null, to: 5 },
    expires_at: { from: START + MINUTE, to: START + MINUTE },
  });
  const forEver = await keys.change(OPERATOR, id, { name: "web", expiresAt: null });
  assert.deepEqual([forEver.name, forEver.expiresAt, forEver.rules], ["web", null, rules]);
  await clock.advance(2 * MINUTE);
  assert.equal(verdict(keys, secret), "ok");
  await assert.rejects(keys.change(OPERATOR, id, { name: "" }), invalid);
  await assert.rejects(keys.change(OPERATOR, id, { expiresAt: START }), invalid);
  await assert.rejects(keys.change(OPERATOR, id, { rules: { ...NO_RULES, allowNames: [] } }), invalid);
  await assert.rejects(keys.change(OPERATOR, "nothing", { name: "a" }), { code: "not_found" });
});

test("a revoked key stays so: it is changed by nobody, and revoking it again is no act", async () => {
  const { acts, open } = environment();
  const keys = await open();
  const { id } = await made(keys);
  const once = await keys.revoke(OPERATOR, id, "leaked");
  assert.equal(once.revokedAt, START);
  assert.deepEqual(await keys.revoke(OPERATOR, id, "again"), once);
  await assert.rejects(keys.change(OPERATOR, id, { name: "b" }), { code: "conflict" });
  await assert.rejects(keys.revoke(OPERATOR, "nothing", null), { code: "not_found" });
  assert.deepEqual(
    (await acts()).map(({ action, reason }) => [action, reason]),
    [
      ["event_key.created", null],
      ["event_key.revoked", "leaked"],
    ],
  );
});

test("a key that another hand changed meanwhile is not changed from what was known before", async () => {
  const { open } = environment();
  const [one, other] = [await open(), await open()];
  const { id } = await made(one);
  const late = await open();
  await one.change(OPERATOR, id, { name: "first" });
  await assert.rejects(late.change(OPERATOR, id, { name: "second" }), { code: "conflict" });
  await assert.rejects(other.change(OPERATOR, id, { name: "third" }), { code: "not_found" });
  assert.equal((await (await open()).list())[0]?.name, "first");
});

test("keys of the settings are taken in once, and end when they are taken out of them", async () => {
  const { acts, open } = environment();
  await assert.rejects(open([""]), { code: "key_invalid" });
  const keys = await open([IMPORTED, "second-configured-key"]);
  assert.deepEqual(
    (await keys.list()).map(({ origin }) => origin),
    ["configured", "configured"],
  );
  await open([IMPORTED, "second-configured-key"]);
  assert.equal((await acts()).length, 2);
  const none = await open([]);
  assert.equal(verdict(none, "second-configured-key"), "ok", "no settings say nothing");
  const fewer = await open([IMPORTED]);
  assert.deepEqual([verdict(fewer, IMPORTED), verdict(fewer, "second-configured-key")], ["ok", "unknown"]);
  assert.equal((await acts()).at(-1)?.reason, "taken out of the settings");
  const again = await open([IMPORTED, "second-configured-key"]);
  assert.equal(verdict(again, "second-configured-key"), "unknown", "one that was revoked stays revoked");
  const { secret } = await made(again);
  assert.equal(verdict(await open([IMPORTED]), secret), "ok", "one that was made is nobody's to take out");
});

test("when and from where a key was used is noted to the minute, and outlives a restart", async () => {
  const { clock, open, store } = environment();
  const keys = await open();
  const { id, secret } = await made(keys);
  const lastUsed = async (of: Keys) => (await of.list()).find((key) => key.id === id)?.lastUsed;
  assert.equal(await lastUsed(keys), null);
  verdict(keys, secret, "203.0.113.7");
  await clock.advance(MINUTE - 1);
  verdict(keys, secret, "203.0.113.8");
  assert.deepEqual(await lastUsed(keys), { at: START, address: "203.0.113.7" });
  await clock.advance(1);
  verdict(keys, secret, "203.0.113.9");
  assert.deepEqual(await lastUsed(keys), { at: START + MINUTE, address: "203.0.113.9" });
  await keys.change(OPERATOR, id, { name: "other" });
  assert.deepEqual(await lastUsed(keys), { at: START + MINUTE, address: "203.0.113.9" });
  await store.administration.records("key-use");
  assert.deepEqual(await lastUsed(await open()), { at: START + MINUTE, address: "203.0.113.9" });
});
