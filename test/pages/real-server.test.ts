import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inflateRawSync } from "node:zlib";
import type { Statement } from "../../packages/server/src/saml/testing/identity-provider.ts";
import {
  encodeForPost,
  issueResponse,
  ordinaryStatement,
} from "../../packages/server/src/saml/testing/identity-provider.ts";
import { pagesDir, pagesList } from "@holdfast/dashboard";
import type { Browser, Page } from "playwright-core";
import type { WatchedPage } from "../kit/browser.ts";
import { accessibilityProblems, launchBrowser, openPage } from "../kit/browser.ts";
import type { Listener } from "../kit/listener.ts";
import { startListener } from "../kit/listener.ts";
import { OWNER_EMAIL, PASSWORD } from "../kit/page.ts";
import { IDP_KEY, person } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

/** Gives a page's browser an authenticator of its own, which agrees to everything. */
async function withAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Gives the proof that acts want, whenever it is asked for. */
async function proveWhenAsked(page: Page): Promise<void> {
  await page.addLocatorHandler(page.getByRole("dialog", { name: "Is it still you?" }), async (dialog) => {
    await dialog.getByLabel("Your password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Confirm" }).click();
  });
}

/** An identity provider that knows one person, and sends back whoever comes with its word for them. */
function startProvider(says: Partial<Statement>, connectionUrl: () => string): Promise<Listener> {
  return startListener(({ url }) => {
    const query = new URL(url, "http://idp.example").searchParams;
    const xml = inflateRawSync(Buffer.from(query.get("SAMLRequest") ?? "", "base64")).toString();
    const [, requestId = ""] = / ID="([^"]+)"/.exec(xml) ?? [];
    const statement = ordinaryStatement({
      idpEntityId: "https://idp.example/metadata",
      spEntityId: connectionUrl(),
      acsUrl: `${connectionUrl()}/acs`,
      requestId,
      nowMs: Date.now(),
    });
    const response = encodeForPost(issueResponse({ ...statement, ...says }, { mode: "both", key: IDP_KEY }));
    return {
      status: 200,
      headers: { "content-type": "text/html" },
      body: `<form method="post" action="${connectionUrl()}/acs"><input name="SAMLResponse" value="${response}">
        <input name="RelayState" value="${query.get("RelayState") ?? ""}"></form><script>document.forms[0].submit()</script>`,
    };
  });
}

/** A recovery code, as it is shown. */
const CODE = /(?:[0-9a-z]{4}-){5}[0-9a-z]{4}/g;
const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 1 });

