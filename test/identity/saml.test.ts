import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { openPage, signUpOwner } from "../kit/page.ts";
import type { SamlStage } from "../kit/saml-stage.ts";
import { person, stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("signing in by SAML", { timeout: 120_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let stage: SamlStage;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    stage = await stageSaml(server, owner);
  });
  after(() => server[Symbol.asyncDispose]());

  it("somebody of the domain is sent to the provider, comes back signed in, and has the role of their group", async () => {
    const page = openPage(server);
    const answer = await stage.signIn(page, person("u-1", "bo@example.org"));
    assert.equal(answer.status, 303);
    assert.equal(answer.headers["location"], "/");
    const { grants, person: who, session } = await page.session();
    assert.equal(who?.email, "bo@example.org");
    assert.equal(session?.method, "saml");
    assert.deepEqual(grants, [{ role: "viewer", environments: null, payloads: false }]);
  });

  it("a group that was taken away takes its role along at the next sign-in", async () => {
    const first = openPage(server);
    await stage.signIn(first, person("u-2", "cy@example.org", ["staff", "chiefs"]));
    assert.deepEqual(
      (await first.session()).grants?.map(({ role }) => role),
      ["viewer", "admin"],
    );
    const second = openPage(server);
    await stage.signIn(second, person("u-2", "cy@example.org", ["staff"]));
    assert.deepEqual(
      (await first.session()).grants?.map(({ role }) => role),
      ["viewer"],
    );
  });

  it("who is in no group of the map is not let in, and the log says why", async () => {
    const answer = await stage.signIn(openPage(server), person("u-3", "di@example.org", ["others"]));
    assert.match(String(answer.headers["location"]), /^\/sign-in\?e=sso&ref=[0-9a-f]{8}$/);
    const rows = await operatorOf(server).auditRows(null, { action: "sso.refused" });
    assert.equal(rows[0]?.entry.reason, "sso_denied_no_role");
  });
});
