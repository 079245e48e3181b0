import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { totpCode } from "../../packages/server/src/identity/totp/totp.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { invite, openPage, PASSWORD, signIn, signUpOwner, tokenOf } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

describe("the log of who signs in, and what a password alone does not get", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  before(async () => {
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    owner = await signUpOwner(server);
  });
  after(() => server[Symbol.asyncDispose]());

  const entriesFrom = async (action: string, address: string) =>
    (await operatorOf(server).auditRows(null, { action, limit: "100" }))
      .map(({ entry }) => entry)
      .filter(({ context }) => context.address === address);

  it("a good and a wrong password each have an entry, with who, from where and by what", async () => {
    const member = await invite(server, owner, "logged@example.com", { role: "viewer" });
    const id = (await member.session()).person?.id;
    const page = openPage(server, "198.18.7.1");
    const wrong = { email: "logged@example.com", password: "not the right one" };
    await assert.rejects(page.act("/sign-in/password", wrong), { code: "invalid_credentials" });
    await page.act("/sign-in/password", { ...wrong, password: PASSWORD });

    const refused = await entriesFrom("sign_in.refused", "198.18.7.1");
    assert.deepEqual(
      refused.map(({ result, targets }) => [result, targets[0]?.id]),
      [["denied", id]],
    );
    const started = await entriesFrom("session.started", "198.18.7.1");
    assert.deepEqual(
      started.map(({ actor, reason, result }) => [actor.id, reason, result]),
      [[id, "password", "success"]],
    );
    assert.equal(JSON.stringify([refused, started]).includes(wrong.password), false);
  });

  it("a password is not changed by who does not know the old one", async () => {
    const member = await invite(server, owner, "keeps@example.com", { role: "viewer" });
    const asked = { current: "not the right one", password: "another purple bicycle" };
    await assert.rejects(member.act("/password", asked), { code: "invalid_credentials" });
    await assert.rejects(signIn(server, "keeps@example.com", asked.password), {
      code: "invalid_credentials",
    });
    await signIn(server, "keeps@example.com");
  });

  it("a reset link does not get past the second factor", async () => {
    const member = await invite(server, owner, "reset@example.com", { role: "viewer" });
    const id = (await member.session()).person?.id ?? "";
    const { secret } = await member.act<{ secret: string }>("/totp");
    const code = totpCode(bytesOf(secret), Math.floor(Date.now() / 30_000));
    await member.act("/totp/confirm", { code });
    const { link } = await owner.admin<{ link: string }>("POST", `/people/${id}/reset`);
    const page = openPage(server);
    const password = "another purple bicycle";
    await page.act("/resets/accept", { token: tokenOf(link), password });
    assert.notEqual((await page.session()).state, "signed_in");
    const signed = await page.act<{ state: string }>("/sign-in/password", {
      email: "reset@example.com",
      password,
    });
    assert.equal(signed.state, "second_factor");
    assert.equal((await page.ask("GET", "/holdfast/v1/admin/roles")).status, 401);
  });
});

/** RFC 4648, 6. */
function bytesOf(text: string): Buffer {
  const bits = Array.from(text, (letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  ).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
