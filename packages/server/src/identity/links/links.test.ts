import assert from "node:assert/strict";
import { test } from "node:test";
import { FROM, HOLDER, PASSWORD, testInstallation } from "../testing/installation.ts";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const SYSTEM = { actor: { type: "system", id: "server", name: null, keyId: null }, context: FROM } as const;

test("A-006 a set-up link is good for a quarter of an hour", async () => {
  const { clock, identity } = await testInstallation();
  const { token } = await identity.setUp.link(SYSTEM);
  await clock.advance(15 * MINUTE);
  const request = { token, name: "Ana", email: "ana@example.com", password: PASSWORD };
  await assert.rejects(identity.setUp.complete(request, FROM), { code: "link_invalid" });
  assert.equal(identity.setUp.isDone, false);
});

test("A-010 an invitation is good for three days, and is not listed afterwards", async () => {
  const { clock, identity, owner } = await testInstallation();
  await owner();
  const grant = { role: "viewer", environments: null } as const;
  const { token } = await identity.invitations.invite(HOLDER, {
    email: "bo@example.com",
    grant,
    isMailed: false,
  });
  await clock.advance(72 * HOUR - 1);
  assert.equal(identity.invitations.look(token).email, "bo@example.com");
  await clock.advance(1);
  assert.throws(() => identity.invitations.look(token), { code: "link_invalid" });
  assert.deepEqual(identity.invitations.list(), []);
});

test("A-012 a reset link is good for half an hour, and for nothing but a reset", async () => {
  const { clock, identity, owner } = await testInstallation();
  const { signedIn } = await owner();
  const { token } = await identity.resets.offer(HOLDER, signedIn.person.id, {
    isWhole: false,
    isMailed: false,
  });
  assert.throws(() => identity.invitations.look(token), { code: "link_invalid" });
  assert.deepEqual(identity.invitations.list(), [], "it is none of those either");
  await clock.advance(30 * MINUTE);
  await assert.rejects(identity.resets.accept({ token, password: "another purple bicycle" }, FROM), {
    code: "link_invalid",
  });
});
