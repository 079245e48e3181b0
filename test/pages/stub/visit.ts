import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, openPage } from "../../kit/browser.ts";
import type { StubServer } from "./stub-server.ts";
import { startStubServer } from "./stub-server.ts";
import type { World } from "./world.ts";

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly stub: StubServer;
  /** What the page should not have done; the visit's end asserts that there is nothing. */
  readonly problems: readonly string[];
}

type VisitOptions = BrowserContextOptions & {
  /** Whether the page is opened by the machine's name, in the place of its address. */
  readonly named?: boolean;
};

/** Opens pages of a stub of one's own in a browser that the file's tests share. */
export function visits(): (path: string, change?: Partial<World>, options?: VisitOptions) => Promise<Visit> {
  let browser: Browser | undefined;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());
  return async (path, change = {}, { named, ...options } = {}) => {
    assert.ok(browser !== undefined);
    const stub = await startStubServer();
    Object.assign(stub.world, change);
    // Passkeys are bound to a name; an address has none.
    const origin = named === true ? stub.origin.replace("127.0.0.1", "localhost") : stub.origin;
    const { close, page, problems } = await openPage(browser, origin, options);
    await page.goto(origin + path);
    return {
      page,
      stub,
      problems,
      async [Symbol.asyncDispose]() {
        await close();
        await stub[Symbol.asyncDispose]();
        assert.deepEqual(problems, []);
      },
    };
  };
}
