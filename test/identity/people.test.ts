import assert from "node:assert/strict";
import { test } from "node:test";
import { operatorOf } from "../kit/operator.ts";
import { invite, openPage, OWNER_EMAIL, PASSWORD, signIn, signUpOwner, tokenOf } from "../kit/page.ts";
import { startTestServer } from "../kit/test-server.ts";

test("the first owner comes in by the link that the server prints, and nobody comes in by it again", async () => {
  await using server = await startTestServer();
  const stranger = openPage(server);
  assert.equal((await stranger.session()).state, "setup_required");
  const link = await server.setUpLink();
  const owner = openPage(server);
  const made = await owner.act<{ recovery_codes: string[] }>("/set-up", {
    token: tokenOf(link),
    name: "Ana",
    email: OWNER_EMAIL,
    password: PASSWORD,
  });
  assert.equal(new Set(made.recovery_codes).size, 10);
  const { grants, person, state } = await owner.session();
  assert.equal(state, "signed_in");
  assert.equal(person?.email, OWNER_EMAIL);
  assert.deepEqual(grants, [{ role: "owner", environments: null, payloads: true }]);
  await assert.rejects(
    stranger.act("/set-up", {
      token: tokenOf(link),
      name: "Eve",
      email: "eve@example.com",
      password: PASSWORD,
    }),
    { code: "conflict" },
  );
  assert.equal(await server.setUpLink(), null);
});

test("an owner's session asks the operators' API, and what she does there has her name in the log", async () => {
  await using server = await startTestServer();
  const owner = await signUpOwner(server);
  await owner.admin("POST", "/environments", { name: "staging", kind: "custom" });
  const rows = await operatorOf(server).auditRows(null, { action: "environment.created" });
  assert.equal(rows[0]?.entry.actor.type, "user");
});

test("who was invited has the role of the invitation, and the link is good once", async () => {
  await using server = await startTestServer();
  const owner = await signUpOwner(server);
  const { link } = await owner.admin<{ link: string }>("POST", "/invitations", {
    email: "bo@example.com",
    role: "viewer",
  });
  const bo = openPage(server);
  await bo.act("/invitations/accept", {
    token: tokenOf(link),
    name: "Bo",
    password: PASSWORD,
    role: "owner",
  });
  assert.deepEqual((await bo.session()).grants, [{ role: "viewer", environments: null, payloads: false }]);
  await assert.rejects(
    openPage(server).act("/invitations/accept", { token: tokenOf(link), name: "Bo", password: PASSWORD }),
    { code: "link_invalid" },
  );
  await assert.rejects(bo.admin("POST", "/environments", { name: "mine", kind: "custom" }), {
    code: "forbidden",
  });
});

test("a restart ends no session, and a deactivation ends all of them at once", async () => {
  await using server = await startTestServer();
  const owner = await signUpOwner(server);
  const bo = await invite(server, owner, "bo@example.com", { role: "admin" });
  await server.stop();
  await server.start();
  const { person, state } = await bo.session();
  assert.equal(state, "signed_in");
  await owner.admin("POST", `/people/${person?.id}/deactivate`, { reason: "left" });
  assert.equal((await bo.session()).state, "signed_out");
  await assert.rejects(signIn(server, "bo@example.com"), { code: "invalid_credentials" });
});

test("why an administrator signed somebody out is in the log", async () => {
  await using server = await startTestServer();
  const owner = await signUpOwner(server);
  const bo = await invite(server, owner, "bo@example.com", { role: "viewer" });
  const { person } = await bo.session();
  await owner.admin("POST", `/people/${person?.id}/sign-out`, { reason: "a lost laptop" });
  assert.equal((await bo.session()).state, "signed_out");
  const [row] = await operatorOf(server).auditRows(null, { action: "session.ended" });
  assert.equal(row?.entry.changes["said"]?.to, "a lost laptop");
});

test("how long sessions last is a rule whose parts agree", async () => {
  await using server = await startTestServer();
  const owner = await signUpOwner(server);
  const put = (idle: string, max: string) =>
    owner.admin("PUT", "/sign-in-policy", { mfa_roles: [], session_idle: idle, session_max: max });
  await assert.rejects(put("12h", "1h"), /session_idle must not be longer than session_max/);
  await assert.rejects(put("1m", "1h"), /session_idle must be from 5 to 1440 minutes/);
  await assert.rejects(put("12h", "31d"), /session_max must be from 60 to 43200 minutes/);
  assert.equal((await owner.admin<{ session_max: string }>("GET", "/sign-in-policy")).session_max, "7d");
  await put("1h", "1h");
});
