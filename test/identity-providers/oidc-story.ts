import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Page as BrowserPage } from "playwright-core";
import { invite, PASSWORD, signIn } from "../kit/page.ts";
import { ALTERED_AUTHORIZATIONS, ELSEWHERE, withParameters } from "./altered-requests.ts";
import type { SignInThere } from "./scene.ts";
import { sessionOf, setScene } from "./scene.ts";
import type { UserName } from "./users.ts";
import { USERS } from "./users.ts";

/** What a provider of OpenID Connect has to know of the server. */
export interface OidcClientToKnow {
  readonly id: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly backchannelLogoutUri: string;
  readonly signedOutUri: string;
}

/** A provider of OpenID Connect that a story is told with. */
export interface OidcStoryProvider {
  readonly issuer: string;
  introduceOidc(client: OidcClientToKnow): Promise<void>;
  /** Ends all sessions of somebody there, as an administrator of it would. */
  endSessionsOf(user: UserName): Promise<void>;
}

export interface OidcStoryOptions {
  /** As the wizard calls it. */
  readonly vendor: string;
  /** It runs by the time that the story begins. */
  readonly provider: () => OidcStoryProvider;
  readonly signInThere: SignInThere;
  /** What its page says of a request that it does not take. */
  readonly refuses: RegExp;
  /** Says yes on the provider's page that asks whether to sign out. */
  readonly confirmSignOut: (page: BrowserPage) => Promise<void>;
}

const CLIENT = { id: "holdfast", secret: "a client secret that nobody guesses" };

