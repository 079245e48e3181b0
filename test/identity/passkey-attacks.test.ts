import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, PASSWORD, signUpOwner } from "../kit/page.ts";
import type { PasskeyLies, SoftPasskey } from "../kit/soft-passkey.ts";
import { softPasskey } from "../kit/soft-passkey.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("attacks on passkeys", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let origin = "";
  let count = 0;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    await server.stop();
    // A relying party is a name, which an address of numbers is not.
    origin = `http://localhost:${server.port}`;
    await server.start({ publicUrl: origin });
    owner = await signUpOwner(server);
  });
  after(() => server[Symbol.asyncDispose]());

  const browser = (): Page => openPage(server, `198.51.100.${(count += 1)}`);
  const challengeOf = async (page: Page, path: string): Promise<string> =>
    (await page.act<{ options: { challenge: string } }>(path)).options.challenge;
  async function withPasskey(email: string): Promise<{ readonly page: Page; readonly passkey: SoftPasskey }> {
    const page = await invite(server, owner, email, { role: "viewer" });
    const passkey = softPasskey(origin);
    const challenge = await challengeOf(page, "/passkeys/options");
    await page.act("/passkeys", { name: "laptop", response: passkey.make(challenge) });
    return { page, passkey };
  }
  const passkeysOf = async (page: Page): Promise<unknown> =>
    ((await page.ask("GET", "/holdfast/v1/identity/passkeys")).json as { data: unknown }).data;
  async function show(passkey: SoftPasskey, lies: PasskeyLies = {}, page = browser()): Promise<Page> {
    const challenge = await challengeOf(page, "/sign-in/passkey/options");
    await page.act("/sign-in/passkey", { response: passkey.show(challenge, lies) });
    return page;
  }

  it("a passkey is a whole sign-in, and strong", async () => {
    const { passkey } = await withPasskey("key@example.com");
    const { person, session } = await (await show(passkey)).session();
    assert.equal(person?.email, "key@example.com");
    assert.equal(session?.method, "passkey");
  });

  it("A-026 another origin, relying party, challenge, ceremony or signer, or a person that was not verified, opens nothing", async () => {
    const { passkey } = await withPasskey("lies@example.com");
    const other = softPasskey(origin);
    const lies: readonly (readonly [title: string, lies: PasskeyLies])[] = [
      ["origin", { origin: "https://evil.example" }],
      ["origin of another port", { origin: "http://localhost:1" }],
      ["relying party", { relyingParty: "evil.example" }],
      ["challenge", { challenge: Buffer.from("another challenge").toString("base64url") }],
      ["ceremony", { type: "webauthn.create" }],
      ["signer", { signedBy: other }],
      ["unverified", { isVerified: false }],
      ["unknown", { id: other.id }],
    ];
    for (const [title, each] of lies) {
      const page = browser();
      await assert.rejects(show(passkey, each, page), { code: "invalid_credentials" }, title);
      assert.equal((await page.session()).state, "signed_out", title);
    }
    await show(passkey);
  });

  it("A-025 a password alone neither gets around a passkey nor adds to it nor takes it away", async () => {
    const policy = { session_idle: "12h", session_max: "7d" };
    await owner.admin("PUT", "/sign-in-policy", { ...policy, mfa_roles: ["viewer"] });
    try {
      const { page, passkey } = await withPasskey("guarded@example.com");
      assert.equal((await page.session()).must, null);
      const { recovery_codes: codes } = await page.act<{ recovery_codes: string[] }>("/recovery-codes");
      for (const isAsked of [true, false]) {
        await owner.admin("PUT", "/sign-in-policy", { ...policy, mfa_roles: isAsked ? ["viewer"] : [] });
        const thief = browser();
        await thief.act("/sign-in/password", { email: "guarded@example.com", password: PASSWORD });
        assert.equal((await thief.session()).must, isAsked ? "show_second_factor" : null);
        await thief.act("/reauthenticate", { password: PASSWORD });
        const listed = await page.ask("GET", "/holdfast/v1/identity/passkeys");
        const [{ id } = { id: "" }] = (listed.json as { data: { id: string }[] }).data;
        for (const path of [
          "/totp",
          "/totp/confirm",
          "/totp/remove",
          "/passkeys/options",
          "/passkeys",
          `/passkeys/${id}/remove`,
          "/recovery-codes",
        ])
          await assert.rejects(
            thief.act(path, { code: "000000" }),
            ({ code }: { code: string }) =>
              code === "reauthentication_required" || (isAsked && code === "mfa_required"),
            path,
          );
        assert.equal((await thief.session()).must, isAsked ? "show_second_factor" : null);
      }
      await owner.admin("PUT", "/sign-in-policy", { ...policy, mfa_roles: ["viewer"] });
      // Whoever lost the passkey has the codes.
      const lost = browser();
      await lost.act("/sign-in/password", { email: "guarded@example.com", password: PASSWORD });
      await assert.rejects(lost.act("/reauthenticate", { recovery_code: "aaaa-bbbb-cccc-dddd" }), {
        code: "invalid_credentials",
      });
      await lost.act("/reauthenticate", { recovery_code: codes[0] });
      assert.equal((await lost.session()).must, null);
      await lost.act("/totp");
      const again = browser();
      await again.act("/sign-in/password", { email: "guarded@example.com", password: PASSWORD });
      await assert.rejects(again.act("/reauthenticate", { recovery_code: codes[0] }), {
        code: "invalid_credentials",
      });
      const challenge = await challengeOf(again, "/reauthenticate/passkey/options");
      await again.act("/reauthenticate/passkey", { response: passkey.show(challenge) });
      assert.equal((await again.session()).must, null);
    } finally {
      await owner.admin("PUT", "/sign-in-policy", { ...policy, mfa_roles: [] });
    }
  });

  it("A-026 a passkey is not added to the account of another by what a browser was given for the first one", async () => {
    const thief = await invite(server, owner, "thief@example.com", { role: "viewer" });
    const victim = await invite(server, owner, "victim@example.com", { role: "viewer" });
    const own = softPasskey(origin);
    const challenge = await challengeOf(thief, "/passkeys/options");
    const [name = "", value = ""] = [...thief.cookies].find(([each]) => each.endsWith("passkey")) ?? [];
    victim.cookies.set(name, value);
    const made = { name: "laptop", response: own.make(challenge) };
    await assert.rejects(victim.act("/passkeys", made), { code: "invalid_credentials" });
    await assert.rejects(thief.act("/passkeys", made), { code: "invalid_credentials" }, "it was used up");
    assert.deepEqual(await passkeysOf(victim), []);
    assert.deepEqual(await passkeysOf(thief), []);
    // Without the cookie there is nothing that it could answer.
    victim.cookies.delete(name);
    await assert.rejects(victim.act("/passkeys", made), { code: "invalid_credentials" });
  });

  it("A-026 an answer counts once, and in the browser that asked for it", async () => {
    const { passkey } = await withPasskey("once@example.com");
    const page = browser();
    const challenge = await challengeOf(page, "/sign-in/passkey/options");
    const response = passkey.show(challenge);
    await assert.rejects(browser().act("/sign-in/passkey", { response }), { code: "invalid_credentials" });
    const cookies = new Map(page.cookies);
    await page.act("/sign-in/passkey", { response });
    const again = browser();
    for (const [name, value] of cookies) again.cookies.set(name, value);
    await assert.rejects(again.act("/sign-in/passkey", { response }), { code: "invalid_credentials" });
  });

  it("A-026 another person's passkey proves nothing about me", async () => {
    const { page } = await withPasskey("me@example.com");
    const { passkey: theirs } = await withPasskey("them@example.com");
    const challenge = await challengeOf(page, "/reauthenticate/passkey/options");
    await assert.rejects(page.act("/reauthenticate/passkey", { response: theirs.show(challenge) }), {
      code: "invalid_credentials",
    });
  });

  it("A-026 a counter that goes backwards suspends the passkey, and is in the log", async () => {
    const { page, passkey } = await withPasskey("clone@example.com");
    await show(passkey, { counter: 10 });
    await assert.rejects(show(passkey, { counter: 9 }), { code: "invalid_credentials" });
    await assert.rejects(
      show(passkey, { counter: 11 }),
      { code: "invalid_credentials" },
      "it opens nothing any more",
    );
    const answer = await page.ask("GET", "/holdfast/v1/identity/passkeys");
    assert.equal((answer.json as { data: { suspended: boolean }[] }).data[0]?.suspended, true);
    const [row] = await operatorOf(server).auditRows(null, { action: "passkey.clone_suspected" });
    assert.equal(row?.entry.reason, "laptop");
  });

  it("passkeys that do not count stay at nothing, and are taken", async () => {
    const { passkey } = await withPasskey("synced@example.com");
    // Made with a count of one, which it never shows again: only those that never counted stay at nothing.
    await assert.rejects(show(passkey, { counter: 0 }), { code: "invalid_credentials" });
    const page = await invite(server, owner, "zero@example.com", { role: "viewer" });
    const zero = softPasskey(origin);
    const challenge = await challengeOf(page, "/passkeys/options");
    await page.act("/passkeys", { name: "phone", response: zero.make(challenge, { counter: 0 }) });
    await show(zero, { counter: 0 });
    await show(zero, { counter: 0 });
  });

  it("A-026 a passkey is not made for another place, without its person, twice, or by another's challenge", async () => {
    const page = await invite(server, owner, "maker@example.com", { role: "viewer" });
    for (const lies of [
      { origin: "https://evil.example" },
      { relyingParty: "evil.example" },
      { isVerified: false },
      { challenge: Buffer.from("another").toString("base64url") },
      { type: "webauthn.get" },
    ]) {
      const challenge = await challengeOf(page, "/passkeys/options");
      await assert.rejects(
        page.act("/passkeys", { name: "x", response: softPasskey(origin).make(challenge, lies) }),
        {
          code: "invalid_credentials",
        },
      );
    }
    const passkey = softPasskey(origin);
    await page.act("/passkeys", {
      name: "x",
      response: passkey.make(await challengeOf(page, "/passkeys/options")),
    });
    const again = await challengeOf(page, "/passkeys/options");
    await assert.rejects(page.act("/passkeys", { name: "y", response: passkey.make(again) }), {
      code: "conflict",
    });
  });
});
