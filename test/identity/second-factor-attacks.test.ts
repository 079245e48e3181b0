import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { codeOf } from "../kit/authenticator.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import {
  browsersOf,
  personIdOf,
  invite,
  openPage,
  OWNER_EMAIL,
  PASSWORD,
  signUpOwner,
  tokenOf,
} from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("attacks on second factors", { timeout: 120_000 }, () => {
  let server: TestServer;
  let owner: Page;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
  });
  after(() => server[Symbol.asyncDispose]());

  const browser = browsersOf(() => server);
  const idOf = (email: string): Promise<string> => personIdOf(owner, email);

  it("A-024 A-025 a second factor is asked for, each code is good once, and of twenty at once one gets in", async () => {
    const page = await invite(server, owner, "totp@example.com", { role: "viewer" });
    const { secret } = await page.act<{ secret: string }>("/totp");
    const now = (): string => codeOf(secret);
    await assert.rejects(page.act("/totp/confirm", { code: "000000" === now() ? "000001" : "000000" }), {
      code: "invalid_credentials",
    });
    await page.act("/totp/confirm", { code: now() });
    const next = codeOf(secret, 1);
    const tries = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const each = browser();
        const { second_factors: factors, state } = await each.act<{
          state: string;
          second_factors?: string[];
        }>("/sign-in/password", { email: "totp@example.com", password: PASSWORD });
        assert.equal(state, "second_factor");
        assert.deepEqual(factors, ["totp", "recovery_code"]);
        assert.equal((await each.session()).state, "second_factor");
        assert.equal((await each.ask("GET", "/holdfast/v1/admin/roles")).status, 401);
        return each;
      }),
    );
    const codes = await Promise.all(
      tries.map(async (each) => each.ask("POST", "/holdfast/v1/identity/sign-in/totp", { code: next })),
    );
    assert.deepEqual(
      codes.map(({ status }) => status).toSorted((left, right) => left - right),
      [200, 401, 401, 401],
    );
  });

  it("A-024 five wrong codes end a sign-in, and the person's codes are held up whoever types them", async () => {
    const page = await invite(server, owner, "guess@example.com", { role: "viewer" });
    const { secret } = await page.act<{ secret: string }>("/totp");
    await page.act("/totp/confirm", { code: codeOf(secret) });
    const guess = browser();
    await guess.act("/sign-in/password", { email: "guess@example.com", password: PASSWORD });
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1)
      statuses.push(
        (await guess.ask("POST", "/holdfast/v1/identity/sign-in/totp", { code: `00000${index}` })).status,
      );
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
    const other = browser();
    await other.act("/sign-in/password", { email: "guess@example.com", password: PASSWORD });
    assert.equal(
      (await other.ask("POST", "/holdfast/v1/identity/sign-in/totp", { code: "000000" })).status,
      429,
    );
  });

  it("A-024 codes guessed where one proves again who one is hold up the person's codes, too, recovery codes among them", async () => {
    const page = await invite(server, owner, "again@example.com", { role: "viewer" });
    const { secret } = await page.act<{ secret: string }>("/totp");
    await page.act("/totp/confirm", { code: codeOf(secret) });
    const { recovery_codes: codes } = await page.act<{ recovery_codes: string[] }>("/recovery-codes");
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      const proof = index % 2 === 0 ? { code: `00000${index}` } : { recovery_code: `aaaa-${index}` };
      statuses.push((await page.ask("POST", "/holdfast/v1/identity/reauthenticate", proof)).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
    for (const proof of [{ code: codeOf(secret, 1) }, { recovery_code: codes[0] }])
      await assert.rejects(page.act("/reauthenticate", proof), { code: "too_many_attempts" });
    await page.act("/reauthenticate", { password: PASSWORD });
  });

  it("A-025 a role that asks for a second factor is of no use without one, and adding one is all that is left", async () => {
    const page = await invite(server, owner, "weak@example.com", { role: "developer" });
    await owner.admin("PUT", "/sign-in-policy", {
      mfa_roles: ["developer"],
      session_idle: "12h",
      session_max: "7d",
      password: true,
    });
    try {
      assert.equal((await page.session()).must, "enrol_second_factor");
      await assert.rejects(page.admin("GET", "/environments"), { code: "mfa_required" });
      await assert.rejects(page.act("/recovery-codes"), { code: "mfa_required" });
      const { secret } = await page.act<{ secret: string }>("/totp");
      await page.act("/totp/confirm", {
        code: codeOf(secret),
      });
      assert.equal((await page.session()).must, null, "it was shown as it was added");
      await page.admin("GET", "/environments");
    } finally {
      await owner.admin("PUT", "/sign-in-policy", {
        mfa_roles: [],
        session_idle: "12h",
        session_max: "7d",
        password: true,
      });
    }
  });

  it("A-025 a session that began before there was a factor gains nothing by adding one more", async () => {
    const page = await invite(server, owner, "stolen@example.com", { role: "developer" });
    const stolen = browser();
    await stolen.act("/sign-in/password", { email: "stolen@example.com", password: PASSWORD });
    const begun = await stolen.act<{ secret: string }>("/totp");
    await owner.admin("PUT", "/sign-in-policy", {
      mfa_roles: ["developer"],
      session_idle: "12h",
      session_max: "7d",
    });
    try {
      const { secret } = await page.act<{ secret: string }>("/totp");
      const before = new Map(page.cookies);
      await page.act("/totp/confirm", { code: codeOf(secret) });
      assert.notDeepEqual(page.cookies, before, "the session has another secret");
      assert.equal((await page.session()).must, null);
      assert.equal((await stolen.session()).must, "show_second_factor");
      await stolen.act("/reauthenticate", { password: PASSWORD });
      const refused = { code: "reauthentication_required" };
      await assert.rejects(stolen.act("/totp"), refused);
      await assert.rejects(stolen.act("/totp/confirm", { code: codeOf(begun.secret) }), refused);
      await assert.rejects(stolen.act("/passkeys/options"), refused);
      assert.equal((await stolen.session()).must, "show_second_factor");
      await assert.rejects(stolen.admin("GET", "/environments"), { code: "mfa_required" });
    } finally {
      await owner.admin("PUT", "/sign-in-policy", { mfa_roles: [], session_idle: "12h", session_max: "7d" });
    }
  });

  it("A-027 a recovery code gets in once, however it is typed, and new ones end the old", async () => {
    const page = await invite(server, owner, "rec@example.com", { role: "viewer" });
    const { secret } = await page.act<{ secret: string }>("/totp");
    await page.act("/totp/confirm", { code: codeOf(secret) });
    const { recovery_codes: codes } = await page.act<{ recovery_codes: string[] }>("/recovery-codes");
    const half = async (): Promise<Page> => {
      const each = browser();
      await each.act("/sign-in/password", { email: "rec@example.com", password: PASSWORD });
      return each;
    };
    await (
      await half()
    ).act("/sign-in/recovery-code", { code: ` ${codes[0]?.toUpperCase().replaceAll("-", " ")} ` });
    await assert.rejects((await half()).act("/sign-in/recovery-code", { code: codes[0] }), {
      code: "invalid_credentials",
    });
    const race = [await half(), await half(), await half()];
    const answers = await Promise.allSettled(
      race.map(async (each) => each.act("/sign-in/recovery-code", { code: codes[1] })),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), ["fulfilled", "rejected", "rejected"]);
    await page.act("/recovery-codes");
    await assert.rejects((await half()).act("/sign-in/recovery-code", { code: codes[2] }), {
      code: "invalid_credentials",
    });
  });

  it("an authenticator that is removed is asked for no more, and a secret that was confirmed is not confirmed again", async () => {
    const page = await invite(server, owner, "gone@example.com", { role: "viewer" });
    const signedIn = async (): Promise<string> =>
      (
        await browser().act<{ state: string }>("/sign-in/password", {
          email: "gone@example.com",
          password: PASSWORD,
        })
      ).state;
    const { secret } = await page.act<{ secret: string }>("/totp");
    await page.act("/totp/confirm", { code: codeOf(secret) });
    await assert.rejects(page.act("/totp/confirm", { code: codeOf(secret, 1) }), {
      code: "invalid_credentials",
    });
    assert.equal(await signedIn(), "second_factor");
    const id = await idOf("gone@example.com");
    const noted = async (): Promise<number> =>
      (await operatorOf(server).auditRows(null, { action: "totp.removed", limit: "100" })).filter(
        ({ entry }) => entry.targets[0]?.id === id,
      ).length;
    await page.act("/totp/remove");
    assert.equal(await signedIn(), "signed_in");
    await page.act("/totp/remove");
    assert.equal(await noted(), 1, "what is not there is removed without a word");
  });

  it("after a reset the authenticator is still asked for", async () => {
    const page = await invite(server, owner, "both@example.com", { role: "viewer" });
    const { secret } = await page.act<{ secret: string }>("/totp");
    await page.act("/totp/confirm", { code: codeOf(secret) });
    const { link } = await owner.admin<{ link: string }>(
      "POST",
      `/people/${await idOf("both@example.com")}/reset`,
    );
    const password = "another purple bicycle";
    await browser().act("/resets/accept", { token: tokenOf(link), password });
    const { state } = await browser().act<{ state: string }>("/sign-in/password", {
      email: "both@example.com",
      password,
    });
    assert.equal(state, "second_factor");
  });
});

