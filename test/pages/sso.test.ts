import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";
import { signedIn } from "./stub/world.ts";

const visit = visits();

test("a SAML connection is set up from nothing to required", async () => {
  await using visited = await visit("/sso", { hasConnections: false });
  const { page, stub } = visited;
  await page.getByRole("button", { name: "Add a connection" }).click();
  await page.getByRole("radio", { name: "Okta" }).check();
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("heading", { name: "Give these to Okta" }).waitFor();
  await page.getByText("The server’s public address is the one that you see it under").waitFor();
  await page.getByRole("group", { name: "Audience URI (SP Entity ID)" }).waitFor();
  await page.getByRole("button", { name: "Done, go on" }).click();

  await page.getByRole("radio", { name: "Metadata as text" }).check();
  const area = page.getByLabel("Metadata", { exact: true });
  await area.fill("<EntityDescriptor>");
  await page.getByText("This does not end as metadata ends").waitFor();
  await area.fill("<EntityDescriptor>sha1</EntityDescriptor>");
  await page.getByText("The metadata is signed with SHA-1.").waitFor();
  await area.fill("<EntityDescriptor></EntityDescriptor>");
  await page.getByText("https://example.okta.com/app/exk1example/sso/saml").waitFor();
  await page.getByRole("button", { name: "Take this and go on" }).click();

  await page.getByText("No group is mapped yet.").waitFor();
  assert.equal(await page.getByLabel("Attribute of the e-mail address").inputValue(), "email");
  await page.getByRole("button", { name: "Add a group" }).click();
  await page.getByLabel("Name of the group").fill("engineering");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await page.getByText("They would be let in.").waitFor();
  await page.getByRole("button", { name: "Save and go on" }).click();

  const [window] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("button", { name: "Begin the test" }).click(),
  ]);
  await window.getByText("You may close this window.").waitFor();
  await page.getByText("Every check passed").waitFor();
  await page.getByRole("button", { name: "Go on" }).click();

  await page.getByRole("button", { name: "Make it optional" }).click();
  await page.getByText("It is optional now.").waitFor();
  const require = page.getByRole("button", { name: "Require Okta" });
  assert.equal(await require.getAttribute("aria-disabled"), "true");
  await page.getByRole("button", { name: "Make the codes" }).click();
  await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  await require.click();
  await page.getByText("This connection becomes optional again unless somebody confirms it").waitFor();
  const states = stub.heard
    .filter(({ url }) => url.endsWith("/enable"))
    .map(({ body }) => JSON.parse(body).state);
  assert.deepEqual(states, ["optional", "required"]);
});

test("a connection is confirmed only by who came in through it", async () => {
  const session = signedIn();
  await using visited = await visit("/sso/con_1?step=enable", {
    session: { ...session, session: { ...session.session!, method: "saml", connection: "con_1" } },
  });
  const { page, stub } = visited;
  await page.getByRole("heading", { name: "Optional" }).waitFor();
  await page.evaluate(`fetch("/holdfast/v1/admin/sso/con_1/enable", { method: "POST", body: '{"state":"required"}',
    headers: { "content-type": "application/json", "x-csrf": "${session.csrf}" } })`);
  await page.reload();
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Confirmed: it stays required").waitFor();
  assert.ok(stub.heard.some(({ url }) => url.endsWith("/con_1/confirm")));
});

test("an OpenID Connect connection takes four fields, and its secret is not read back", async () => {
  await using visited = await visit("/sso");
  const { page, stub } = visited;
  await page.getByRole("button", { name: "Add a connection" }).click();
  await page.getByRole("radio", { name: "Keycloak" }).check();
  await page.getByRole("radio", { name: /OpenID Connect/ }).check();
  await page.getByLabel("Name", { exact: true }).fill("Realm");
  await page.getByLabel("Issuer").fill("https://sso.example.org/realms/work");
  await page.getByLabel("Client ID").fill("holdfast");
  await page.getByLabel("Client secret").fill("s3cret");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("group", { name: "Redirect URI" }).waitFor();
  await page.getByRole("button", { name: "Done, go on" }).click();
  assert.equal(await page.getByLabel("Client ID").inputValue(), "holdfast");
  assert.equal(await page.getByLabel("Client secret").inputValue(), "");
  await page.getByRole("button", { name: "Take this and go on" }).click();
  await page.getByLabel("Claim of the groups").waitFor();
  // It goes out once, and what was left empty keeps it.
  const carriers = stub.heard.filter(({ body }) => body.includes("client_secret"));
  assert.deepEqual(
    carriers.map(({ method, url }) => `${method} ${url}`),
    ["POST /holdfast/v1/admin/sso"],
  );
});

test("a domain is proved by its record", async () => {
  await using visited = await visit("/sso/con_1");
  const { page } = visited;
  await page.getByText("_holdfast.example.net").waitFor();
  await page.getByRole("button", { name: "Look now for the record of example.net" }).click();
  await page.getByText("_holdfast.example.net").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("textbox", { name: "Domain" }).fill("third.example");
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  await page.getByText("_holdfast.third.example").waitFor();
});

test("health shows certificates that end, who was refused and why, and the directory's token once", async () => {
  await using visited = await visit("/sso/con_1");
  const { page } = visited;
  await page.getByText("The assertion is for another service.").waitFor();
  await page.getByText("in 20 days").or(page.getByText("in 21 days")).first().waitFor();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByText("hscm_4f2a91bc77aa01fe").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("hscm_4f2a91bc77aa01fe").waitFor({ state: "detached" });
});

test("our own keys change over in two steps, with what the provider has to read in between", async () => {
  await using visited = await visit("/sso/con_1");
  const { page } = visited;
  await page.getByText("It expires within 30 days.").first().waitFor();
  await page.getByRole("button", { name: "Make the next ones" }).click();
  await page.getByText("The next keys are announced, and do nothing yet").waitFor();
  await page.getByRole("group", { name: "Metadata" }).waitFor();
  await page.getByRole("button", { name: "Let them take over" }).click();
  await page.getByText("It expires within 30 days.").first().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Make the next ones" }).waitFor();
});

test("who may only look at connections sees their health and nothing to change", async () => {
  await using visited = await visit("/sso/con_1?step=enable", { session: signedIn(["sso.read"]) });
  const { page } = visited;
  await page.getByRole("heading", { name: "Certificates" }).waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Steps" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Accept" }).count(), 0);
});

test("rules of signing in name whom they would lock out, before they are saved", async () => {
  await using visited = await visit("/sso");
  const { page } = visited;
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Passwords open the door").uncheck();
  await page.getByText(/would be locked out/).waitFor();
  await page.getByText("Linus Muster and Mary Modell can sign in only by a password.").waitFor();
});

test("rules of signing in hold words of the organisation, one a line", async () => {
  await using visited = await visit("/sso");
  const { page } = visited;
  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Words that no new password is made of").fill("Zephyrcoil\n\n  Acme Corp \n");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("what is known of people and this place; also Zephyrcoil and Acme Corp").waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  const words = page.getByLabel("Words that no new password is made of");
  assert.equal(await words.inputValue(), "Zephyrcoil\nAcme Corp");
});
