import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page as BrowserPage } from "playwright-core";
import type { WatchedPage } from "../kit/browser.ts";
import { invite, PASSWORD, signIn } from "../kit/page.ts";
import type { Manners, ServiceProvider } from "./simplesamlphp.ts";
import { USERS } from "./simplesamlphp.ts";
import type { ProviderStage } from "./stage.ts";
import { stageProvider } from "./stage.ts";

/** A provider that a story is told with. */
export interface StoryProvider extends AsyncDisposable {
  readonly metadataUrl: string;
  introduce(to: ServiceProvider, manners: Manners): Promise<void>;
}

export interface StoryOptions {
  /** As the wizard calls it. */
  readonly vendor: string;
  readonly start: () => Promise<StoryProvider>;
  /** Signs somebody in at the provider's own page. */
  readonly signInThere: (page: BrowserPage, user: keyof typeof USERS) => Promise<void>;
  readonly manners: readonly Manners[];
  readonly whyNot: string | null;
}

/** Tells the whole story of a SAML connection in a real browser: set up, tried, made optional, used, required, signed out. */
export function tellStory({ manners, signInThere, start, vendor, whyNot }: StoryOptions): void {
  const title = `single sign-on with ${vendor}, in a browser`;
  describe(
    whyNot === null ? title : `${title} (skipped: ${whyNot})`,
    { skip: whyNot !== null, timeout: 400_000 },
    () => {
      let stage: ProviderStage;
      let provider: StoryProvider;
      let owner: WatchedPage;
      let id = "";
      before(async () => {
        [stage, provider] = await Promise.all([stageProvider(), start()]);
        owner = await stage.open();
        await stage.signInOwner(owner.page);
      });
      after(async () => {
        await stage[Symbol.asyncDispose]();
        await provider[Symbol.asyncDispose]();
      });

      /** Signs in by single sign-on in a browser of their own, and leaves it where that ends. */
      async function arrive(user: keyof typeof USERS): Promise<WatchedPage> {
        const opened = await stage.open();
        const { page } = opened;
        await page.goto(`${stage.origin}/sign-in`);
        await page.getByLabel("E-mail address").fill(USERS[user].email);
        await page.getByRole("button", { name: "Continue" }).click();
        // Where it is optional, there is a choice.
        const choice = page.getByRole("button", { name: "Go to your identity provider" });
        await choice.or(page.locator("#username")).first().waitFor();
        if (await choice.isVisible()) await choice.click();
        await signInThere(page, user);
        await page.waitForURL((url) => url.origin === stage.origin && !url.pathname.includes("/acs"));
        return opened;
      }
      const stateOf = (page: BrowserPage) =>
        page.evaluate(
          async () => (await (await fetch("/holdfast/v1/identity/session")).json()) as { data: SessionData },
        );

      let isBroken = false;
      /** Each part goes on from the one before. */
      const part = (what: string, tell: () => Promise<void>): void => {
        it(what, async () => {
          assert.ok(!isBroken, "an earlier part went wrong");
          isBroken = true;
          await tell();
          isBroken = false;
        });
      };

      part(
        "the wizard takes the provider's metadata by its address, maps its groups, and a test shows who would get in",
        async () => {
          const { page } = owner;
          await page.goto(`${stage.origin}/sso`);
          await page.getByRole("button", { name: "Add a connection" }).click();
          await page.getByRole("radio", { name: vendor }).check();
          await page.getByRole("button", { name: "Continue" }).click();
          await page.getByRole("heading", { name: `Give these to ${vendor}` }).waitFor();
          id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
          await provider.introduce(await stage.ours(id), { signs: "both", encrypts: false });
          await stage.trust("example.org", id);
          await page.getByRole("button", { name: "Done, go on" }).click();
          await page.locator('input[name="url"]').fill(provider.metadataUrl);
          await page.getByRole("button", { name: "Read it" }).click();
          await page.getByRole("button", { name: "Take this and go on" }).click();

          await page.getByText("No group is mapped yet.").waitFor();
          await page.getByLabel("Attribute of the e-mail address").fill("email");
          await page.getByLabel("Attribute of the name").fill("name");
          await page.getByLabel("Attribute of the groups").fill("groups");
          await page.getByRole("button", { name: "Add a group" }).click();
          await page.getByLabel("Name of the group").fill("staff");
          await page.getByRole("button", { name: "Save and go on" }).click();
          await stage.owner.admin("POST", `/sso/${id}`, {
            groups: [
              { group: "staff", role: "viewer", environments: null },
              { group: "chiefs", role: "admin", environments: null },
            ],
          });

          const [window] = await Promise.all([
            page.waitForEvent("popup"),
            page.getByRole("button", { name: "Begin the test" }).click(),
          ]);
          await signInThere(window, "ana");
          await window.getByText("You may close this window.").waitFor();
          await page.getByText("Every check passed").waitFor();
          const { data } = await stateOf(page);
          assert.equal(data.session?.method, "password", "a test changes nothing of the session");
        },
      );

      part(
        "it is made optional, and somebody of the domain comes in with the role of their group",
        async () => {
          await stage.owner.admin("POST", `/sso/${id}/enable`, { state: "optional" });
          const bo = await arrive("bo");
          const { data } = await stateOf(bo.page);
          assert.equal(data.person?.email, USERS.bo.email);
          assert.equal(data.session?.method, "saml");
          assert.deepEqual(
            data.grants?.map(({ role }) => role),
            ["viewer"],
          );
          await bo.close();
        },
      );

      part(
        "who is in no group that is mapped is turned away with a reference, and administrators read why",
        async () => {
          const eve = await arrive("eve");
          const { searchParams } = new URL(eve.page.url());
          const reference = searchParams.get("ref") ?? "";
          await eve.page.getByText(reference).waitFor();
          const { attempts } = await stage.owner.admin<{
            attempts: { reference: string | null; code: string | null }[];
          }>("GET", `/sso/${id}`);
          assert.equal(attempts.find((each) => each.reference === reference)?.code, "sso_denied_no_role");
          await eve.close();
        },
      );

      for (const each of manners)
        part(
          `it signs the ${each.signs}${each.encrypts ? " and encrypts the assertion" : ""}: bo gets in`,
          async () => {
            await provider.introduce(await stage.ours(id), each);
            const bo = await arrive("bo");
            assert.equal((await stateOf(bo.page)).data.person?.email, USERS.bo.email);
            await bo.close();
          },
        );

      part(
        "once it is required, passwords of its domain are refused, and only who came by it confirms it",
        async () => {
          await provider.introduce(await stage.ours(id), { signs: "both", encrypts: false });
          const local = await invite(stage.server, stage.owner, "local@example.org", { role: "viewer" });
          await stage.owner.admin("POST", "/sso/break-glass-codes");
          const { page } = owner;
          await page.goto(`${stage.origin}/sso/${id}?step=test`);
          const [window] = await Promise.all([
            page.waitForEvent("popup"),
            page.getByRole("button", { name: /test/i }).first().click(),
          ]);
          // Its own session is still there, or it asks again.
          await Promise.race([
            window.getByText("You may close this window.").waitFor(),
            signInThere(window, "ana"),
          ]).catch(() => undefined);
          await window.getByText("You may close this window.").waitFor();
          await page.getByText("Every check passed").waitFor();
          await stage.owner.admin("POST", `/sso/${id}/enable`, { state: "required" });
          assert.equal((await local.session()).state, "signed_out");
          await assert.rejects(signIn(stage.server, "local@example.org", PASSWORD), { code: "sso_required" });

          const ana = await arrive("ana");
          await ana.page.goto(`${stage.origin}/sso/${id}?step=enable`);
          await ana.page.getByRole("button", { name: "Confirm" }).click();
          await ana.page.getByText("Confirmed: it stays required").waitFor();
          await ana.close();
        },
      );

      part("who signs out here is signed out there", async () => {
        const bo = await arrive("bo");
        const { page } = bo;
        await page.goto(`${stage.origin}/account`);
        await page.getByRole("button", { name: /your account/i }).click();
        await page.getByRole("button", { name: "Sign out" }).click();
        await page.waitForURL((url) => url.origin === stage.origin && url.pathname === "/sign-in");
        assert.equal((await stateOf(page)).data.state, "signed_out");
        // There, too: it asks for the password again.
        await page.getByLabel("E-mail address").fill(USERS.bo.email);
        await page.getByRole("button", { name: "Continue" }).click();
        await page.locator('input[type="password"]').waitFor();
        assert.notEqual(new URL(page.url()).origin, stage.origin);
        await bo.close();
      });
    },
  );
}

interface SessionData {
  readonly state: string;
  readonly person?: { readonly email: string };
  readonly session?: { readonly method: string };
  readonly grants?: readonly { readonly role: string }[];
}