describe("the pages of a real server", { timeout: 180_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let owner: WatchedPage;
  let provider: Listener;
  let providerOrigin = "";
  let origin = "";
  let connectionUrl = "";
  let recoveryCodes: readonly string[] = [];
  before(async () => {
    // As it comes: owners need a second factor.
    server = await startTestServer({
      pages: { dir: pagesDir, list: pagesList },
      secondFactorRoles: ["owner", "admin"],
    });
    await server.stop();
    // Passkeys need a name, which an address of numbers is not.
    origin = `http://localhost:${server.port}`;
    await server.start({ publicUrl: origin });
    provider = await startProvider(person("u-1", "cy@example.org"), () => connectionUrl);
    // Of the same site as the server: without TLS no cookie comes along from another one.
    providerOrigin = provider.origin.replace("127.0.0.1", "localhost");
    browser = await launchBrowser();
    owner = await openPage(browser, origin);
  });
  after(async () => {
    await browser.close();
    await provider[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("the first owner follows the link, keeps the recovery codes and is in", async () => {
    const { page } = owner;
    await withAuthenticator(page);
    await proveWhenAsked(page);
    await page.goto((await server.setUpLink()) ?? "");
    await page.getByLabel("Your name").fill("Ana Example");
    assert.equal(new URL(page.url()).hash, "");
    await page.getByLabel("E-mail address").fill(OWNER_EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByLabel("I have kept these codes").waitFor();
    recoveryCodes = (await page.locator("body").innerText()).match(CODE) ?? [];
    assert.equal(recoveryCodes.length, 10);
    await page.getByLabel("I have kept these codes").check();
    await page.getByRole("button", { name: "Go to the dashboard" }).click();
    await heading(page, "Your account").waitFor();
    await page.getByText("Your role needs a second factor").waitFor();
  });

  it("a passkey is added, and is a way in by itself", async () => {
    const { page } = owner;
    await page.goto(`${origin}/account`);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByLabel("Name", { exact: true }).fill("Laptop");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Passkey added").waitFor();
    // It was shown as it was added: nothing is owed any more.
    await page.getByText("Your role needs a second factor").waitFor({ state: "detached" });
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "People" }).waitFor();
    await page.getByRole("button", { name: /your account/ }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await heading(page, "People").waitFor();
  });

  it("a password alone opens nothing where there is a passkey, until that is shown", async () => {
    const { page, problems, close } = await openPage(browser, origin);
    await page.goto(origin);
    await page.getByLabel("E-mail address").fill(OWNER_EMAIL);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Your role needs your second factor").waitFor();
    await page.getByRole("button", { name: "Show it" }).click();
    const dialog = page.getByRole("dialog", { name: "Is it still you?" });
    await dialog.getByText("which this session has not shown yet").waitFor();
    assert.equal(await dialog.getByLabel("Your password").count(), 0);
    await dialog.getByRole("button", { name: "Use a recovery code instead" }).click();
    await dialog.getByLabel("One of your recovery codes").fill(recoveryCodes[0] ?? "");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("Your role needs your second factor").waitFor({ state: "detached" });
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "People" }).click();
    await heading(page, "People").waitFor();
    assert.deepEqual(problems, []);
    await close();
  });

  it("somebody is invited, joins in a browser of their own, and sees what their role lets them", async () => {
    const { page } = owner;
    await page.goto(`${origin}/people`);
    await page.getByRole("button", { name: "Invite" }).click();
    const dialog = page.getByRole("dialog", { name: "Invite somebody" });
    await dialog.getByLabel("E-mail address").fill("bo@example.com");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    const link = await page.getByRole("group", { name: "Invitation link" }).locator("code").textContent();

    const guest = await openPage(browser, origin);
    await guest.page.goto(link ?? "");
    await guest.page.getByText("You were invited as a viewer everywhere.").waitFor();
    await guest.page.getByLabel("Your name").fill("Bo Guest");
    await guest.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await guest.page.getByRole("button", { name: "Join" }).click();
    await guest.page.getByLabel("I have kept these codes").check();
    await guest.page.getByRole("button", { name: "Go to the dashboard" }).click();
    await heading(guest.page, "Roles").waitFor();
    const links = guest.page.getByRole("navigation", { name: "Pages" }).getByRole("link");
    assert.deepEqual(await links.allTextContents(), ["Roles"]);
    assert.deepEqual(guest.problems, []);
    await guest.close();
  });

  it("the owner gives them another role", async () => {
    const { page } = owner;
    await page.goto(`${origin}/people`);
    await page.getByRole("link", { name: "Bo Guest" }).click();
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByLabel("Role").selectOption("auditor");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Auditor", { exact: true }).waitFor();
  });

  it("a service account gets a token, which is shown once", async () => {
    const { page } = owner;
    await page.goto(`${origin}/service-accounts`);
    await page.getByRole("button", { name: "New service account" }).click();
    await page.getByLabel("Name", { exact: true }).fill("pipeline");
    await page.getByRole("button", { name: "Make", exact: true }).click();
    await page.getByRole("button", { name: "New token of pipeline" }).click();
    await page.getByLabel("Name", { exact: true }).fill("runner");
    await page.getByRole("button", { name: "Make the token" }).click();
    const secret = await page.getByRole("group", { name: "Token" }).locator("code").textContent();
    await page.getByRole("button", { name: "I have kept it" }).click();
    const { status } = await fetch(`${server.url}/holdfast/v1/admin/roles`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    assert.equal(status, 200);
  });

  it("a connection is begun, its provider typed in, and its groups mapped and tried", async () => {
    const { page } = owner;
    await page.goto(`${origin}/sso`);
    await page.getByRole("button", { name: "Add a connection" }).click();
    await page.getByRole("radio", { name: "Keycloak" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("The server’s public address is the one that you see it under").waitFor();
    await page.getByRole("button", { name: "Done, go on" }).click();
    await page.getByRole("radio", { name: "Field by field" }).check();
    await page.getByLabel("entityID of the realm").fill("https://idp.example/metadata");
    await page.getByLabel("SingleSignOnService").fill(`${providerOrigin}/sso`);
    await page.getByLabel("Certificate of the RS256 key").fill(IDP_KEY.certificatePem);
    await page.getByRole("button", { name: "Take this and go on" }).click();
    await page.getByRole("button", { name: "Add a group" }).click();
    await page.getByLabel("Name of the group").fill("staff");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved", { exact: true }).waitFor();
    await page.getByLabel("Attributes").fill("email = cy@example.org\ngroups = staff");
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByText("Becomes a viewer everywhere").waitFor();
    await page.getByRole("link", { name: "Health" }).click();
    await page.getByText("Accepted", { exact: true }).waitFor();
  });

  it("a domain shows the record that proves it", async () => {
    const { page } = owner;
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("textbox", { name: "Domain" }).fill("example.org");
    await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    await page.getByRole("group", { name: "TXT record: value" }).waitFor();
  });

  it("the connection is tested in a window of its own, made optional, then required", async () => {
    const { page } = owner;
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    const trusted = await fetch(`${server.url}/holdfast/v1/admin/domains/example.org/trust`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.operatorToken}` },
    });
    assert.equal(trusted.status, 200);
    connectionUrl = `${origin}/saml/${id}`;
    await page.goto(`${origin}/sso/${id}?step=test`);
    const [window] = await Promise.all([
      page.waitForEvent("popup"),
      page.getByRole("button", { name: "Begin the test" }).click(),
    ]);
    await window.getByText("You may close this window.").waitFor();
    await page.getByText("Every check passed").waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Make it optional" }).click();
    await page.getByText("It is optional now.").waitFor();
    await page.getByRole("button", { name: "Make the codes" }).click();
    await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    await page.getByRole("button", { name: "Require Keycloak" }).click();
    await page.getByText("This connection becomes optional again unless somebody confirms it").waitFor();

    const guest = await openPage(browser, origin);
    await guest.page.goto(`${origin}/roles`);
    await guest.page.getByLabel("E-mail address").fill("cy@example.org");
    await guest.page.getByRole("button", { name: "Continue" }).click();
    await heading(guest.page, "Roles").waitFor();
    await guest.page.goto(`${origin}/account`);
    await guest.page.getByText("by single sign-on").waitFor();
    await guest.close();
    await page.goto(`${origin}/sso/${id}?step=health`);
    await page.getByText("Signed in", { exact: true }).first().waitFor();
  });

  it("the browser recomputes the log of all this, and every entry holds", async () => {
    const { page } = owner;
    await page.goto(`${origin}/audit?view=verify`);
    await page.getByRole("button", { name: "Verify in this browser" }).click();
    await page.getByText(/^\d+ entries hold$/).waitFor();
  });

  it("no page broke the policy, asked anybody else, or is beyond reach for somebody", async () => {
    const { page, problems } = owner;
    for (const path of ["/people", "/roles", "/account", "/sso", "/service-accounts", "/keys", "/audit"]) {
      await page.goto(origin + path);
      await page.locator("h1").first().waitFor();
      await page.waitForLoadState("networkidle");
      assert.deepEqual(await accessibilityProblems(page), [], path);
    }
    // The provider of the test is the one stranger that was spoken with, and its page is not ours.
    assert.deepEqual(
      problems.filter((each) => !each.includes(providerOrigin)),
      [],
    );
  });
});
