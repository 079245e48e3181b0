import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pagesDir, pagesList } from "@holdfast/dashboard";
import type { Browser, Page as BrowserPage } from "playwright-core";
import type { WatchedPage } from "../kit/browser.ts";
import { launchBrowser, openPage } from "../kit/browser.ts";
import { request } from "../http/request.ts";
import type { Page } from "../kit/page.ts";
import { OWNER_EMAIL, PASSWORD, signUpOwner } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";
import { AUTHORITY, LOCALHOST } from "./secure-front.ts";
import type { ServiceProvider } from "./service-provider.ts";
import { makeFolder } from "./thrown-away-folder.ts";

/** A server with its pages, its first owner, and a browser. */
export interface ProviderStage extends AsyncDisposable {
  readonly server: TestServer;
  readonly origin: string;
  readonly browser: Browser;
  /** The owner, without a browser. */
  readonly owner: Page;
  /** A browser of somebody who is signed in nowhere. */
  open(): Promise<WatchedPage>;
  /** Signs the owner in. */
  signInOwner(page: BrowserPage): Promise<void>;
  /** What a provider has to know of a connection. */
  ours(connection: string): Promise<ServiceProvider>;
  /** Takes the word of whoever runs the server on whose a domain is. */
  trust(domain: string, connection: string): Promise<void>;
}

export async function stageProvider(): Promise<ProviderStage> {
  // Whatever of it does not begin, nothing of it stays.
  await using begun = new AsyncDisposableStack();
  const { path: files } = begun.use(await makeFolder("tls"));
  const tls = { certificate: join(files, "certificate.pem"), key: join(files, "key.pem") };
  await writeFile(tls.certificate, LOCALHOST.cert);
  await writeFile(tls.key, LOCALHOST.key, { mode: 0o600 });
  const server = begun.use(
    await startTestServer({
      pages: { dir: pagesDir, list: pagesList },
      tls,
      egressAuthorities: [AUTHORITY.cert],
    }),
  );
  await server.stop();
  const origin = `https://localhost:${server.port}`;
  await server.start({ publicUrl: origin });
  const owner = await signUpOwner(server);
  const browser = begun.adopt(await launchBrowser(), (each) => each.close());
  const staged = begun.move();
  return {
    server,
    origin,
    browser,
    owner,
    // The provider's pages are elsewhere by nature.
    open: () => openPage(browser, origin, { ignoreHTTPSErrors: true }),
    async signInOwner(page) {
      await page.goto(`${origin}/sign-in`);
      await page.getByLabel("E-mail address").fill(OWNER_EMAIL);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
    },
    async ours(connection) {
      const { service_provider: we } = await owner.admin<{
        service_provider: { entity_id: string; acs_url: string; slo_url: string; certificates: string[] };
      }>("GET", `/sso/${connection}`);
      const [signingCertificate = "", encryptionCertificate = ""] = we.certificates;
      return {
        entityId: we.entity_id,
        acsUrl: we.acs_url,
        sloUrl: we.slo_url,
        signingCertificate,
        encryptionCertificate,
      };
    },
    async trust(domain, connection) {
      await owner.admin("POST", "/domains", { domain, connection });
      await request(server, "POST", `/holdfast/v1/admin/domains/${domain}/trust`, {
        authorized: false,
        headers: { authorization: `Bearer ${server.operatorToken}` },
      });
    },
    [Symbol.asyncDispose]: () => staged.disposeAsync(),
  };
}
