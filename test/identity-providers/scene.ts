import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { Page as BrowserPage } from "playwright-core";
import type { WatchedPage } from "../kit/browser.ts";
import { openPage } from "../kit/page.ts";
import { until } from "../kit/until.ts";
import type { AlteredRequest } from "./altered-requests.ts";
import type { ProviderStage } from "./stage.ts";
import { stageProvider } from "./stage.ts";
import type { UserName } from "./users.ts";
import { USERS } from "./users.ts";

/** Signs somebody in at the provider's own page. */
export type SignInThere = (page: BrowserPage, user: UserName) => Promise<void>;

/** What every story of a connection is told with. */
export interface Scene {
  readonly stage: ProviderStage;
  /** The owner's browser, signed in by her password. */
  readonly owner: WatchedPage;
  /** Each part goes on from the one before; after one that went wrong there are none. */
  part(what: string, tell: () => Promise<void>): void;
  /**
   * Signs somebody in by single sign-on in a browser of their own, and leaves it where that ends.
   *
   * @param asks the address that is given here, when it is another's
   */
  arrive(user: UserName, asks?: string): Promise<WatchedPage>;
  /** Gives an address here and goes on to the provider's page. */
  leave(page: BrowserPage, email: string): Promise<void>;
  /** Begins a sign-in, and stops before the provider: the address there, by which the browser would go. */
  requestFor(email: string): Promise<string>;
  /**
   * Asserts that the provider, asked by this request in the browser of somebody who is signed in there, says no in these words, and
   * neither asks who comes nor vouches for anybody.
   */
  assertRefusedThere(browser: BrowserPage, request: AlteredRequest, words: RegExp): Promise<void>;
  /** Asserts that nobody was signed in, and that administrators read this code: at the connection by its reference, and in a line of the audit log. */
  assertRefused(page: BrowserPage, connection: string, code: string): Promise<void>;
  /** Takes down a refusal that was seen elsewhere, as in a test of the connection. */
  wasRefused(code: string): void;
  /** Asserts that the audit log has the refusals that were asserted, in no more lines than they were, and no other. */
  assertLog(connection: string): Promise<void>;
}

interface SessionData {
  readonly state: string;
  readonly person?: { readonly email: string };
  readonly session?: { readonly method: string };
  readonly grants?: readonly { readonly role: string }[];
}

interface AuditRow {
  readonly entry: {
    readonly reason: string | null;
    readonly targets: readonly { readonly id: string }[];
  };
}

/** Who is signed in in a browser, as the server tells it. */
export async function sessionOf(page: BrowserPage): Promise<SessionData> {
  const { data } = await page.evaluate(
    async () => (await (await fetch("/holdfast/v1/identity/session")).json()) as { data: SessionData },
  );
  return data;
}

/** Sets the scene for the suite around it: a server, a browser and its owner before its tests, none of them after. */
export function setScene(signInThere: SignInThere): Scene {
  const held = new AsyncDisposableStack();
  let staged: ProviderStage | null = null;
  let owner: WatchedPage | null = null;
  before(async () => {
    staged = held.use(await stageProvider());
    owner = await staged.open();
    await staged.signInOwner(owner.page);
  });
  after(() => held.disposeAsync());

  let isBroken = false;
  /** Codes of what was refused. */
  const refused: string[] = [];
  const inLog = async (connection: string): Promise<readonly (string | null)[]> => {
    const rows = await scene.stage.owner.admin<AuditRow[]>("GET", "/audit?action=sso.refused&limit=100");
    return rows
      .filter(({ entry }) => entry.targets.some(({ id }) => id === connection))
      .map(({ entry }) => entry.reason);
  };

  const scene: Scene = {
    get stage() {
      return there(staged);
    },
    get owner() {
      return there(owner);
    },
    part(what, tell) {
      it(what, async () => {
        assert.ok(!isBroken, "an earlier part went wrong");
        isBroken = true;
        await tell();
        isBroken = false;
      });
    },
    async leave(page, email) {
      await page.goto(`${scene.stage.origin}/sign-in`);
      await page.getByLabel("E-mail address").fill(email);
      await page.getByRole("button", { name: "Continue" }).click();
      // Where it is optional, there is a choice.
      const choice = page.getByRole("button", { name: "Go to your identity provider" });
      await choice.or(page.locator("#username")).first().waitFor();
      if (await choice.isVisible()) await choice.click();
    },
    async arrive(user, asks = USERS[user].email) {
      const opened = await scene.stage.open();
      const { page } = opened;
      await scene.leave(page, asks);
      await signInThere(page, user);
      await page.waitForURL(
        ({ origin, pathname }) => origin === scene.stage.origin && !/^\/(?:saml|oidc)\//.test(pathname),
      );
      return opened;
    },
    async requestFor(email) {
      const begun = openPage(scene.stage.server, undefined, scene.stage.origin);
      const { url = "" } = await begun.act<{ url?: string }>("/sign-in", { email });
      return String((await begun.ask("GET", url)).headers["location"]);
    },
    async assertRefusedThere(browser, { title, url }, words) {
      const page = await browser.context().newPage();
      const { origin } = new URL(url);
      const elsewhere: string[] = [];
      page.on("request", (request) => {
        if (new URL(request.url()).origin !== origin) elsewhere.push(request.url());
      });
      await page.goto(url);
      const shown = await page.locator("body").innerText();
      assert.match(shown, words, `one that ${title}`);
      assert.equal(await page.locator("#username, #password, form[method=post]").count(), 0, title);
      assert.deepEqual(elsewhere, [], `one that ${title}: nobody is sent anywhere`);
      await page.close();
    },
    async assertRefused(page, connection, code) {
      const reference = new URL(page.url()).searchParams.get("ref") ?? "";
      assert.notEqual(reference, "", page.url());
      await page.getByText(reference).waitFor();
      assert.equal((await sessionOf(page)).state, "signed_out");
      const { attempts } = await scene.stage.owner.admin<{
        attempts: { reference: string | null; code: string | null }[];
      }>("GET", `/sso/${connection}`);
      assert.equal(attempts.find((each) => each.reference === reference)?.code, code);
      refused.push(code);
      await scene.assertLog(connection);
    },
    wasRefused(code) {
      refused.push(code);
    },
    async assertLog(connection) {
      // Equal refusals within a minute are one line and a number, which is written when the minute is over.
      const expected = new Set(refused);
      const lines = await until("the log has every refusal", async () => {
        const found = await inLog(connection);
        return refused.every((code) => found.includes(code)) ? found : null;
      });
      assert.deepEqual(new Set(lines), expected);
      for (const code of expected)
        assert.ok(count(lines, code) <= count(refused, code), `${code} is there once for each time`);
    },
  };
  return scene;
}

function count(all: readonly (string | null)[], one: string): number {
  return all.filter((each) => each === one).length;
}

function there<Of>(what: Of | null): Of {
  assert.ok(what !== null, "the scene is not set yet");
  return what;
}
