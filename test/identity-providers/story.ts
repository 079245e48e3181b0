import assert from "node:assert/strict";
import { describe } from "node:test";
import { invite, PASSWORD, signIn } from "../kit/page.ts";
import { alterSamlRequest } from "./altered-requests.ts";
import type { SignInThere } from "./scene.ts";
import { sessionOf, setScene } from "./scene.ts";
import type { Manners, ServiceProvider } from "./service-provider.ts";
import { USERS } from "./users.ts";

/** A provider that a story is told with. */
export interface StoryProvider {
  readonly metadataUrl: string;
  introduce(to: ServiceProvider, manners: Manners): Promise<void>;
}

export interface StoryOptions {
  /** As the wizard calls it. */
  readonly vendor: string;
  /** It runs by the time that the story begins. */
  readonly provider: () => StoryProvider;
  readonly signInThere: SignInThere;
  /** What its page says of a request that it does not take. */
  readonly refuses: RegExp;
  readonly manners: readonly Manners[];
}

/** Tells the whole story of a SAML connection in a real browser: set up, tried, made optional, used, required, signed out. */
export function tellStory({ manners, provider, refuses, signInThere, vendor }: StoryOptions): void {
  describe("by SAML", () => {
    const scene = setScene(signInThere);
    const { arrive, assertRefused, part } = scene;
    let id = "";

    part(
      "the wizard takes the provider's metadata by its address, maps its groups, and a test shows who would get in",
      async () => {
        const { owner, stage } = scene;
        const { page } = owner;
        await page.goto(`${stage.origin}/sso`);
        await page.getByRole("button", { name: "Add a connection" }).click();
        await page.getByRole("radio", { name: vendor }).check();
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByRole("heading", { name: `Give these to ${vendor}` }).waitFor();
        id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
        await provider().introduce(await stage.ours(id), { signs: "both", encrypts: false });
        await stage.trust("example.org", id);
        await page.getByRole("button", { name: "Done, go on" }).click();
        await page.locator('input[name="url"]').fill(provider().metadataUrl);
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
        const { session } = await sessionOf(page);
        assert.equal(session?.method, "password", "a test changes nothing of the session");
      },
    );

    part(
      "it is made optional, and somebody of the domain comes in with the role of their group",
      async () => {
        await scene.stage.owner.admin("POST", `/sso/${id}/enable`, { state: "optional" });
        const bo = await arrive("bo");
        const { grants, person, session } = await sessionOf(bo.page);
        assert.equal(person?.email, USERS.bo.email);
        assert.equal(session?.method, "saml");
        assert.deepEqual(
          grants?.map(({ role }) => role),
          ["viewer"],
        );
        await bo.close();
      },
    );

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

    part("A-070 the provider takes no request that was changed on its way", async () => {
      const bo = await arrive("bo");
      const genuine = await scene.requestFor(USERS.bo.email);
      const other = await scene.requestFor(USERS.bo.email);
      for (const each of alterSamlRequest(genuine, other))
        await scene.assertRefusedThere(bo.page, each, refuses);
      await bo.close();
      // It takes them as they were written.
      const somebody = await scene.stage.open();
      await somebody.page.goto(genuine);
      await somebody.page.locator("#username").waitFor();
      await somebody.close();
    });

    for (const each of manners)
      part(
        `it signs the ${each.signs}${each.encrypts ? " and encrypts the assertion" : ""}: bo gets in`,
        async () => {
          await provider().introduce(await scene.stage.ours(id), each);
          const bo = await arrive("bo");
          assert.equal((await sessionOf(bo.page)).person?.email, USERS.bo.email);
          await bo.close();
        },
      );

    part(
      "once it is required, passwords of its domain are refused, and only who came by it confirms it",
      async () => {
        const { owner, stage } = scene;
        await provider().introduce(await stage.ours(id), { signs: "both", encrypts: false });
        const local = await invite(stage.server, stage.owner, "local@example.org", { role: "viewer" });
        await stage.owner.admin("POST", "/sso/break-glass-codes");
        const { page } = owner;
        await page.goto(`${stage.origin}/sso/${id}?step=test`);
        const [window] = await Promise.all([
          page.waitForEvent("popup"),
          page.getByRole("button", { name: /test/i }).first().click(),
        ]);
        // Its own session is still there, or it asks again.
        const done = window.getByText("You may close this window.");
        await done.or(window.locator("#username")).first().waitFor();
        if (!(await done.isVisible())) await signInThere(window, "ana");
        await done.waitFor();
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
      const { stage } = scene;
      const bo = await arrive("bo");
      const { page } = bo;
      await page.goto(`${stage.origin}/account`);
      await page.getByRole("button", { name: /your account/i }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL((url) => url.origin === stage.origin && url.pathname === "/sign-in");
      assert.equal((await sessionOf(page)).state, "signed_out");
      // There, too: it asks for the password again.
      await page.getByLabel("E-mail address").fill(USERS.bo.email);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.locator('input[type="password"]').waitFor();
      assert.notEqual(new URL(page.url()).origin, stage.origin);
      await bo.close();
    });

    part("the audit log has a line for each who was refused, and for nobody else", () => scene.assertLog(id));
  });
}
