import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { visits } from "./stub/visit.ts";
import { ADA, signedOut } from "./stub/world.ts";

const visit = visits();
const OUT = { session: signedOut() };
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };
const PASSWORD = "correct horse battery staple";

/** Where a password is typed: the page, how to come to its field, and what a password manager is told that it is. */
const FIELDS: readonly (readonly [
  where: string,
  path: string,
  session: object,
  go: (page: Page) => Promise<void>,
  autocomplete: string,
])[] = [
  [
    "signing in",
    "/sign-in",
    OUT,
    async (page) => {
      await page.getByLabel("E-mail address").fill(ADA.email);
      await page.keyboard.press("Enter");
    },
    "current-password",
  ],
  [
    "setting up",
    "/set-up#set-up-token",
    { session: { ...signedOut(), state: "setup_required" as const } },
    async () => undefined,
    "new-password",
  ],
  ["a new password", "/reset#reset-token", OUT, async () => undefined, "new-password"],
];

for (const [where, path, world, go, autocomplete] of FIELDS)
  test(`the password of ${where} is hidden until it is asked to be shown, can be pasted, and says what it is`, async () => {
    await using visited = await visit(path, world, CLIPBOARD);
    const { page } = visited;
    await go(page);
    const field = page.getByLabel("Password", { exact: true }).or(page.getByLabel("New password")).first();
    await field.waitFor();
    assert.equal(await field.getAttribute("type"), "password");
    assert.equal(await field.getAttribute("autocomplete"), autocomplete);
    const longest = Number((await field.getAttribute("maxlength")) ?? Infinity);
    assert.ok(longest >= 128, `a password is cut to ${longest} characters`);
    await page.evaluate((text) => navigator.clipboard.writeText(text), PASSWORD);
    await field.focus();
    await page.keyboard.press("ControlOrMeta+V");
    assert.equal(await field.inputValue(), PASSWORD);
    await page.getByRole("button", { name: "Show the password" }).first().click();
    assert.equal(await field.getAttribute("type"), "text");
    await page.getByRole("button", { name: "Hide the password" }).first().click();
    assert.equal(await field.getAttribute("type"), "password");
  });
