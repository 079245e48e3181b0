import { readFile } from "node:fs/promises";
import chromiumFiles from "@sparticuz/chromium";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";

/** A browser for tests: that of the machine where one is named, else the one that npm carries. */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env["CHROMIUM_PATH"];
  return chromium.launch({
    executablePath: named ?? (await chromiumFiles.executablePath()),
    // Tests may run as root in a container, where Chromium's own sandbox does not start.
    args: ["--headless=shell", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** A page that writes down whatever it should not have done. */
export interface WatchedPage {
  readonly page: Page;
  /** Breaches of the policy, errors of the console, and requests to anybody else, as they happened. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a page in a context of its own.
 *
 * @param origin the only one that it may talk to
 */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const problems: string[] = [];
  await context.addInitScript(`document.addEventListener("securitypolicyviolation", (event) => {
    console.error("policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample);
  });`);
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== "blob:" && url.protocol !== "data:")
      problems.push(`request to ${request.url()}`);
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    // A refusal that a page shows is no error of the page, though the browser writes it down as one.
    if (message.type() !== "error" || message.text().startsWith("Failed to load resource")) return;
    problems.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  return { page, problems, close: () => context.close() };
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let axe: Promise<string> | undefined;

/** What axe finds wrong with a page by WCAG 2.2 AA, each in a line with what it is about. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  axe ??= readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
  // Drawings that move are judged where they end.
  await page.evaluate(
    "Promise.all(document.getAnimations().map((each) => { try { each.finish(); } catch { each.cancel(); } }))",
  );
  await page.evaluate(await axe);
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: { type: "tag", values: ${JSON.stringify(AXE_TAGS)} } })`,
  )) as AxeResults;
  return violations.flatMap(({ help, id, nodes }) =>
    nodes.map(
      ({ failureSummary, html }) => `${id}: ${help}: ${html.slice(0, 200)} (${failureSummary ?? ""})`,
    ),
  );
}
