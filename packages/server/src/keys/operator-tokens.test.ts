import assert from "node:assert/strict";
import { test } from "node:test";
import type { Role } from "@holdfast/protocol";
import { canonicalJson, FULL_GRANT, makeToken } from "@holdfast/protocol";
import { nodeDigest, systemRandom } from "#kernel";
import { createMemoryDisk } from "#store";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import { OPERATOR } from "../vault/testing/world.ts";
import type { Holder } from "./administration.ts";
import { openOperatorTokens } from "./operator-tokens.ts";

const START = 1_800_000_000_000;
const DAY = 24 * 60 * 60 * 1000;
const bytes = (count: number) => systemRandom.bytes(count);
const CONFIGURED = makeToken("op", null, bytes);

function installation() {
  const store = createMemoryDisk().takeOver();
  const clock = manualClock(START);
  const open = (configured: readonly string[] = [CONFIGURED]) =>
    openOperatorTokens({
      administration: store.administration,
      draft: (act) => ({ at: clock.now(), text: canonicalJson(act), openings: null }),
      clock,
      random: systemRandom,
      digest: nodeDigest,
      configured,
    });
  const acts = async () =>
    (await store.audit.entries({ after: 0, limit: 100 })).map(({ text }) => {
      const { action, reason } = JSON.parse(text) as { action: string; reason: string | null };
      return [action, reason];
    });
  return { clock, open, acts, store };
}

const bearer = (token: string): string => `Bearer ${token}`;
const NEVER = { name: "Ana", expiresAt: null, grant: FULL_GRANT };
const OWNER: Holder = { authority: OPERATOR, grants: [FULL_GRANT] };
const holder = (role: Role, environments: readonly string[] | null = null): Holder => ({
  authority: OPERATOR,
  grants: [{ role, environments }],
});

test("a token opens as a bearer, in whatever case the word is, and as nothing else", async () => {
  const tokens = await installation().open();
  const name = "configured";
  for (const shown of [bearer(CONFIGURED), `bearer ${CONFIGURED}`, `BEARER   ${CONFIGURED}  `])
    assert.equal(tokens.check(shown)?.name, name, shown);
  for (const shown of [
    undefined,
    "",
    CONFIGURED,
    `Basic ${CONFIGURED}`,
    `Bearer${CONFIGURED}`,
    `Bearer ${CONFIGURED} x`,
    `x Bearer ${CONFIGURED}`,
    `${bearer(CONFIGURED)}x`,
    bearer(CONFIGURED.slice(0, -1)),
    bearer(makeToken("op", null, bytes)),
    bearer(makeToken("event", "production", bytes)),
  ])
    assert.equal(tokens.check(shown), null, shown);
});

test("only a hash is kept, and a token is shown once", async () => {
  const { open, store } = installation();
  const tokens = await open();
  const { id, secret } = await tokens.create(OWNER, NEVER);
  const stored = JSON.stringify(await store.administration.records("operator-token"));
  assert.ok(!stored.includes(secret) && stored.includes(nodeDigest.sha256Hex(secret)));
  const known = { id, name: "Ana", grant: FULL_GRANT };
  assert.deepEqual(tokens.check(bearer(secret)), known);
  assert.deepEqual((await open()).check(bearer(secret)), known);
});

test("a token ends at its instant, within a year, and not before it is made", async () => {
  const { clock, open } = installation();
  const tokens = await open();
  const { secret } = await tokens.create(OWNER, { name: "Ben", expiresAt: START + DAY, grant: FULL_GRANT });
  await clock.advance(DAY - 1);
  assert.ok(tokens.check(bearer(secret)));
  await clock.advance(1);
  assert.equal(tokens.check(bearer(secret)), null);
  const now = clock.now();
  for (const expiresAt of [now, now - 1, now + 366 * DAY + 1])
    await assert.rejects(tokens.create(OWNER, { name: "x", expiresAt, grant: FULL_GRANT }), {
      code: "request_invalid",
    });
  await tokens.create(OWNER, { name: "x", expiresAt: now + 366 * DAY, grant: FULL_GRANT });
});

test("a token's name can be read, and reads as what it is", async () => {
  const { acts, open } = installation();
  const tokens = await open();
  for (const name of ["", "  ", "x".repeat(101), "a\nb", "a\u202eb", "a\u0000"])
    await assert.rejects(tokens.create(OWNER, { ...NEVER, name }), { code: "request_invalid" });
  await tokens.create(OWNER, { ...NEVER, name: "x".repeat(100) });
  assert.equal((await acts()).length, 2);
});

test("the last token that is good cannot be revoked; with another one, it can, once", async () => {
  const { acts, clock, open } = installation();
  const tokens = await open();
  const [first] = await tokens.list();
  assert.ok(first !== undefined);
  await assert.rejects(tokens.revoke(OWNER, first.id, null), { code: "key_in_use" });
  await assert.rejects(tokens.revoke(OWNER, "nothing", null), { code: "not_found" });
  const short = await tokens.create(OWNER, { name: "short", expiresAt: START + DAY, grant: FULL_GRANT });
  await clock.advance(DAY);
  await assert.rejects(
    tokens.revoke(OWNER, first.id, null),
    { code: "key_in_use" },
    "an expired one is no other",
  );
  const { secret } = await tokens.create(OWNER, NEVER);
  await tokens.revoke(OWNER, first.id, "left");
  await tokens.revoke(OWNER, first.id, "again");
  assert.deepEqual([tokens.check(bearer(CONFIGURED)), tokens.check(bearer(short.secret))], [null, null]);
  assert.ok(tokens.check(bearer(secret)));
  assert.deepEqual(await acts(), [
    ["operator_token.created", null],
    ["operator_token.created", null],
    ["operator_token.created", null],
    ["operator_token.revoked", "left"],
  ]);
  const again = await open();
  assert.equal(again.check(bearer(CONFIGURED)), null, "settings do not bring it back");
});