/** Tells the whole story of a connection by OpenID Connect in a real browser: set up, tried, optional, required, and signed out from either side. */
export function tellOidcStory({
  confirmSignOut,
  provider,
  refuses,
  signInThere,
  vendor,
}: OidcStoryOptions): void {
  describe("by OpenID Connect", () => {
    const scene = setScene(signInThere);
    const { arrive, assertRefused, part } = scene;
    let id = "";

    /** Makes the test on the page where it is begun, until that says so. */
    async function tryIt(page: BrowserPage, said: string): Promise<void> {
      const [window] = await Promise.all([
        page.waitForEvent("popup"),
        page.getByRole("button", { name: "Begin the test" }).click(),
      ]);
      const done = window.getByText("You may close this window.");
      await done.or(window.locator("#username")).first().waitFor();
      // Its own session may still be there.
      if (!(await done.isVisible())) await signInThere(window, "ana");
      await done.waitFor();
      // What lies behind another window is drawn late.
      await window.close();
      await page.bringToFront();
      await page.getByText(said).first().waitFor();
    }

    part("the wizard takes issuer, client and secret, and gives the two addresses", async () => {
      const { owner, stage } = scene;
      const { page } = owner;
      await page.goto(`${stage.origin}/sso`);
      await page.getByRole("button", { name: "Add a connection" }).click();
      await page.getByRole("radio", { name: vendor }).check();
      await page.getByRole("radio", { name: /OpenID Connect/ }).check();
      await page.getByLabel("Issuer").fill(provider().issuer);
      await page.getByLabel("Client ID").fill(CLIENT.id);
      await page.getByLabel("Client secret").fill(CLIENT.secret);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: `Give these to ${vendor}` }).waitFor();
      id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
      await page.getByText("The server’s public address is the one that you see it under").waitFor();
      const given = async (label: string): Promise<string> =>
        (await page.getByRole("group", { name: label }).locator("code").first().textContent()) ?? "";
      await provider().introduceOidc({
        ...CLIENT,
        redirectUri: await given("Redirect URI"),
        backchannelLogoutUri: await given("Back-channel logout URI"),
        signedOutUri: `${stage.origin}/sign-in`,
      });
      await stage.trust("example.org", id);
      await page.getByRole("button", { name: "Done, go on" }).click();
      await page.getByRole("button", { name: "Take this and go on" }).click();
      await page.getByText("No group is mapped yet.").waitFor();
    });

    part("its claims are mapped, and a test shows who would get in", async () => {
      const { page } = scene.owner;
      assert.equal(await page.getByLabel("Claim of the e-mail address").inputValue(), "email");
      assert.equal(await page.getByLabel("Claim of the groups").inputValue(), "groups");
      for (const [index, [group, role]] of [
        ["staff", "viewer"],
        ["chiefs", "admin"],
      ].entries()) {
        await page.getByRole("button", { name: "Add a group" }).click();
        const fields = page.getByRole("group", { name: `Group ${index + 1}` });
        await fields.getByLabel("Name of the group").fill(group ?? "");
        await fields.getByLabel("Role").selectOption(role ?? "");
      }
      await page.getByRole("button", { name: "Save and go on" }).click();
      await tryIt(page, "Every check passed");
      for (const fact of [USERS.ana.email, "chiefs, staff"])
        await page.getByRole("definition").filter({ hasText: fact }).waitFor();
      const { session } = await sessionOf(page);
      assert.equal(session?.method, "password", "a test changes nothing of the session");
    });

    part(
      "it is made optional, and somebody of the domain comes in with the role of their group",
      async () => {
        const { page } = scene.owner;
        await page.getByRole("button", { name: "Go on" }).click();
        await page.getByRole("button", { name: "Make it optional" }).click();
        await page.getByText("It is optional now.").waitFor();
        const bo = await arrive("bo");
        const { grants, person, session } = await sessionOf(bo.page);
        assert.equal(person?.email, USERS.bo.email);
        assert.equal(session?.method, "oidc");
        assert.deepEqual(
          grants?.map(({ role }) => role),
          ["viewer"],
        );
        await bo.close();
      },
    );

    part("a secret that is another one is told by the test, and mended by giving the right one", async () => {
      const { page } = scene.owner;
      for (const [secret, said] of [
        ["another secret", "oidc_client"],
        [CLIENT.secret, "Every check passed"],
      ] as const) {
        await page.goto(`${scene.stage.origin}/sso/${id}?step=paste`);
        await page.getByLabel("Client secret").fill(secret);
        await page.getByRole("button", { name: "Take this and go on" }).click();
        await page.getByLabel("Claim of the groups").waitFor();
        await page.goto(`${scene.stage.origin}/sso/${id}?step=test`);
        await tryIt(page, said);
        if (said === "oidc_client") scene.wasRefused(said);
      }
    });

    part(
      "who is in no group that is mapped is turned away with a reference, and administrators read why",
      async () => {
        const eve = await arrive("eve");
        await assertRefused(eve.page, id, "sso_denied_no_role");
        await eve.close();
      },
    );

    part(
      "A-065 somebody of another domain is refused, though the provider vouches for them, and nobody is made",
      async () => {
        const mal = await arrive("mal", USERS.bo.email);
        await assertRefused(mal.page, id, "sso_not_allowed");
        await mal.close();
        const people = await scene.stage.owner.admin<{ email: string }[]>("GET", "/people");
        assert.ok(!people.some(({ email }) => email === USERS.mal.email));
      },
    );

    part("A-070 the provider sends nobody to another address than the one it was given", async () => {
      const bo = await arrive("bo");
      const genuine = await scene.requestFor(USERS.bo.email);
      const url = withParameters(genuine, { redirect_uri: ELSEWHERE });
      await scene.assertRefusedThere(bo.page, { title: "leads elsewhere", url }, refuses);
      await bo.close();
      const somebody = await scene.stage.open();
      await somebody.page.goto(genuine);
      await somebody.page.locator("#username").waitFor();
      await somebody.close();
    });

    for (const { asksThere, change, code, title } of ALTERED_AUTHORIZATIONS)
      part(`A-070 what answers a request that ${title} signs nobody in`, async () => {
        const opened = await scene.stage.open();
        const { page } = opened;
        await page.route("**/oidc/*/start?*", async (route) => {
          const response = await route.fetch({ maxRedirects: 0 });
          const headers = response.headers();
          const location = withParameters(headers["location"] ?? "", change);
          await route.fulfill({ response, headers: { ...headers, location } });
        });
        await scene.leave(page, USERS.bo.email);
        if (asksThere) await signInThere(page, "bo");
        await page.waitForURL(
          ({ origin, search }) => origin === scene.stage.origin && search.includes("ref="),
        );
        await assertRefused(page, id, code);
        await opened.close();
      });

    part(
      "once it is required, passwords of its domain are refused, and only who came by it confirms it",
      async () => {
        const { owner, stage } = scene;
        const local = await invite(stage.server, stage.owner, "local@example.org", { role: "viewer" });
        const { page } = owner;
        await page.goto(`${stage.origin}/sso/${id}?step=test`);
        await tryIt(page, "Every check passed");
        await page.getByRole("button", { name: "Go on" }).click();
        await page.getByRole("button", { name: "Make the codes" }).click();
        await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name: "Download" }).click(),
        ]);
        await page.getByRole("button", { name: `Require ${vendor}` }).click();
        await page
          .getByText("This connection becomes optional again unless somebody confirms it")
          .first()
          .waitFor();
        assert.equal((await local.session()).state, "signed_out");
        await assert.rejects(signIn(stage.server, "local@example.org", PASSWORD), { code: "sso_required" });

        const ana = await arrive("ana");
        await ana.page.goto(`${stage.origin}/sso/${id}?step=enable`);
        await ana.page.getByRole("button", { name: "Confirm" }).click();
        await ana.page.getByText("Confirmed: it stays required").waitFor();
        await ana.close();
      },
    );

    part("who signs out there is signed out here at once, in that browser alone", async () => {
      const here = await arrive("bo");
      const elsewhere = await arrive("bo");
      const there = await here.page.context().newPage();
      await there.goto(`${provider().issuer}/protocol/openid-connect/logout`);
      await confirmSignOut(there);
      await there.getByRole("heading", { name: "You are logged out" }).waitFor();
      // The provider said so before it showed that page.
      assert.equal((await sessionOf(here.page)).state, "signed_out");
      assert.equal((await sessionOf(elsewhere.page)).state, "signed_in");
      await here.close();

      await provider().endSessionsOf("bo");
      assert.equal((await sessionOf(elsewhere.page)).state, "signed_out");
      await elsewhere.close();
    });

    part("who signs out here is sent to sign out there, and comes back", async () => {
      const { stage } = scene;
      const bo = await arrive("bo");
      const { page } = bo;
      await page.goto(`${stage.origin}/account`);
      await page.getByRole("button", { name: /your account/i }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await confirmSignOut(page);
      await page.waitForURL((url) => url.origin === stage.origin && url.pathname === "/sign-in");
      assert.equal((await sessionOf(page)).state, "signed_out");
      // There, too: it asks for the password again.
      await scene.leave(page, USERS.bo.email);
      await page.locator("#password").waitFor();
      assert.notEqual(new URL(page.url()).origin, stage.origin);
      await bo.close();
    });

    part("the audit log has a line for each who was refused, and for nobody else", () => scene.assertLog(id));
  });
}
