import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Answer } from "../http/request.ts";
import type { HostileOidc, OidcScript } from "../kit/hostile-oidc.ts";
import { startHostileOidc } from "../kit/hostile-oidc.ts";
import { connectOidc } from "../kit/oidc-stage.ts";
import type { Page } from "../kit/page.ts";
import { openPage, signUpOwner } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("A-029 attacks on signing in by OpenID Connect", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let provider: HostileOidc;
  let id = "";
  let count = 0;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    provider = await startHostileOidc();
    id = await connectOidc(server, owner, provider.issuer);
    const { url } = await owner.admin<{ url: string }>("POST", `/sso/${id}/test`);
    const answer = await comeBack(owner, await leave(owner, url));
    assert.match(String(answer.headers["location"]), /^\/sso-test/);
    await owner.admin("POST", `/sso/${id}/enable`, { state: "optional" });
  });
  after(async () => {
    await provider[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    provider.script = {};
  });

  const browser = (): Page => openPage(server, `198.51.100.${(count += 1)}`);

  async function leave(page: Page, url: string): Promise<URLSearchParams> {
    const { headers, status } = await page.ask("GET", url);
    assert.equal(status, 303);
    const query = new URL(String(headers["location"])).searchParams;
    provider.nonce = query.get("nonce") ?? "";
    return query;
  }
  async function visit(page: Page): Promise<URLSearchParams> {
    const { url = "" } = await page.act<{ url?: string }>("/sign-in", { email: "bo@example.org" });
    return leave(page, url);
  }
  function comeBack(
    page: Page,
    asked: URLSearchParams,
    changes: Readonly<Record<string, string | null>> = {},
  ): Promise<Answer> {
    const fields = { code: "a code", state: asked.get("state") ?? "", iss: provider.issuer, ...changes };
    const query = new URLSearchParams(
      Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    );
    return page.ask("GET", `/oidc/${id}/callback?${query.toString()}`, undefined, {
      "sec-fetch-site": "cross-site",
    });
  }
  async function codeOf(answer: Answer): Promise<string | undefined> {
    const [, reference] = /ref=([0-9a-f]{8})$/.exec(String(answer.headers["location"])) ?? [];
    const { attempts } = await owner.admin<{ attempts: { reference: string | null; code: string }[] }>(
      "GET",
      `/sso/${id}`,
    );
    return attempts.find((each) => each.reference === reference)?.code;
  }

  /** What a test of a connection ends with, that does not even reach the provider's page. */
  async function testCode(connection: string): Promise<string | undefined> {
    const { handle, url } = await owner.admin<{ url: string; handle: string }>(
      "POST",
      `/sso/${connection}/test`,
    );
    assert.equal((await owner.ask("GET", url)).headers["location"], `/sso-test?handle=${handle}`);
    return (await owner.admin<{ code?: string }>("GET", `/sso/${connection}/tests/${handle}`)).code;
  }

  it("a provider that does not lie signs its people in", async () => {
    const page = browser();
    assert.equal((await comeBack(page, await visit(page))).headers["location"], "/");
    assert.equal((await page.session()).person?.email, "bo@example.org");
  });

  const now = Math.floor(Date.now() / 1000);
  const LIES: readonly (readonly [title: string, script: OidcScript, code: string])[] = [
    ["another nonce", { idToken: { nonce: "another" } }, "oidc_nonce"],
    ["no nonce", { idToken: { nonce: undefined } }, "oidc_nonce"],
    ["an unsigned ID token", { signing: "none" }, "oidc_token"],
    [
      "an ID token under a shared secret that is the public key",
      { signing: "hmac with the public key" },
      "oidc_token",
    ],
    ["an ID token under the client's secret", { signing: "hmac with the client secret" }, "oidc_token"],
    ["an ID token that somebody else signed", { signing: "other key" }, "oidc_token"],
    ["an ID token under a key that there is not", { signing: "wrong kid" }, "oidc_token"],
    ["another issuer", { idToken: { iss: "https://evil.example" } }, "oidc_issuer"],
    ["another audience", { idToken: { aud: "another" } }, "oidc_token"],
    [
      "two audiences and another authorised party",
      { idToken: { aud: ["holdfast", "another"], azp: "another" } },
      "oidc_token",
    ],
    ["another authorised party for the one audience", { idToken: { azp: "another" } }, "oidc_token"],
    ["an expired ID token", { idToken: { iat: now - 4000, exp: now - 3600 } }, "oidc_token"],
    ["an ID token without an end", { idToken: { exp: undefined } }, "oidc_token"],
    ["no subject", { idToken: { sub: undefined } }, "oidc_token"],
    ["a profile of another subject", { userInfo: { sub: "u-2" } }, "oidc_token"],
    [
      "an address that nobody has shown to be theirs",
      { idToken: { email_verified: false } },
      "oidc_email_unverified",
    ],
    [
      "no tokens, since it knows no such client",
      { tokenError: { status: 401, error: "invalid_client" } },
      "oidc_client",
    ],
    [
      "no tokens, since it knows no such client, and asks how it would prove itself",
      {
        tokenError: {
          status: 401,
          error: "invalid_client",
          headers: { "www-authenticate": 'Basic realm="clients"' },
        },
      },
      "oidc_client",
    ],
    [
      "no tokens, since the client may not have them",
      { tokenError: { status: 400, error: "unauthorized_client" } },
      "oidc_client",
    ],
    [
      "no tokens, since the code is not good",
      { tokenError: { status: 400, error: "invalid_grant" } },
      "oidc_denied",
    ],
    ["an address outside the verified domains", { idToken: { email: "bo@evil.example" } }, "sso_not_allowed"],
  ];
  for (const [title, script, code] of LIES)
    it(`A-029 ${title}: nobody is signed in, and administrators read ${code}`, async () => {
      const page = browser();
      const asked = await visit(page);
      provider.script = script;
      const answer = await comeBack(page, asked);
      assert.match(String(answer.headers["location"]), /^\/sign-in\?e=sso&ref=[0-9a-f]{8}$/);
      assert.equal((await page.session()).state, "signed_out");
      assert.equal(await codeOf(answer), code);
    });

  it("A-029 another state, none, two of them, and the state of another browser", async () => {
    const page = browser();
    const asked = await visit(page);
    for (const state of ["another", null])
      assert.equal(await codeOf(await comeBack(page, asked, { state })), "oidc_state");
    const twice = await page.ask(
      "GET",
      `/oidc/${id}/callback?code=x&state=${asked.get("state")}&state=y&iss=${encodeURIComponent(provider.issuer)}`,
    );
    assert.equal(await codeOf(twice), "oidc_state");
    const stranger = browser();
    assert.equal(await codeOf(await comeBack(stranger, asked)), "saml_browser_mismatch");
  });

  it("A-029 an answer that another provider sends, or that does not say whose it is", async () => {
    for (const iss of ["https://evil.example", null]) {
      const page = browser();
      assert.equal(
        await codeOf(await comeBack(page, await visit(page), { iss })),
        "oidc_issuer",
        String(iss),
      );
    }
  });

  it("A-029 what the provider writes about an error is not shown", async () => {
    const page = browser();
    const answer = await comeBack(page, await visit(page), {
      code: null,
      error: "access_denied",
      error_description: "<script>alert(1)</script>",
    });
    assert.equal(await codeOf(answer), "oidc_denied");
    assert.ok(!JSON.stringify([answer.headers, answer.text]).includes("script"));
  });

  it("a provider that answers too much, redirects, or names another issuer is not asked further", async () => {
    for (const [script, code] of [
      [{ padding: 2 * 1024 * 1024 }, "oidc_discovery"],
      [{ redirects: true }, "oidc_discovery"],
      [{ discovery: { issuer: "https://evil.example" } }, "oidc_discovery"],
    ] as const) {
      const { id: other } = await owner.admin<{ id: string }>("POST", "/sso", {
        kind: "oidc",
        name: "Other",
        issuer: provider.issuer,
        client_id: `client ${JSON.stringify(script).length}`,
      });
      provider.script = script;
      assert.equal(await testCode(other), code, JSON.stringify(script));
      await owner.admin("POST", `/sso/${other}/remove`);
    }
  });

  it("issuers that many tenants share are refused", async () => {
    const { id: other } = await owner.admin<{ id: string }>("POST", "/sso", {
      kind: "oidc",
      name: "Shared",
      issuer: "https://login.microsoftonline.com/common/v2.0",
      client_id: "x",
    });
    assert.equal(await testCode(other), "oidc_issuer");
  });

  it("a logout that the provider tells of ends the sessions it means, once, and no other token does", async () => {
    const page = browser();
    await comeBack(page, await visit(page));
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
    const good = {
      iss: provider.issuer,
      aud: "holdfast",
      iat: Math.floor(Date.now() / 1000),
      jti: "l-1",
      sub: "u-1",
      events,
    };
    const post = async (token: string): Promise<number> =>
      (
        await browser().ask(
          "POST",
          `/oidc/${id}/backchannel-logout`,
          new URLSearchParams({ logout_token: token }).toString(),
          {
            "content-type": "application/x-www-form-urlencoded",
            origin: null,
            "sec-fetch-site": null,
          },
        )
      ).status;
    for (const [title, claims] of [
      ["an ID token", { ...good, nonce: "n" }],
      ["no event", { ...good, events: undefined }],
      ["another event", { ...good, events: { "urn:other": {} } }],
      ["another audience", { ...good, aud: "another" }],
      ["another issuer", { ...good, iss: "https://evil.example" }],
      ["an old one", { ...good, iat: good.iat - 3600 }],
      ["no id", { ...good, jti: undefined }],
      ["nobody", { ...good, sub: undefined }],
    ] as const)
      assert.equal(await post(await provider.logoutToken(claims)), 400, title);
    assert.equal(await post(await provider.logoutToken(good, "at+jwt")), 400, "an access token");
    const reads = provider.keyReads();
    for (let index = 0; index < 10; index += 1) assert.equal(await post("nonsense"), 400);
    assert.equal(provider.keyReads(), reads, "a flood of tokens asks the provider for nothing");
    assert.equal((await page.session()).state, "signed_in");
    assert.equal(await post(await provider.logoutToken({ ...good, sub: "u-9", jti: "l-0" })), 200);
    assert.equal((await page.session()).state, "signed_in", "another subject's sessions are another's");
    const token = await provider.logoutToken(good);
    assert.equal(await post(token), 200);
    assert.equal((await page.session()).state, "signed_out");
    const next = browser();
    await comeBack(next, await visit(next));
    assert.equal(await post(token), 400, "the same token again");
    assert.equal((await next.session()).state, "signed_in");
  });
});
