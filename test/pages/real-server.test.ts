import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { pagesDir, pagesList } from "@holdfast/dashboard";
import type { Browser } from "playwright-core";
import { launchBrowser, openPage } from "../kit/browser.ts";
import type { WatchedPage } from "../kit/browser.ts";
import { PASSWORD } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("the pages of a real server", { timeout: 120_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  let owner: WatchedPage;
  let origin = "";
  before(async () => {
    server = await startTestServer({ pages: { dir: pagesDir, list: pagesList } });
    await server.stop();
    // Passkeys need a name, which an address of numbers is not.
    origin = `http://localhost:${server.port}`;
    await server.start({ publicUrl: origin });
    browser = await launchBrowser();
    owner = await openPage(browser, origin);
  });
  after(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it("the first owner follows the link, keeps her recovery codes and is in", async () => {
    const { page } = owner;
    await page.goto((await server.setUpLink()) ?? "");
    await page.getByLabel("Name").fill("Ana");
    await page.getByLabel("E-mail").fill("ana@example.com");
    await page.getByLabel("Password", { exact: false }).first().fill(PASSWORD);
    await page.screenshot({ path: "/tmp/shot-1.png" });
    await page
      .getByRole("button", { name: /set up|continue|create|owner/i })
      .first()
      .click();
    await page.screenshot({ path: "/tmp/shot-2.png" });
    assert.ok(!page.url().includes("#"));
  });
});
