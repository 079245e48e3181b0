import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { accessibilityProblems } from "../kit/browser.ts";
import { visits } from "./stub/visit.ts";
import type { World } from "./stub/world.ts";
import { signedOut } from "./stub/world.ts";

const visit = visits();
const OUT = { session: signedOut() };

const click = (name: string) => async (page: Page) => {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog").waitFor();
};

/** Every page, and the dialogs that hold the most: path, world, and what is done first. */
const PAGES: readonly (readonly [string, Partial<World>?, ((page: Page) => Promise<void>)?])[] = [
  ["/sign-in", OUT],
  ["/sign-in?e=sso&ref=ab12cd34", OUT],
  ["/set-up#set-up-token", { session: { ...signedOut(), state: "setup_required" } }],
  ["/join#invitation-token", OUT],
  ["/join", OUT],
  ["/reset#reset-token", OUT],
  ["/sso-test?handle=h1"],
  ["/people"],
  ["/people?state=all"],
  ["/people", {}, click("Invite")],
  ["/people/psn_ada"],
  ["/people/psn_grace", {}, (page) => page.getByRole("button", { name: "Change", exact: true }).click()],
  ["/people/nobody"],
  ["/roles"],
  ["/account"],
  ["/account", {}, click("Set up")],
  ["/account", { isStale: true }, click("Make new ones")],
  ["/sso"],
  ["/sso", { hasConnections: false }],
  ["/sso", {}, click("Add a connection")],
  ["/sso/con_1?step=give"],
  ["/sso/con_1?step=paste"],
  ["/sso/con_1?step=map"],
  ["/sso/con_1?step=test"],
  ["/sso/con_1?step=enable"],
  ["/sso/con_1"],
  ["/service-accounts"],
  ["/keys"],
  ["/keys?list=signing"],
  ["/keys?list=operators"],
  ["/audit?open=117"],
  ["/audit?action=server.stopped"],
  ["/audit?view=verify"],
  ["/nowhere"],
];

for (const [path, world, act] of PAGES) {
  const name = `${path}${world?.isStale === true ? ", a proof" : ""}${act === undefined ? "" : ", with what it opens"}${world?.hasConnections === false ? ", empty" : ""}`;
  test(`${name} keeps to its policy, and is accessible in light and in dark`, async () => {
    await using visited = await visit(path, world, { colorScheme: "light" });
    const { page } = visited;
    await page.locator("h1, [role=alert]").first().waitFor();
    await page.waitForLoadState("networkidle");
    await act?.(page);
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  test(`${name} fits 360 pixels without scrolling sideways`, async () => {
    await using visited = await visit(path, world, { viewport: { width: 360, height: 740 } });
    const { page } = visited;
    await page.locator("h1, [role=alert]").first().waitFor();
    await page.waitForLoadState("networkidle");
    await act?.(page);
    const beyond = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assert.equal(beyond, 0);
  });
}
