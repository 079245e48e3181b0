import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";
import { CODES, signedIn } from "./stub/world.ts";

const visit = visits();

test("who owes a second factor sees only the account, and everything once there is one", async () => {
  await using visited = await visit("/people", { session: { ...signedIn(), must: "enrol_second_factor" } });
  const { page } = visited;
  await page.getByText("Your role needs a second factor").waitFor();
  assert.equal(new URL(page.url()).pathname, "/account");
  assert.equal(await page.getByRole("navigation", { name: "Pages" }).getByRole("link").count(), 0);
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await page.getByRole("img", { name: "QR code of the secret" }).waitFor();
  await page.getByText("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", { exact: true }).waitFor();
  await page.getByLabel("The code that it shows now").fill("123456");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
});

test("a passkey is made by the browser, opens the door, and is removed", async () => {
  await using visited = await visit("/account", {}, { named: true });
  const { page } = visited;
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
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("Test key");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Passkey added").waitFor();

  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();

  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Remove the passkey Test key" }).click();
  await page.getByText("Test key").waitFor({ state: "detached" });
});

test("new recovery codes are shown once, and stay until they are kept", async () => {
  await using visited = await visit("/account");
  const { page } = visited;
  await page.getByRole("button", { name: "Make new ones" }).click();
  const dialog = page.getByRole("dialog", { name: "Your new recovery codes" });
  await dialog.getByText(CODES[3] ?? "").waitFor();
  await page.keyboard.press("Escape");
  await dialog.getByText(CODES[3] ?? "").waitFor();
  await dialog.getByLabel("I have kept these codes").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  await dialog.waitFor({ state: "detached" });
});

test("the password is changed, and a wrong one is said", async () => {
  await using visited = await visit("/account");
  const { page } = visited;
  await page.getByRole("button", { name: "Change", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Change your password" });
  await dialog.getByLabel("Current password").fill("wrong");
  await dialog.getByLabel("New password").fill("a longer and better one");
  await dialog.getByRole("button", { name: "Change" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Current password").fill("correct horse battery");
  await dialog.getByRole("button", { name: "Change" }).click();
  await page.getByText("Password changed").waitFor();
});

test("one's other sessions are ended", async () => {
  await using visited = await visit("/account");
  const { page } = visited;
  await page.getByText("Safari on iPhone").waitFor();
  await page.getByRole("button", { name: "End all others" }).click();
  await page.getByText("Safari on iPhone").waitFor({ state: "detached" });
});

test("signing out forgets what was shown and leads to the sign-in page", async () => {
  await using visited = await visit("/account");
  const { page } = visited;
  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("E-mail address").waitFor();
  assert.equal(new URL(page.url()).pathname, "/sign-in");
});

test("a theme is chosen and kept", async () => {
  await using visited = await visit("/account", {}, { colorScheme: "light" });
  const { page } = visited;
  const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  const light = await ground();
  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("radio", { name: "Dark" }).check();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  assert.equal(await ground(), dark);
});

test("keys lead from page to page, and can be switched off", async () => {
  await using visited = await visit("/account");
  const { page } = visited;
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Roles", level: 1 }).waitFor();
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Roles");
  await page.keyboard.press("?");
  await page.getByLabel("Keys that are a single letter").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 0);
});

test("instants are written in UTC for whoever wants it", async () => {
  await using visited = await visit("/people/psn_grace", {}, { timezoneId: "Asia/Tokyo" });
  const { page } = visited;
  const since = page.getByRole("region", { name: "About" }).getByRole("definition").last();
  await since.waitFor();
  assert.doesNotMatch((await since.textContent()) ?? "", /UTC/);
  await page.getByRole("button", { name: /your account/ }).click();
  await page.getByRole("radio", { name: "UTC" }).check();
  assert.match((await since.textContent()) ?? "", /UTC/);
});