describe("a reset of everything", { timeout: 120_000 }, () => {
  it("takes passkeys, authenticator and recovery codes away with the password, when it is made for that, and is in the log", async () => {
    await using server = await startTestServer();
    const owner = await signUpOwner(server);
    const page = await invite(server, owner, "lost@example.com", { role: "viewer" });
    const { secret } = await page.act<{ secret: string }>("/totp");
    await page.act("/totp/confirm", { code: codeOf(secret) });
    const person = (await operatorOf(server).people()).find(({ email }) => email === "lost@example.com");
    const { link } = await operatorOf(server).resetPerson(person?.id ?? "", true);
    const signIn = (password: string) =>
      openPage(server).act<{ state: string }>("/sign-in/password", { email: "lost@example.com", password });
    assert.equal((await signIn(PASSWORD)).state, "second_factor", "nothing is gone until the link is used");
    const password = "another purple bicycle";
    await openPage(server).act("/resets/accept", { token: tokenOf(link), password });
    assert.equal((await page.session()).state, "signed_out");
    assert.equal((await signIn(password)).state, "signed_in");
    const after = await operatorOf(server).person(person?.id ?? "");
    assert.equal(after.mfa, false);
    const reasons = async (action: string) =>
      (await operatorOf(server).auditRows(null, { action })).map(({ entry }) => entry.reason);
    assert.deepEqual(await reasons("reset.offered"), ["second factors too"]);
    assert.deepEqual(await reasons("password.changed"), ["reset with second factors"]);
    const again = await operatorOf(server).resetPerson(person?.id ?? "");
    await openPage(server).act("/resets/accept", { token: tokenOf(again.link), password: PASSWORD });
    assert.deepEqual(await reasons("password.changed"), ["reset", "reset with second factors"]);
  });
});

