import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, OWNER_EMAIL, PASSWORD, signUpOwner } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { until } from "../kit/until.ts";

const INSIDE = "203.0.113.7";
const OUTSIDE = "198.51.100.9";
const POLICY = { mfa_roles: [], session_idle: "12h", session_max: "7d", password: true };

describe("where accounts and codes for emergencies are good", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    await invite(server, owner, "fire@example.com", { role: "owner" });
    await invite(server, owner, "zoe@example.com", { role: "viewer" });
    const people = await operatorOf(server).people();
    const fire = people.find(({ email }) => email === "fire@example.com");
    await owner.admin("POST", `/people/${fire?.id}/break-glass`, { break_glass: true });
    await owner.admin("PUT", "/sign-in-policy", { ...POLICY, break_glass_networks: ["203.0.113.0/24"] });
  });
  after(() => server[Symbol.asyncDispose]());

  const signIn = (email: string, address: string, more: Readonly<Record<string, string>> = {}) =>
    openPage(server, address).act("/sign-in/password", { email, password: PASSWORD, ...more });

  it("A-028 such an account gets in from there alone, is told nothing else than with a wrong password, and the log has why", async () => {
    const wrong = await signIn("fire@example.com", OUTSIDE, { password: "not the right one" }).catch(
      (error: unknown) => error,
    );
    const outside = await signIn("fire@example.com", OUTSIDE).catch((error: unknown) => error);
    assert.equal(String(outside), String(wrong));
    await signIn("fire@example.com", INSIDE);
    await signIn("zoe@example.com", OUTSIDE);
    await until("the log has it", async () =>
      (await operatorOf(server).auditRows(null, { action: "sign_in.refused" })).some(
        ({ entry }) => entry.reason === "emergency_network",
      ),
    );
  });

  it("A-028 a code for emergencies is good from there alone, and is not used up elsewhere", async () => {
    const { codes } = await owner.admin<{ codes: readonly string[] }>("POST", "/sso/break-glass-codes");
    const [code = ""] = codes;
    // Passwords open nothing now, but for emergencies.
    await owner.admin("PUT", "/sign-in-policy", {
      ...POLICY,
      password: false,
      break_glass_networks: ["203.0.113.0/24"],
    });
    await assert.rejects(signIn(OWNER_EMAIL, OUTSIDE, { emergency_code: code }), {
      code: "invalid_credentials",
    });
    await assert.rejects(signIn(OWNER_EMAIL, INSIDE), { code: "sso_required" });
    await signIn(OWNER_EMAIL, INSIDE, { emergency_code: code });
    await assert.rejects(signIn(OWNER_EMAIL, INSIDE, { emergency_code: code }), {
      code: "invalid_credentials",
    });
  });

  it("networks that are none are refused by name, and none at all is not taken for a rule", async () => {
    await assert.rejects(
      owner.admin("PUT", "/sign-in-policy", { ...POLICY, break_glass_networks: ["the office"] }),
      /the office/,
    );
    await assert.rejects(
      owner.admin("PUT", "/sign-in-policy", { ...POLICY, break_glass_networks: [] }),
      /leave it out/,
    );
    const policy = await owner.admin<{ break_glass_networks: unknown }>("GET", "/sign-in-policy");
    assert.deepEqual(policy.break_glass_networks, ["203.0.113.0/24"]);
  });
});
