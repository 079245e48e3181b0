import assert from "node:assert/strict";
import { test } from "node:test";
import { FROM, HOLDER, PASSWORD, START, testInstallation } from "../testing/installation.ts";

const HOUR = 60 * 60 * 1000;
const MINUTE = 60 * 1000;

const signIn = {
  email: "ana@example.com",
  password: PASSWORD,
  emergencyCode: null,
  proof: null,
  instead: null,
};

test("A-018 a session that nobody used for twelve hours is over, and one in use lasts a week", async () => {
  const { clock, identity, owner } = await testInstallation();
  const { secret } = await owner();
  await clock.advance(12 * HOUR - 1);
  assert.notEqual(identity.sessions.check(secret), null);
  await clock.advance(12 * HOUR);
  assert.equal(identity.sessions.check(secret), null, "idle for twelve hours since it was used");

  const second = await identity.signIn.withPassword(signIn, FROM);
  assert.equal(second.kind, "signed-in");
  if (second.kind !== "signed-in") return;
  for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
    await clock.advance(6 * HOUR);
    assert.notEqual(identity.sessions.check(second.begun.secret), null, `after ${hours + 6} hours`);
  }
  await clock.advance(6 * HOUR);
  assert.equal(identity.sessions.check(second.begun.secret), null);
});

test("when a session was last used is known after a restart", async () => {
  const { clock, identity, owner, reopen } = await testInstallation();
  const { secret } = await owner();
  await clock.advance(11 * HOUR);
  identity.sessions.check(secret);
  await clock.advance(2 * HOUR);
  const again = await reopen();
  assert.notEqual(again.sessions.check(secret), null);
  await clock.advance(12 * HOUR);
  assert.equal((await reopen()).sessions.check(secret), null);
});

test("what asks for it again is allowed for ten minutes after a sign-in, and after a renewal", async () => {
  const { clock, identity, owner } = await testInstallation();
  const { secret } = await owner();
  await clock.advance(10 * MINUTE - 1);
  assert.equal(identity.sessions.check(secret)?.isFresh, true);
  await clock.advance(1);
  assert.equal(identity.sessions.check(secret)?.isFresh, false);
  const renewed = await identity.sessions.renew(secret, "password", false, FROM);
  assert.equal(renewed.signedIn.isFresh, true);
  assert.equal(identity.sessions.check(secret), null, "the secret of before is over");
  assert.equal(renewed.signedIn.session.expiresAt, START + 7 * 24 * HOUR, "it lasts no longer than before");
});

test("nothing but the whole secret opens a session, and the hash that is stored opens none", async () => {
  const { identity, owner } = await testInstallation();
  const { secret } = await owner();
  for (const wrong of [
    null,
    "",
    secret.slice(1),
    `${secret}x`,
    "x".repeat(1000),
    identity.sessions.hashOf(secret),
  ])
    assert.equal(identity.sessions.check(wrong), null);
});

test("shorter limits count for sessions that begin after they were set", async () => {
  const { clock, identity, owner } = await testInstallation();
  await owner();
  await identity.policy.set(HOLDER, {
    secondFactorRoles: [],
    idleMs: 30 * MINUTE,
    maxMs: 2 * HOUR,
    password: true,
  });
  const outcome = await identity.signIn.withPassword(signIn, FROM);
  assert.ok(outcome.kind === "signed-in");
  await clock.advance(30 * MINUTE);
  assert.equal(identity.sessions.check(outcome.begun.secret), null);
  for (const wrong of [
    { idleMs: MINUTE, maxMs: HOUR },
    { idleMs: HOUR, maxMs: MINUTE },
    { idleMs: HOUR, maxMs: 365 * 24 * HOUR },
    { idleMs: 48 * HOUR, maxMs: 24 * HOUR },
  ])
    await assert.rejects(identity.policy.set(HOLDER, { secondFactorRoles: [], password: true, ...wrong }), {
      code: "request_invalid",
    });
});

test("an account for emergencies has sessions of an hour", async () => {
  const { clock, identity, owner } = await testInstallation();
  const { signedIn } = await owner();
  await identity.people.setBreakGlass(HOLDER, signedIn.person.id, true);
  const outcome = await identity.signIn.withPassword(signIn, FROM);
  assert.ok(outcome.kind === "signed-in");
  await clock.advance(HOUR);
  assert.equal(identity.sessions.check(outcome.begun.secret), null);
});

test("a session that is older than it may be idle is renewed as what it is: in use", async () => {
  const { clock, identity, owner } = await testInstallation();
  const { secret } = await owner();
  await clock.advance(11 * HOUR);
  assert.notEqual(identity.sessions.check(secret), null);
  await clock.advance(2 * HOUR);
  const renewed = await identity.sessions.renew(secret, "password", false, FROM);
  assert.equal(renewed.signedIn.isFresh, true);
  await clock.advance(11 * HOUR);
  assert.notEqual(identity.sessions.check(renewed.secret), null);
});

test("A-025 as it comes, an owner's password opens nothing but what adds a second factor; a viewer's is enough", async () => {
  const { identity, owner } = await testInstallation();
  assert.deepEqual(identity.policy.get().secondFactorRoles, ["owner", "admin"]);
  const { signedIn } = await owner();
  assert.equal(signedIn.must, "enrol_second_factor");
  await identity.policy.set(HOLDER, { ...identity.policy.get(), secondFactorRoles: ["admin"] });
  const again = await identity.signIn.withPassword(signIn, FROM);
  assert.equal(again.kind === "signed-in" && again.begun.signedIn.must, null);
});