describe("a server as it comes", { timeout: 120_000 }, () => {
  it("A-025 asks its owners and admins for a second factor before anything else opens, and nobody else", async () => {
    await using server = await startTestServer({ secondFactorRoles: ["owner", "admin"] });
    const owner = openPage(server);
    const { recovery_codes: codes } = await owner.act<{ recovery_codes: string[] }>("/set-up", {
      token: tokenOf(await server.setUpLink()),
      name: "Ana",
      email: OWNER_EMAIL,
      password: PASSWORD,
    });
    assert.equal((await owner.session()).must, "enrol_second_factor");
    for (const path of ["/people", "/environments", "/audit", "/sign-in-policy"])
      await assert.rejects(owner.admin("GET", path), { code: "mfa_required" }, path);
    await assert.rejects(owner.admin("PUT", "/sign-in-policy", { mfa_roles: [] }), { code: "mfa_required" });
    // A recovery code stands in for a factor that is lost. Here there is none yet.
    await assert.rejects(owner.act("/reauthenticate", { recovery_code: codes[0] }), {
      code: "invalid_credentials",
    });
    assert.equal((await owner.session()).must, "enrol_second_factor");
    const { secret } = await owner.act<{ secret: string }>("/totp");
    await owner.act("/totp/confirm", { code: codeOf(secret) });
    assert.equal((await owner.session()).must, null);
    await owner.act("/reauthenticate", { recovery_code: codes[0] });
    await owner.admin("GET", "/people");
    const admin = await invite(server, owner, "admin@example.com", { role: "admin" });
    assert.equal((await admin.session()).must, "enrol_second_factor");
    const viewer = await invite(server, owner, "viewer@example.com", { role: "viewer" });
    assert.equal((await viewer.session()).must, null);
  });
});
