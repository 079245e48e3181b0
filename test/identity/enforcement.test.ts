import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { operatorOf } from "../kit/operator.ts";
import { request } from "../http/request.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, PASSWORD, signIn, signUpOwner, tokenOf } from "../kit/page.ts";
import type { SamlStage } from "../kit/saml-stage.ts";
import { person, stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("enforcement of single sign-on", { timeout: 120_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let stage: SamlStage;
  let member: Page;
  let chief: Page;
  let codes: readonly string[] = [];
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    stage = await stageSaml(server, owner);
    member = await invite(server, owner, "member@example.org", { role: "admin" });
    chief = await invite(server, owner, "chief@example.org", { role: "owner", payloads: true });
  });
  after(() => server[Symbol.asyncDispose]());

  const enable = (page: Page, state: string) =>
    page.admin<{ state: string; confirm_by: string | null }>("POST", `/sso/${stage.id}/enable`, { state });

  it("A-068 it is not turned on without a test of one's own, codes for emergencies and a domain", async () => {
    await assert.rejects(enable(owner, "required"), { code: "conflict" });
    ({ codes } = await owner.admin<{ codes: string[] }>("POST", "/sso/break-glass-codes"));
    assert.equal(codes.length, 2);
    await assert.rejects(enable(member, "required"), { code: "conflict" }, "somebody else made the test");
    const { id: untested } = await owner.admin<{ id: string }>("POST", "/sso", {
      kind: "saml",
      name: "Untested",
    });
    await assert.rejects(owner.admin("POST", `/sso/${untested}/enable`, { state: "optional" }), {
      code: "conflict",
    });
  });

  it("A-066 once it is on, password, invitation, reset and sessions from before are refused, at once", async () => {
    const { link } = await owner.admin<{ link: string }>("POST", "/invitations", {
      email: "late@example.org",
      role: "viewer",
    });
    await stage.test(person("u-0", "tester@example.org"));
    const { confirm_by: until, state } = await enable(owner, "required");
    assert.equal(state, "required");
    assert.notEqual(until, null);
    assert.equal((await member.session()).state, "signed_out");
    await assert.rejects(signIn(server, "member@example.org"), { code: "sso_required" });
    await assert.rejects(signIn(server, "member@example.org", "not the right one"), {
      code: "invalid_credentials",
    });
    const page = openPage(server);
    const { next } = await page.act<{ next: string }>("/sign-in", { email: "member@example.org" });
    assert.equal(next, "sso");
    const joining = openPage(server);
    await assert.rejects(
      joining.act("/invitations/accept", { token: tokenOf(link), name: "Late", password: PASSWORD }),
      { code: "sso_required" },
    );
    assert.equal((await owner.session()).state, "signed_in", "who is of another domain goes on");
  });

  it("a member signs in by the provider, joins the account once, and goes on", async () => {
    const answer = await stage.signIn(member, person("m-1", "member@example.org"));
    assert.equal(answer.headers["location"], "/sign-in?e=link");
    await member.act("/sign-in/link", { password: PASSWORD });
    assert.equal((await member.session()).session?.method, "saml");
    assert.deepEqual(
      (await member.session()).grants?.map(({ role }) => role),
      ["admin"],
      "what people here gave stays",
    );
  });

  it("A-066 a session of another connection is none of this domain's", async () => {
    const other = await stageSaml(server, owner, {
      name: "Other",
      domain: "example.net",
      entityId: "https://other.example/metadata",
    });
    const page = openPage(server);
    await other.signIn(page, person("x-1", "member@example.org"));
    assert.equal((await page.session()).state, "signed_out");
  });

  it("A-028 an owner gets past it with a code for emergencies, once each, in a short session that is in the log", async () => {
    const attempt = (email: string, code: string) => {
      const page = openPage(server);
      return page
        .act("/sign-in/password", { email, password: PASSWORD, emergency_code: code })
        .then(() => page);
    };
    await assert.rejects(attempt("member@example.org", codes[0] ?? ""), { code: "invalid_credentials" });
    await assert.rejects(attempt("chief@example.org", "2222-2222-2222-2222"), {
      code: "invalid_credentials",
    });
    chief = await attempt("chief@example.org", codes[0] ?? "");
    assert.equal((await chief.session()).state, "signed_in");
    await assert.rejects(attempt("chief@example.org", codes[0] ?? ""), { code: "invalid_credentials" });
    const [row] = await operatorOf(server).auditRows(null, { action: "break_glass.used" });
    assert.equal(row?.entry.reason, "emergency_code");
  });

  it("an account for emergencies signs in by its password, is an owner's, and only owners make one", async () => {
    const people = await owner.admin<{ id: string; email: string }[]>("GET", "/people");
    const idOf = (email: string): string => people.find((each) => each.email === email)?.id ?? "";
    await assert.rejects(
      member.admin("POST", `/people/${idOf("chief@example.org")}/break-glass`, { break_glass: true }),
      { code: "forbidden" },
    );
    await assert.rejects(
      owner.admin("POST", `/people/${idOf("member@example.org")}/break-glass`, { break_glass: true }),
      { code: "forbidden" },
    );
    await owner.admin("POST", `/people/${idOf("chief@example.org")}/break-glass`, { break_glass: true });
    await signIn(server, "chief@example.org");
    await owner.admin("POST", `/people/${idOf("chief@example.org")}/break-glass`, { break_glass: false });
    await assert.rejects(signIn(server, "chief@example.org"), { code: "sso_required" });
  });

  it("A-068 it stays only if somebody who came by it says so, and is removed only after it was turned off", async () => {
    await assert.rejects(owner.admin("POST", `/sso/${stage.id}/confirm`), { code: "forbidden" });
    await assert.rejects(owner.admin("POST", `/sso/${stage.id}/remove`), { code: "key_in_use" });
    const { confirm_by: until } = await member.admin<{ confirm_by: string | null }>(
      "POST",
      `/sso/${stage.id}/confirm`,
    );
    assert.equal(until, null);
  });

  it("the command of the host turns it off, and says why in the log", async () => {
    const { status } = await request(server, "POST", `/holdfast/v1/admin/sso/${stage.id}/enable`, {
      authorized: false,
      headers: { authorization: `Bearer ${server.operatorToken}` },
      body: JSON.stringify({ state: "optional", reason: "the provider is down" }),
    });
    assert.equal(status, 200);
    await signIn(server, "member@example.org");
    const [row] = await operatorOf(server).auditRows(null, { action: "sso_connection.enabled" });
    assert.equal(row?.entry.reason, "the provider is down");
  });

  it("a connection that is off ends the sessions that came by it", async () => {
    const page = openPage(server);
    await stage.signIn(page, person("m-1", "member@example.org"));
    assert.equal((await page.session()).state, "signed_in");
    await enable(owner, "disabled");
    assert.equal((await page.session()).state, "signed_out");
  });
});
