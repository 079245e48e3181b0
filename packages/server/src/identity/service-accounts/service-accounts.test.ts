import assert from "node:assert/strict";
import { test } from "node:test";
import { FULL_GRANT } from "@holdfast/protocol";
import type { Holder } from "../contract.ts";
import { HOLDER, testInstallation } from "../testing/installation.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DEVELOPER = { role: "developer", environments: ["staging"] } as const;
/** An admin of one environment alone. */
const OF_STAGING: Holder = { ...HOLDER, grants: [{ role: "admin", environments: ["staging"] }] };

async function stage() {
  const installation = await testInstallation();
  const { clock, identity } = installation;
  const accounts = identity.serviceAccounts;
  const id = await accounts.create(HOLDER, { name: "deploys", grant: DEVELOPER });
  const make = (more: Partial<Parameters<typeof accounts.makeToken>[2]> = {}, by = HOLDER, account = id) =>
    accounts.makeToken(by, account, {
      name: "ci",
      expiresAt: clock.now() + 30 * DAY,
      scopes: null,
      addresses: null,
      ...more,
    });
  const who = (secret: string, address = "203.0.113.7") =>
    accounts.check(`Bearer ${secret}`, address)?.name ?? null;
  return { ...installation, accounts, id, make, who };
}

test("a token is good for what its account holds, and says which token it was", async () => {
  const { accounts, id, make } = await stage();
  const { id: tokenId, secret } = await make({ scopes: ["runs.read"] });
  assert.deepEqual(accounts.check(`bearer  ${secret} `, "203.0.113.7"), {
    id,
    name: "deploys",
    tokenId,
    grants: [DEVELOPER],
    scopes: ["runs.read"],
  });
  for (const shown of [undefined, "", secret, `Basic ${secret}`, `Bearer ${secret.slice(0, -1)}`, "Bearer x"])
    assert.equal(accounts.check(shown, "203.0.113.7"), null);
});

test("a token with networks is good from there alone", async () => {
  const { make, who } = await stage();
  const { secret } = await make({ addresses: ["203.0.113.0/24", "2001:db8::/32"] });
  assert.equal(who(secret, "203.0.113.7"), "deploys");
  assert.equal(who(secret, "2001:db8::7"), "deploys");
  assert.equal(who(secret, "203.0.114.7"), null);
  assert.equal(who(secret, "::1"), null);
  await assert.rejects(make({ addresses: ["the office"] }), { code: "request_invalid" });
});

test("a token is over to the millisecond when it expires, is revoked, stood in a URL, or its account is gone", async () => {
  const { accounts, clock, id, make, who } = await stage();
  const brief = await make({ expiresAt: clock.now() + MINUTE });
  await clock.advance(MINUTE - 1);
  assert.equal(who(brief.secret), "deploys");
  await clock.advance(1);
  assert.equal(who(brief.secret), null);

  const [revoked, leaked, other] = [await make(), await make(), await make()];
  await accounts.revokeToken(HOLDER, id, revoked.id, "left");
  await accounts.leaked(leaked.secret, HOLDER.authority);
  await accounts.leaked("nothing that is one", HOLDER.authority);
  assert.deepEqual([who(revoked.secret), who(leaked.secret), who(other.secret)], [null, null, "deploys"]);
  await accounts.remove(HOLDER, id);
  assert.equal(who(other.secret), null);
  assert.deepEqual(accounts.list(), []);
  await assert.rejects(make(), { code: "not_found" });
});

test("a token lives for a year at most, and does not end before it begins", async () => {
  const { clock, make } = await stage();
  const now = clock.now();
  await make({ expiresAt: now + 366 * DAY });
  await make({ expiresAt: now + 1 });
  for (const expiresAt of [now, now - 1, now + 366 * DAY + 1])
    await assert.rejects(make({ expiresAt }), { code: "request_invalid" });
  await assert.rejects(make({ scopes: ["runs.read", "everything"] }), /no permission "everything"/);
});

test("A-011 nobody makes an account that may more than he, nor decides about one", async () => {
  const { accounts, id, make, who } = await stage();
  await accounts.create(OF_STAGING, { name: "theirs", grant: DEVELOPER });
  for (const grant of [
    FULL_GRANT,
    { role: "developer", environments: null },
    { role: "owner", environments: ["staging"] },
  ] as const)
    await assert.rejects(accounts.create(OF_STAGING, { name: "more", grant }), { code: "forbidden" });
  const all = await accounts.create(HOLDER, { name: "all", grant: FULL_GRANT });
  const token = await make({}, HOLDER, all);
  await assert.rejects(make({}, OF_STAGING, all), { code: "forbidden" });
  await assert.rejects(accounts.revokeToken(OF_STAGING, all, token.id, null), { code: "forbidden" });
  await assert.rejects(accounts.remove(OF_STAGING, all), { code: "forbidden" });
  assert.equal(who(token.secret), "all");
  await make({}, OF_STAGING, id);
});

test("a token is revoked by the account that has it, and by no other", async () => {
  const { accounts, id, make, who } = await stage();
  const other = await accounts.create(HOLDER, { name: "other", grant: DEVELOPER });
  const token = await make();
  await assert.rejects(accounts.revokeToken(HOLDER, other, token.id, null), { code: "not_found" });
  await assert.rejects(accounts.revokeToken(HOLDER, id, "none", null), { code: "not_found" });
  assert.equal(who(token.secret), "deploys");
});

test("each account is shown with its own tokens, without their hashes, and when they were used: once a minute, restarts or not", async () => {
  const { accounts, clock, id, make, reopen, who } = await stage();
  const other = await accounts.create(HOLDER, { name: "other", grant: DEVELOPER });
  const token = await make();
  const tokens = (from = accounts) => from.list().find((each) => each.id === id)?.tokens ?? [];
  assert.deepEqual(
    tokens().map(({ id: each, lastUsedAt }) => [each, lastUsedAt]),
    [[token.id, null]],
  );
  assert.ok(!JSON.stringify(accounts.list()).includes("hash"));
  assert.deepEqual(accounts.list().find((each) => each.id === other)?.tokens, []);
  const first = clock.now();
  who(token.secret);
  await clock.advance(MINUTE - 1);
  who(token.secret);
  assert.equal(tokens()[0]?.lastUsedAt, first);
  await clock.advance(1);
  who(token.secret);
  assert.equal(tokens()[0]?.lastUsedAt, first + MINUTE);
  assert.equal(tokens((await reopen()).serviceAccounts)[0]?.lastUsedAt, first + MINUTE);
});
