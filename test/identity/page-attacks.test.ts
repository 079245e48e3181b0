import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pagesDir, pagesList } from "@holdfast/dashboard";
import type { Answer } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { openPage, OWNER_EMAIL, PASSWORD, signUpOwner } from "../kit/page.ts";
import { stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

const codeIn = ({ json }: Answer): string => (json as { readonly code?: string }).code ?? "";

describe("attacks by other pages", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let csrf = "";
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    csrf = (await owner.session()).csrf ?? "";
  });
  after(() => server[Symbol.asyncDispose]());

  const ACTS = [
    ["POST", "/holdfast/v1/admin/environments", { name: "forged", kind: "custom" }],
    ["POST", "/holdfast/v1/identity/sign-out", {}],
    ["POST", "/holdfast/v1/identity/sessions/revoke-others", {}],
  ] as const;

  it("A-040 A-041 nothing is changed by what a page of another site can send with the session's cookie", async () => {
    for (const [method, path, body] of ACTS)
      for (const [title, headers] of [
        ["another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
        ["a sibling", { "sec-fetch-site": "same-site" }],
        ["another origin", { "sec-fetch-site": null, origin: "https://evil.example" }],
        ["a sandboxed frame", { "sec-fetch-site": null, origin: "null" }],
        ["nobody says from where", { "sec-fetch-site": null, origin: null }],
        ["a form", { "content-type": "application/x-www-form-urlencoded" }],
        ["text that is JSON", { "content-type": "text/plain" }],
        ["no type", { "content-type": null }],
        ["a type with JSON in it", { "content-type": "text/plain; application/json" }],
        ["no token", { "x-csrf": null }],
        ["another token", { "x-csrf": "0".repeat(64) }],
        ["an empty token", { "x-csrf": "" }],
      ] as const) {
        const answer = await owner.ask(method, path, body, { "x-csrf": csrf, ...headers });
        assert.equal(answer.status, 403, `${path}: ${title}`);
        assert.equal(codeIn(answer), "csrf", `${path}: ${title}`);
      }
    assert.equal((await owner.session()).state, "signed_in");
    const environments = await owner.admin<{ name: string }[]>("GET", "/environments");
    assert.ok(!environments.some(({ name }) => name === "forged"));
  });

  it("A-040 signing somebody in, or out, from another site is refused as well", async () => {
    const page = openPage(server);
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "content-type": "text/plain" },
      { origin: "https://evil.example" },
    ]) {
      const answer = await page.ask(
        "POST",
        "/holdfast/v1/identity/sign-in/password",
        { email: OWNER_EMAIL, password: PASSWORD },
        headers,
      );
      assert.equal(codeIn(answer), "csrf");
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  });

  it("A-040 no GET changes anything, and no other method is taken for one that does", async () => {
    for (const path of [
      "/holdfast/v1/identity/sign-out",
      "/holdfast/v1/identity/recovery-codes",
      "/holdfast/v1/identity/sessions/revoke-others",
    ]) {
      assert.equal((await owner.ask("GET", path)).status, 404);
      assert.equal(
        (
          await owner.ask("GET", `${path}?_method=POST`, undefined, {
            "x-http-method-override": "POST",
            "x-csrf": csrf,
          })
        ).status,
        404,
      );
    }
    assert.equal((await owner.session()).state, "signed_in");
  });

  it("A-042 A-049 answers about people are framed by nobody, cached by nobody and shared with no other origin", async () => {
    for (const path of [
      "/holdfast/v1/identity/session",
      "/holdfast/v1/admin/people",
      "/holdfast/v1/identity/nothing",
      "/saml/none/metadata",
    ]) {
      const { headers } = await owner.ask("GET", path, undefined, { origin: server.url });
      assert.equal(headers["cache-control"], "no-store", path);
      assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/, path);
      assert.equal(headers["x-frame-options"], "DENY", path);
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.equal(headers["cross-origin-opener-policy"], "same-origin", path);
      assert.equal(headers["access-control-allow-origin"], undefined, path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
    }
  });

  it("A-044 who signs in is sent to a path of this site", async () => {
    for (const [asked, path] of [
      ["//evil.example", "/"],
      ["/people", "/people"],
    ] as const) {
      const { next } = await openPage(server).act<{ next: string }>("/sign-in", {
        email: "x@example.com",
        return_to: asked,
      });
      assert.equal(next, "password", path);
    }
  });

  it("A-047 the session's cookie is out of scripts' reach, and of two of its name neither counts", async () => {
    const page = openPage(server);
    const answer = await page.ask("POST", "/holdfast/v1/identity/sign-in/password", {
      email: OWNER_EMAIL,
      password: PASSWORD,
    });
    const [cookie = ""] = [answer.headers["set-cookie"] ?? []].flat();
    assert.match(cookie, /^holdfast-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const own = page.cookies.get("holdfast-session") ?? "";
    const twice = await page.ask("GET", "/holdfast/v1/identity/session", undefined, {
      cookie: `holdfast-session=${own}; holdfast-session=${"x".repeat(43)}`,
    });
    assert.match(twice.text, /signed_out/);
  });

  it("A-047 behind TLS the cookie keeps to this host and to TLS", async () => {
    await using secure = await startTestServer({
      publicUrl: "https://holdfast.example",
      allowedHosts: ["127.0.0.1"],
    });
    const token = new URL((await secure.setUpLink()) ?? "").hash.slice(1);
    const page = openPage(secure);
    const answer = await page.ask(
      "POST",
      "/holdfast/v1/identity/set-up",
      { token, name: "Ana", email: OWNER_EMAIL, password: PASSWORD },
      { origin: "https://holdfast.example" },
    );
    assert.equal(answer.status, 201);
    const [cookie = ""] = [answer.headers["set-cookie"] ?? []].flat();
    assert.match(cookie, /^__Host-holdfast-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    assert.match(String(answer.headers["strict-transport-security"]), /max-age=/);
  });

  it("A-047 the cookie of a visit at a provider goes along to its own connection alone, and says who began the visit", async () => {
    await using secure = await startTestServer({
      publicUrl: "https://holdfast.example",
      allowedHosts: ["127.0.0.1"],
    });
    const signedUp = await signUpOwner(secure, "https://holdfast.example");
    const { id } = await stageSaml(secure, signedUp, { isEnabled: false });
    const { url } = await signedUp.admin<{ url: string }>("POST", `/sso/${id}/test`);
    const { headers } = await signedUp.ask("GET", url);
    const [cookie = ""] = [headers["set-cookie"] ?? []].flat();
    assert.match(
      cookie,
      new RegExp(
        `^__Secure-holdfast-visit=[\\w-]{43}; Path=/saml/${id}/acs; HttpOnly; SameSite=None; Secure; Max-Age=600$`,
      ),
    );
  });

  it("pages run their own script, ask this server alone, and give other windows nothing", async () => {
    await using shown = await startTestServer({ pages: { dir: pagesDir, list: pagesList } });
    for (const path of ["/", "/sign-in", "/people/some-one", "/sso/1?step=test", "/audit"]) {
      const { headers, status, text } = await openPage(shown).ask("GET", path);
      assert.equal(status, 200, path);
      const policy = new Map(
        String(headers["content-security-policy"])
          .split("; ")
          .map((directive) => directive.split(" ") as [string, ...string[]])
          .map(([name, ...values]) => [name, values.join(" ")]),
      );
      assert.deepEqual(Object.fromEntries(policy), {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
      });
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
      assert.equal(headers["cache-control"], "no-store");
      assert.match(String(headers["content-type"]), /^text\/html; charset=utf-8$/);
      assert.ok(!text.includes("<script>"));
    }
    for (const path of ["/assets/nothing.js", "/assets/..%2findex.html", "/sign-in/", "/people/a/b", "/.env"])
      assert.notEqual((await openPage(shown).ask("GET", path)).status, 200, path);
  });

  it("header injection: what people type comes back in no header", async () => {
    const page = openPage(server);
    for (const path of [
      "/saml/x%0d%0aset-cookie:%20a=b/acs",
      "/saml/x%0d%0aset-cookie:%20a=b/start?h=%0d%0aset-cookie:%20a=b",
      "/oidc/x%0d%0aa:b/callback",
    ]) {
      const { headers } = await page.ask("GET", path);
      assert.ok(!JSON.stringify(headers).includes("a=b"), path);
    }
  });

  it("a session that is not there is told from a good one by nothing but that", async () => {
    const page = openPage(server);
    page.cookies.set("holdfast-session", "x".repeat(43));
    const [without, wrong] = [
      await openPage(server).ask("GET", "/holdfast/v1/admin/people"),
      await page.ask("GET", "/holdfast/v1/admin/people"),
    ];
    assert.equal(without.status, 401);
    assert.equal(wrong.text, without.text);
    const rows = await operatorOf(server).auditRows(null, { action: "access.denied" });
    assert.ok(rows.length > 0);
  });
});