test("A-051 a token that was seen in a URL is over, though it is the last one", async () => {
  const { acts, open } = installation();
  const tokens = await open();
  await tokens.leaked(makeToken("op", null, bytes), OPERATOR);
  await tokens.leaked("nonsense", OPERATOR);
  assert.equal((await acts()).length, 1);
  await tokens.leaked(CONFIGURED, OPERATOR);
  await tokens.leaked(CONFIGURED, OPERATOR);
  assert.equal(tokens.check(bearer(CONFIGURED)), null);
  assert.deepEqual((await acts()).slice(1), [["operator_token.leaked", "token_in_url"]]);
});

test("a configured token that was mistyped does not start, and is not quoted", async () => {
  const { open } = installation();
  for (const wrong of ["", "hf_op_short", CONFIGURED.slice(1), makeToken("event", "production", bytes)])
    await assert.rejects(open([wrong]), (error: Error & { code: string }) => {
      assert.equal(error.code, "key_invalid");
      assert.ok(wrong === "" || !error.message.includes(wrong));
      return true;
    });
});

test("when a token was used is noted to the minute, and outlives a restart", async () => {
  const { clock, open } = installation();
  const tokens = await open();
  const lastUsed = async (of: Awaited<ReturnType<typeof open>>) => (await of.list())[0]?.lastUsedAt;
  assert.equal(await lastUsed(tokens), null);
  tokens.check(bearer(CONFIGURED));
  await clock.advance(59_999);
  tokens.check(bearer(CONFIGURED));
  assert.equal(await lastUsed(tokens), START);
  await clock.advance(1);
  tokens.check(bearer(CONFIGURED));
  assert.equal(await lastUsed(tokens), START + 60_000);
  assert.equal(await lastUsed(await open()), START + 60_000);
});

test("a token that another hand changed meanwhile is not changed from what was known before", async () => {
  const { open } = installation();
  const one = await open();
  const { id } = await one.create(OWNER, NEVER);
  const late = await open();
  await one.revoke(OWNER, id, "first");
  await assert.rejects(late.revoke(OWNER, id, "second"), { code: "conflict" });
});

test("A-034 A-036 nobody hands on or ends more than he holds, and the last owner stays", async () => {
  const { open } = installation();
  const tokens = await open();
  const [first] = await tokens.list();
  const make = (by: Holder, role: Role, environments: readonly string[] | null = null) =>
    tokens.create(by, { name: role, expiresAt: null, grant: { role, environments } });
  const admin = holder("admin");
  for (const role of ["admin", "operator", "developer", "viewer", "auditor"] as const)
    await make(admin, role);
  await assert.rejects(make(admin, "owner"), { code: "forbidden" });
  await assert.rejects(make(holder("owner", ["staging"]), "viewer"), { code: "forbidden" });
  await make(holder("owner", ["staging"]), "viewer", ["staging"]);
  await assert.rejects(make(holder("viewer"), "auditor"), { code: "forbidden" });
  await assert.rejects(tokens.revoke(admin, first?.id ?? "", null), { code: "forbidden" });
  await assert.rejects(tokens.revoke(OWNER, first?.id ?? "", null), { code: "key_in_use" });
  const bound = await make(OWNER, "owner", ["staging"]);
  await assert.rejects(tokens.revoke(OWNER, first?.id ?? "", null), { code: "key_in_use" });
  await tokens.revoke(OWNER, bound.id, null);
  const viewer = await make(admin, "viewer");
  await tokens.revoke(admin, viewer.id, null);
  assert.equal(tokens.check(bearer(viewer.secret)), null);
});

test("a token of before there were roles may do everything, and who may what is in the log and outlives a restart", async () => {
  const { open, store } = installation();
  const tokens = await open();
  const { id, secret } = await tokens.create(OWNER, {
    name: "ci",
    expiresAt: null,
    grant: { role: "developer", environments: ["staging"] },
  });
  assert.deepEqual((await open()).check(bearer(secret))?.grant, {
    role: "developer",
    environments: ["staging"],
  });
  const made = (await store.audit.entries({ after: 0, limit: 100 })).at(-1)?.text ?? "";
  assert.deepEqual((JSON.parse(made) as { changes: unknown }).changes, {
    role: { from: null, to: "developer" },
    environments: { from: null, to: ["staging"] },
  });
  const record = (await store.administration.records("operator-token")).find((each) => each.id === id);
  const { grant: _, ...old } = JSON.parse(record?.body ?? "") as Record<string, unknown>;
  await store.administration.commit({
    changes: [{ kind: "operator-token", id, expectedRevision: 1, body: JSON.stringify(old) }],
    audit: [{ at: START, text: "{}", openings: null }],
  });
  const later = (await (await open()).list()).find((each) => each.id === id);
  assert.deepEqual(later?.grant, FULL_GRANT);
});
