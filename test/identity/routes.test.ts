import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Answer } from "../http/request.ts";
import { request } from "../http/request.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, signUpOwner } from "../kit/page.ts";
import { directoryRoutes, peopleRoutes } from "../kit/people-routes.ts";
import { bearerOf } from "../kit/test-keys.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

/**
 * Who may use each route for people, written by hand beside what the routes say of themselves. `enrolment`: also who has to add a
 * second factor first. `fresh`: only with a proof that is minutes old. `factor`: not by a session that has not shown the second factor of its account.
 */
const PEOPLE: Readonly<Record<string, string>> = {
  "GET /holdfast/v1/identity/session": "page",
  "POST /holdfast/v1/identity/sign-in": "page",
  "POST /holdfast/v1/identity/sign-in/challenge": "page",
  "POST /holdfast/v1/identity/sign-in/password": "page",
  "POST /holdfast/v1/identity/sign-in/totp": "page",
  "POST /holdfast/v1/identity/sign-in/recovery-code": "page",
  "POST /holdfast/v1/identity/sign-in/passkey/options": "page",
  "POST /holdfast/v1/identity/sign-in/passkey": "page",
  "POST /holdfast/v1/identity/sign-in/link": "page",
  "POST /holdfast/v1/identity/set-up": "page",
  "POST /holdfast/v1/identity/invitations/look": "page",
  "POST /holdfast/v1/identity/invitations/accept": "page",
  "POST /holdfast/v1/identity/resets/accept": "page",
  "POST /holdfast/v1/identity/sign-out": "person enrolment",
  "POST /holdfast/v1/identity/reauthenticate": "person enrolment",
  "POST /holdfast/v1/identity/reauthenticate/passkey/options": "person enrolment",
  "POST /holdfast/v1/identity/reauthenticate/passkey": "person enrolment",
  "POST /holdfast/v1/identity/reauthenticate/sso": "person enrolment",
  "GET /holdfast/v1/identity/sessions": "person",
  "POST /holdfast/v1/identity/sessions/:id/revoke": "person",
  "POST /holdfast/v1/identity/sessions/revoke-others": "person",
  "GET /holdfast/v1/identity/factors": "person enrolment",
  "POST /holdfast/v1/identity/password": "person",
  "POST /holdfast/v1/identity/totp": "person enrolment fresh factor",
  "POST /holdfast/v1/identity/totp/confirm": "person enrolment fresh factor",
  "POST /holdfast/v1/identity/totp/remove": "person fresh factor",
  "POST /holdfast/v1/identity/recovery-codes": "person fresh factor",
  "GET /holdfast/v1/identity/passkeys": "person enrolment",
  "POST /holdfast/v1/identity/passkeys/options": "person enrolment fresh factor",
  "POST /holdfast/v1/identity/passkeys": "person enrolment fresh factor",
  "POST /holdfast/v1/identity/passkeys/:id/remove": "person fresh factor",
  "GET /saml/:id/metadata": "provider",
  "GET /saml/:id/start": "provider",
  "POST /saml/:id/acs": "provider",
  "GET /saml/:id/slo": "provider",
  "POST /saml/:id/slo": "provider",
  "GET /saml/:id/farewell": "provider",
  "GET /oidc/:id/start": "provider",
  "GET /oidc/:id/callback": "provider",
  "POST /oidc/:id/backchannel-logout": "provider",
};

