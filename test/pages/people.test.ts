import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";
import { signedIn, signedOut } from "./stub/world.ts";

const visit = visits();

test("the list is searched and filtered, and the address says how", async () => {
  await using visited = await visit("/people");
  const { page } = visited;
  await page.getByRole("link", { name: "Grace Sample" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("mary");
  await page.getByRole("link", { name: "Grace Sample" }).waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).search, "?q=mary");
  await page.reload();
  await page.getByRole("link", { name: "Mary Modell" }).waitFor();
  await page.getByLabel("Role").selectOption("owner");
  await page.getByText("Nobody fits these filters").waitFor();
  await page.getByRole("button", { name: "Show all who are active" }).click();
  await page.getByRole("link", { name: "Grace Sample" }).waitFor();
});

test("somebody is invited, and the link is there to be copied", async () => {
  await using visited = await visit("/people");
  const { page, stub } = visited;
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  await dialog.getByLabel("E-mail address").fill("new@example.org");
  await dialog.getByLabel("Role").selectOption("developer");
  await dialog.getByLabel("Only in these environments").check();
  await dialog.getByLabel("staging").check();
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await page.getByText(`${stub.origin}/join#invitation-token`).waitFor();
  const asked = stub.heard.find(({ method, url }) => method === "POST" && url.endsWith("/invitations"));
  assert.deepEqual(JSON.parse(asked?.body ?? ""), {
    email: "new@example.org",
    role: "developer",
    environments: ["staging"],
  });
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Take back the invitation of new@example.org" }).click();
  await page.getByText("new@example.org").waitFor({ state: "detached" });
});

test("where the server can send mail, an invitation goes by it, unless the link is wanted", async () => {
  await using visited = await visit("/people", { session: { ...signedIn(), mail: true } });
  const { page } = visited;
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  await dialog.getByLabel("E-mail address").fill("new@example.com");
  assert.ok(await dialog.getByLabel("Send it by mail").isChecked());
  await dialog.getByRole("button", { name: "Send the invitation" }).click();
  await page.getByText("Sent", { exact: true }).waitFor();
  assert.equal(await page.getByRole("group", { name: "Invitation link" }).count(), 0);
  await page.getByRole("button", { name: "Invite" }).click();
  await dialog.getByLabel("Send it by mail").uncheck();
  await dialog.getByLabel("E-mail address").fill("other@example.com");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await page.getByRole("group", { name: "Invitation link" }).waitFor();
});

test("grants are changed, after a fresh proof that the act asks for by itself", async () => {
  await using visited = await visit("/people/psn_linus", { isStale: true });
  const { page } = visited;
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByLabel("Role").selectOption("admin");
  await page.getByLabel("May see payloads").check();
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog", { name: "Is it still you?" });
  await dialog.getByLabel("Your password").fill("correct horse battery");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Sees payloads").waitFor();
  await page.getByText("Admin", { exact: true }).waitFor();
});

test("declining the proof leaves everything as it was, and is no failure", async () => {
  await using visited = await visit("/people/psn_linus", { isStale: true });
  const { page } = visited;
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog", { name: "Is it still you?" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Save" }).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("somebody is deactivated with a reason", async () => {
  await using visited = await visit("/people/psn_mary");
  const { page, stub } = visited;
  await page.getByRole("button", { name: "Deactivate" }).click();
  await page.getByLabel("Why").fill("Left the company");
  await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await page.getByRole("heading", { name: "Reactivate" }).waitFor();
  const asked = stub.heard.find(({ url }) => url.endsWith("/psn_mary/deactivate"));
  assert.deepEqual(JSON.parse(asked?.body ?? ""), { reason: "Left the company" });
});

test("the last owner can be neither deactivated nor stripped, and the page says why", async () => {
  await using visited = await visit("/people/psn_ada");
  const { page } = visited;
  await page.getByText("You are the last owner").waitFor();
  assert.equal(await page.getByRole("button", { name: "Deactivate" }).count(), 0);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByLabel("Role").selectOption("viewer");
  await page.getByText("This would leave the installation without an owner").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
});

