import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "../kit/page.ts";
import { openPage, signUpOwner } from "../kit/page.ts";
import type { OidcStage } from "../kit/oidc-stage.ts";
import { stageOidc } from "../kit/oidc-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("signing in by OpenID Connect, at a provider that nobody here wrote", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let stage: OidcStage;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    stage = await stageOidc(server, owner);
  });
  after(async () => {
    await stage[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("somebody of the domain goes there and comes back signed in, with the role of their group", async () => {
    const page = openPage(server);
    const answer = await stage.signIn(page, "bo");
    assert.equal(answer.headers["location"], "/");
    const { grants, person, session } = await page.session();
    assert.equal(person?.email, "bo@example.org");
    assert.equal(session?.method, "oidc");
    assert.deepEqual(grants, [{ role: "viewer", environments: null, payloads: false }]);
  });

  it("the request has state, nonce and the digest of a secret that stays here", async () => {
    const query = new URL(await stage.visit(openPage(server))).searchParams;
    assert.equal(query.get("response_type"), "code");
    assert.equal(query.get("code_challenge_method"), "S256");
    for (const name of ["state", "nonce", "code_challenge"])
      assert.match(query.get(name) ?? "", /^[\w-]{43}$/, name);
  });

  it("a callback counts once, in the browser that began it", async () => {
    const page = openPage(server);
    const callback = await stage.signInThere(await stage.visit(page), "cy");
    const other = openPage(server);
    assert.match(String((await stage.comeBack(other, callback)).headers["location"]), /e=sso/);
    assert.equal((await other.session()).state, "signed_out");
    assert.match(String((await stage.comeBack(page, callback)).headers["location"]), /e=sso/);
    const again = openPage(server);
    const second = await stage.signInThere(await stage.visit(again), "cy");
    assert.equal((await stage.comeBack(again, second)).headers["location"], "/");
    const signedIn = again.cookies.get("holdfast-session");
    assert.match(String((await stage.comeBack(again, second)).headers["location"]), /e=sso/);
    assert.equal(again.cookies.get("holdfast-session"), signedIn);
  });

  it("who signs out here is sent to sign out there", async () => {
    const page = openPage(server);
    await stage.signIn(page, "di");
    const { url = "" } = await page.act<{ url?: string }>("/sign-out");
    assert.ok(url.startsWith(`${stage.issuer}/session/end`), url);
    assert.equal((await page.session()).state, "signed_out");
  });

  it("proving again who one is takes a new sign-in there, by the same person", async () => {
    const page = openPage(server);
    await stage.signIn(page, "ed");
    const before = page.cookies.get("holdfast-session");
    const { url } = await page.act<{ url: string }>("/reauthenticate/sso", { return_to: "/account" });
    const there = String((await page.ask("GET", url)).headers["location"]);
    assert.equal(new URL(there).searchParams.get("prompt"), "login");
    assert.match(
      String((await stage.comeBack(page, await stage.signInThere(there, "eva"))).headers["location"]),
      /e=sso/,
    );
    const { url: second } = await page.act<{ url: string }>("/reauthenticate/sso", { return_to: "/account" });
    const again = String((await page.ask("GET", second)).headers["location"]);
    const answer = await stage.comeBack(page, await stage.signInThere(again, "ed"));
    assert.equal(answer.headers["location"], "/account");
    assert.notEqual(page.cookies.get("holdfast-session"), before);
    assert.equal((await page.session()).person?.email, "ed@example.org");
  });

  it("the client secret is in no answer", async () => {
    const text = JSON.stringify(await owner.admin("GET", "/sso"));
    assert.ok(!text.includes("guesses"));
  });
});
