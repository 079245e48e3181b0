import assert from "node:assert/strict";
import { test } from "node:test";
import { visits } from "./stub/visit.ts";
import { ADA, CODES, NAME, signedOut } from "./stub/world.ts";

const visit = visits();
const OUT = { session: signedOut() };
const SET_UP = { session: { ...signedOut(), state: "setup_required" as const } };
const PASSWORD = "correct horse battery";

test("one signs in with address, password and a code, and goes on where one wanted to", async () => {
  const factors = { password: true, totp: true, passkeys: 0, recovery_codes_left: 9 };
  await using visited = await visit("/roles?person=psn_grace", { ...OUT, factors });
  const { page } = visited;
  await page.getByRole("heading", { name: `Sign in to ${NAME}` }).waitFor();
  await page.getByLabel("E-mail address").fill(ADA.email);
  await page.keyboard.press("Enter");
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The address and the password do not go together.").waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByLabel("Code from your authenticator").fill("123456");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Roles", level: 1 }).waitFor();
  assert.equal(new URL(page.url()).search, "?person=psn_grace");
});

test("a recovery code opens in the place of the authenticator", async () => {
  const session = {
    ...signedOut(),
    state: "second_factor" as const,
    second_factors: ["totp", "recovery_code"] as const,
  };
  await using visited = await visit("/sign-in", { session });
  const { page } = visited;
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(CODES[0] ?? "");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
});

test("an address of a domain with single sign-on is sent to its provider, and a refusal shows its reference", async () => {
  await using visited = await visit("/sign-in", OUT);
  const { page } = visited;
  await page.getByLabel("E-mail address").fill("bo@sso.example");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Your identity provider’s answer was not accepted.").waitFor();
  await page.getByText("ab12cd34").waitFor();
});

test("a path that leads elsewhere is not gone on with", async () => {
  await using visited = await visit("/sign-in?to=//evil.example/");
  await visited.page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  assert.equal(new URL(visited.page.url()).origin, visited.stub.origin);
});

test("setting up takes the token out of the address at once, and shows the recovery codes once", async () => {
  await using visited = await visit("/set-up#set-up-token", SET_UP);
  const { page } = visited;
  await page.getByLabel("Your name").fill(ADA.name);
  assert.equal(new URL(page.url()).hash, "");
  await page.getByLabel("E-mail address").fill(ADA.email);
  await page.locator('[name="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByText(CODES[9] ?? "", { exact: true }).waitFor();
  const goOn = page.getByRole("button", { name: "Go to the dashboard" });
  assert.equal(await goOn.getAttribute("aria-disabled"), "true");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "holdfast-recovery-codes.txt");
  await goOn.click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  // Nothing that was asked carries the token but the one body that has to.
  const carriers = visited.stub.heard.filter(({ body, headers, url }) =>
    `${url} ${JSON.stringify(headers)} ${body}`.includes("set-up-token"),
  );
  assert.deepEqual(
    carriers.map(({ url }) => url),
    ["/holdfast/v1/identity/set-up"],
  );
});

test("until there is a first person, every page leads to the set-up, which says where the link is", async () => {
  await using visited = await visit("/people", SET_UP);
  await visited.page.getByText("This page needs the set-up link").waitFor();
});

test("an invitation is taken with a name and a password", async () => {
  await using visited = await visit("/join#invitation-token", OUT);
  const { page } = visited;
  await page.getByText("You were invited as a developer in staging and preview.").waitFor();
  await page.getByLabel("Your name").fill("Grace Sample");
  await page.locator('[name="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByLabel("I have kept these codes").check();
  await page.getByRole("button", { name: "Go to the dashboard" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
});

test("an invitation that is over says so", async () => {
  await using visited = await visit("/join#old", OUT);
  await visited.page.getByText("This invitation was used, taken back, or has ended.").waitFor();
});

test("a new password is chosen by a link", async () => {
  await using visited = await visit("/reset#reset-token", OUT);
  const { page } = visited;
  await page.locator('[name="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("Every session that you had was ended.").waitFor();
});

test("where single sign-on is optional, a password may be chosen", async () => {
  await using visited = await visit("/sign-in", OUT);
  const { page } = visited;
  await page.getByLabel("E-mail address").fill("bo@choice.example");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Go to your identity provider" }).waitFor();
  await page.getByRole("button", { name: "Use a password" }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
});

test("a break-glass account signs in by its password and a code", async () => {
  await using visited = await visit("/sign-in", OUT);
  const { page, stub } = visited;
  await page.getByRole("button", { name: "Use a break-glass code" }).click();
  await page.getByLabel("E-mail address").fill(ADA.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Break-glass code").fill("glass-1");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  const asked = stub.heard.find(({ url }) => url.endsWith("/sign-in/password"));
  assert.equal(JSON.parse(asked?.body ?? "").emergency_code, "glass-1");
});

test("who is signed in and was refused at the provider is told so, and stays signed in", async () => {
  await using visited = await visit("/sign-in?e=sso&ref=ab12cd34");
  const { page } = visited;
  await page.getByRole("heading", { name: "Still signed in" }).waitFor();
  await page.getByText("ab12cd34").waitFor();
  await page.getByRole("link", { name: "Go to the start" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
});

test("an account that a provider named is linked by its password", async () => {
  await using visited = await visit("/sign-in?e=link", {
    session: { ...signedOut(), link: { connection: "Okta" } },
  });
  const { page } = visited;
  await page.getByRole("heading", { name: "Is this your account?" }).waitFor();
  await page.getByLabel("The password of your account here").fill(PASSWORD);
  await page.getByRole("button", { name: "Link the account" }).click();
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
});

test("where passwords take a proof of work, the page does it by itself", async () => {
  const challenge = { text: "riddle", bits: 12 };
  await using visited = await visit("/sign-in", { ...OUT, challenge });
  const { page, stub } = visited;
  await page.getByLabel("E-mail address").fill(ADA.email);
  await page.keyboard.press("Enter");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
  const tries = stub.heard.filter(({ url }) => url.endsWith("/sign-in/password"));
  assert.deepEqual(
    tries.map(({ body }) => Object.keys(JSON.parse(body) as object).includes("proof")),
    [false, true],
  );
});