test("who may only look is shown nothing to act with, and no page that is not his", async () => {
  await using visited = await visit("/people", {
    session: signedIn(["people.read", "roles.read", "environments.read"]),
  });
  const { page } = visited;
  await page.getByRole("link", { name: "Grace Sample" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Invite" }).count(), 0);
  assert.equal(await page.getByText("Open invitations").count(), 0);
  const links = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
  assert.deepEqual(links, ["People", "Roles"]);
  await page.getByRole("link", { name: "Grace Sample" }).click();
  await page.getByRole("heading", { name: "Grace Sample" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Change", exact: true }).count(), 0);
  assert.equal(await page.getByRole("heading", { name: "Acts" }).count(), 0);
});

test("the roles page says what somebody can do somewhere", async () => {
  await using visited = await visit("/roles");
  const { page } = visited;
  await page.getByLabel("Person").selectOption("psn_grace");
  await page.getByLabel("Place").selectOption("staging");
  await page.getByText(/Grace Sample can do \d+ of \d+ things in Staging/).waitFor();
  assert.equal(new URL(page.url()).search, "?person=psn_grace&place=staging");
  await page.getByLabel("Place").selectOption("-");
  await page.getByText("Grace Sample can do nothing in the installation itself.").waitFor();
});

test("a session that ended elsewhere leads to the sign-in page, and from there back", async () => {
  await using visited = await visit("/people");
  const { page, stub } = visited;
  await page.getByRole("link", { name: "Grace Sample" }).waitFor();
  stub.world.session = signedOut();
  await page.getByRole("link", { name: "Grace Sample" }).click();
  await page.getByLabel("E-mail address").fill("ada@example.org");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Grace Sample", level: 1 }).waitFor();
});

test("a server that does not answer is said, and asked again", async () => {
  await using visited = await visit("/account");
  const { page } = visited;
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await page.route("**/admin/people", (route) => route.abort());
  await page.getByRole("link", { name: "People" }).click();
  await page.getByText("The server does not answer.").waitFor();
  await page.unroute("**/admin/people");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "Grace Sample" }).waitFor();
});

test("on a phone the pages are behind a button, and chosen by keyboard", async () => {
  await using visited = await visit("/people", {}, { viewport: { width: 360, height: 740 } });
  const { page } = visited;
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  assert.ok(!(await page.getByRole("link", { name: "Roles" }).isVisible()));
  await page.getByRole("button", { name: "Open the menu" }).press("Enter");
  await page.getByRole("link", { name: "Roles" }).press("Enter");
  await page.getByRole("heading", { name: "Roles", level: 1 }).waitFor();
  assert.ok(!(await page.getByRole("link", { name: "Roles" }).isVisible()));
});

test("the first thing that the tab key reaches leads past the frame", async () => {
  await using visited = await visit("/people");
  const { page } = visited;
  await page.getByRole("link", { name: "Grace Sample" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "content");
});

test("what others wrote is text, whatever it says", async () => {
  await using visited = await visit("/people");
  const { page, stub } = visited;
  const hostile = '<img src=x onerror="document.title=1"><script>alert(1)</script>\u202Eevil';
  const { person } = signedIn();
  stub.world.session = {
    ...signedIn(),
    person: { id: "x", email: "x", ...person, name: hostile },
    instance: { name: hostile },
  };
  page.on("dialog", () => assert.fail("a script ran"));
  await page.route("**/admin/people", async (route) => {
    const { data } = (await (await route.fetch()).json()) as { data: object[] };
    await route.fulfill({ json: { data: data.map((each) => ({ ...each, name: hostile, email: hostile })) } });
  });
  await page.reload();
  await page.getByRole("link", { name: "<img src=x onerror" }).first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  assert.equal(await page.title(), "People · Holdfast");
});