describe("every route for people, providers and directories", { timeout: 120_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let viewer: Page;
  let owing: Page;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
    viewer = await invite(server, owner, "viewer@example.com", { role: "viewer" });
    owing = await invite(server, owner, "owing@example.com", { role: "developer" });
    await owner.admin("PUT", "/sign-in-policy", {
      mfa_roles: ["developer"],
      session_idle: "12h",
      session_max: "7d",
      password: true,
    });
    await viewer.session();
    await owing.session();
  });
  after(() => server[Symbol.asyncDispose]());

  let count = 0;
  const place = (path: string): string => path.replaceAll(/:\w+/g, "none").replaceAll("*", "none");
  const codeIn = ({ json }: Answer): string => ((json ?? {}) as { readonly code?: string }).code ?? "";
  /** As somebody with a key or token, who is no page. */
  const bearer = (route: string, token: string): Promise<Answer> => {
    const [method = "", path = ""] = route.split(" ");
    return request(server, method, place(path), {
      authorized: false,
      headers: {
        authorization: token,
        "content-type": "application/json",
        "x-forwarded-for": `198.51.${(count += 1) >> 8}.${count & 255}`,
      },
      ...(method === "GET" || method === "HEAD" ? {} : { body: "[" }),
    });
  };
  const from = (page: Page, route: string): Promise<Answer> => {
    const [method = "", path = ""] = route.split(" ");
    // A body that no route can read, so that nothing happens.
    return page.ask(method, place(path), method === "GET" ? undefined : "[", {
      "x-forwarded-for": `198.51.${(count += 1) >> 8}.${count & 255}`,
    });
  };

  it("is in this table, and says of itself what the table says", async () => {
    const said = (await peopleRoutes()).map((route) => route.split(" "));
    const actual = Object.fromEntries(
      said.map(([method, path, ...who]) => [`${method} ${path}`, who.join(" ")]),
    );
    assert.deepEqual(actual, PEOPLE);
  });

  it("that is a person's answers nobody else, whatever key or token they show", async () => {
    const wrong: string[] = [];
    for (const [route, who] of Object.entries(PEOPLE)) {
      if (!who.startsWith("person")) continue;
      const asked = {
        nobody: await from(openPage(server), route),
        operator: await bearer(route, `Bearer ${server.operatorToken}`),
        app: await bearer(route, bearerOf(server.signingKey ?? "")),
      };
      for (const [name, answer] of Object.entries(asked))
        if (![401, 403].includes(answer.status)) wrong.push(`${name}: ${route} is ${answer.status}`);
    }
    assert.deepEqual(wrong, []);
  });

  it("that is a person's is of no use to who owes a second factor, but for what adds one", async () => {
    const wrong: string[] = [];
    for (const [route, who] of Object.entries(PEOPLE)) {
      if (!who.startsWith("person") || route.endsWith("/sign-out")) continue;
      const isHeld = codeIn(await from(owing, route)) === "mfa_required";
      if (isHeld === who.includes("enrolment")) wrong.push(`${route} is ${isHeld ? "held" : "not held"}`);
      if (codeIn(await from(viewer, route)) === "mfa_required")
        wrong.push(`${route} is held for who owes nothing`);
    }
    assert.deepEqual(wrong, []);
  });

  it("of a provider gives nobody a session for nothing", async () => {
    for (const route of Object.keys(PEOPLE).filter((each) => PEOPLE[each] === "provider")) {
      const page = openPage(server);
      const answer = await from(page, route);
      assert.ok(
        answer.status === 303 || (answer.status >= 400 && answer.status < 500),
        `${route} is ${answer.status}`,
      );
      assert.equal((await page.session()).state, "signed_out", route);
    }
  });

  it("of a directory is answered 401 to whoever has no token of it: nobody, people, operators and apps", async () => {
    const wrong: string[] = [];
    for (const said of await directoryRoutes()) {
      const route = said.split(" ").slice(0, 2).join(" ");
      const asked = {
        nobody: await from(openPage(server), route),
        owner: await from(owner, route),
        operator: await bearer(route, `Bearer ${server.operatorToken}`),
        app: await bearer(route, bearerOf(server.signingKey ?? "")),
      };
      for (const [name, answer] of Object.entries(asked))
        if (answer.status !== 401) wrong.push(`${name}: ${route} is ${answer.status}`);
    }
    assert.deepEqual(wrong, []);
  });
});
