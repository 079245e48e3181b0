import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { runHoldfast } from "../../packages/cli/src/testing/spawned.ts";
import { operatorOf } from "../kit/operator.ts";
import { openPage, PASSWORD, signIn, tokenOf } from "../kit/page.ts";
import { stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("people and connections from the host's terminal", { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server[Symbol.asyncDispose]());

  async function holdfast(...args: readonly string[]) {
    return runHoldfast([...args], {
      cwd: server.dataDir,
      env: { HOLDFAST_URL: server.url, HOLDFAST_OPERATOR_TOKEN: server.operatorToken },
    });
  }
  async function json<Data>(...args: readonly string[]): Promise<Data> {
    const { code, stderr, stdout } = await holdfast(...args, "--json");
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { readonly data: Data }).data;
  }

  it("a link for the first owner is printed until there is one", async () => {
    const first = await json<{ link: string }>("people", "set-up");
    const { link } = await json<{ link: string }>("people", "set-up");
    const page = openPage(server);
    const owner = { name: "Ana", email: "ana@example.com", password: PASSWORD };
    await assert.rejects(page.act("/set-up", { ...owner, token: tokenOf(first.link) }), {
      code: "link_invalid",
    });
    await page.act("/set-up", { ...owner, token: tokenOf(link) });
    assert.notEqual((await holdfast("people", "set-up")).code, 0);
  });

  it("people are invited, listed, given a new password and closed, by their address", async () => {
    assert.notEqual(
      (await holdfast("people", "invite", "bo@example.com")).code,
      0,
      "nobody is anything by default",
    );
    const { link } = await json<{ link: string }>("people", "invite", "bo@example.com", "--role", "viewer");
    await openPage(server).act("/invitations/accept", {
      token: tokenOf(link),
      name: "Bo",
      password: PASSWORD,
    });
    const { stdout } = await holdfast("people", "list");
    assert.match(stdout, /bo@example\.com .*viewer/);
    const whole = await holdfast("people", "reset", "bo@example.com", "--second-factors");
    assert.match(whole.stdout, /authenticator and recovery codes go, too/);
    const reset = await json<{ link: string }>("people", "reset", "bo@example.com");
    await openPage(server).act("/resets/accept", {
      token: tokenOf(reset.link),
      password: "another purple bicycle",
    });
    const page = await signIn(server, "bo@example.com", "another purple bicycle");
    await json("people", "deactivate", "bo@example.com", "--reason", "left");
    assert.equal((await page.session()).state, "signed_out");
    assert.notEqual((await holdfast("people", "deactivate", "nobody@example.com")).code, 0);
  });

  it("single sign-on that locks people out is turned off with a reason, which the log keeps", async () => {
    const owner = await signIn(server, "ana@example.com");
    const { id } = await stageSaml(server, owner, { isEnabled: false });
    assert.match((await holdfast("sso", "list")).stdout, new RegExp(`${id}.*Example IdP.*example\\.org`));
    assert.notEqual((await holdfast("sso", "disable", id)).code, 0, "a reason is wanted");
    await json("sso", "disable", id, "--reason", "the provider is down");
    const [row] = await operatorOf(server).auditRows(null, { action: "sso_connection.enabled" });
    assert.equal(row?.entry.reason, "the provider is down");
    assert.equal(row?.entry.actor.type, "operator");
  });

  it("an owner is excluded from enforcement, and the domain of a closed network is trusted", async () => {
    const owner = await signIn(server, "ana@example.com");
    await json("people", "break-glass", "ana@example.com");
    const { id } = await owner.admin<{ id: string }>("POST", "/sso", { kind: "saml", name: "Closed" });
    await owner.admin("POST", "/domains", { domain: "corp.example", connection: id });
    const { state } = await json<{ state: string }>("sso", "trust-domain", "corp.example");
    assert.equal(state, "verified");
    const people = await json<{ email: string; break_glass: boolean }[]>("people", "list");
    assert.equal(people.find(({ email }) => email === "ana@example.com")?.break_glass, true);
    await json("people", "break-glass", "ana@example.com", "--off");
  });
});
