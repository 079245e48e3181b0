import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { openPage, PASSWORD, signUpOwner, tokenOf } from "../kit/page.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

const POLICY = { mfa_roles: [], session_idle: "12h", session_max: "7d", password: true };
const STOLEN = "a heron on my lawn";
const OF_THE_PLACE = "zephyrcoil-rocks";

describe("a new password", () => {
  let folder = "";
  let server: TestServer;
  let owner: Page;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-breached-"));
    const path = join(folder, "hashes.txt");
    const hashes = [STOLEN, "another that was stolen"].map((text) =>
      createHash("sha1").update(text).digest("hex").toUpperCase(),
    );
    writeFileSync(path, `${hashes.toSorted().join(":3\r\n")}:12\r\n`);
    server = await startTestServer({ breachedPasswords: path });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const refusals = async (send: (password: string) => Promise<unknown>): Promise<readonly string[]> => {
    const messages: string[] = [];
    for (const password of [STOLEN, OF_THE_PLACE, "passwordpassword"]) {
      const error = await send(password).then(
        () => null,
        (cause: unknown) => cause as { readonly code: string; readonly message: string },
      );
      assert.equal(error?.code, "policy_violation", password);
      messages.push(error.message.replace(/^.* was answered /, ""));
      assert.ok(!error.message.includes(password));
    }
    return messages;
  };

  it("is looked up in the list of breached passwords and in the organisation's words, wherever it is set", async () => {
    const token = tokenOf(await server.setUpLink());
    const newOwner = { name: "Ana", email: "ana@example.com" };
    await assert.rejects(openPage(server).act("/set-up", { ...newOwner, token, password: STOLEN }), {
      code: "policy_violation",
      message: /stolen from another service/,
    });
    // What was refused used up nothing.
    owner = await signUpOwner(server);
    await owner.admin("PUT", "/sign-in-policy", { ...POLICY, refused_words: ["Zephyrcoil"] });

    const changed = await refusals((password) => owner.act("/password", { current: PASSWORD, password }));
    assert.match(changed[0] ?? "", /stolen from another service/);
    assert.match(changed[1] ?? "", /everybody here knows/);
    assert.match(changed[2] ?? "", /tried first/);

    const { link } = await owner.admin<{ link: string }>("POST", "/invitations", {
      email: "bo@example.com",
      role: "viewer",
    });
    const invited = { token: tokenOf(link), name: "Bo" };
    const accept = (password: string) =>
      openPage(server).act("/invitations/accept", { ...invited, password });
    assert.deepEqual(await refusals(accept), changed);
    await accept(PASSWORD);

    const people = await operatorOf(server).people();
    const bo = people.find(({ email }) => email === "bo@example.com");
    const reset = await owner.admin<{ link: string }>("POST", `/people/${bo?.id}/reset`);
    const set = (password: string) =>
      openPage(server).act("/resets/accept", { token: tokenOf(reset.link), password });
    assert.deepEqual(await refusals(set), changed);
    await set("a door that was never painted");
  });

  it("is held to words that are shown, in the log, and no shorter than four letters", async () => {
    const policy = await owner.admin<{ refused_words: unknown }>("GET", "/sign-in-policy");
    assert.deepEqual(policy.refused_words, ["Zephyrcoil"]);
    const [row] = await operatorOf(server).auditRows(null, { action: "sign_in_policy.changed" });
    assert.deepEqual(row?.entry.changes["refused_words"], { from: [], to: ["Zephyrcoil"] });
    for (const [words, message] of [
      [["acme", "no"], /refused_words\[1\] must have 4 to 64 characters/],
      [["x".repeat(65)], /refused_words\[0\]/],
      [Array.from({ length: 201 }, (_, index) => `word ${index}`), /at most 200 words/],
    ] as const)
      await assert.rejects(
        owner.admin("PUT", "/sign-in-policy", { ...POLICY, refused_words: words }),
        message,
      );
    await owner.admin("PUT", "/sign-in-policy", POLICY);
    await owner.act("/password", { current: PASSWORD, password: OF_THE_PLACE });
  });

  it("has a server that does not start with a list that is none", async () => {
    const path = join(folder, "plain.txt");
    writeFileSync(path, "password\n123456\n");
    await assert.rejects(startTestServer({ breachedPasswords: path }), { code: "config_invalid" });
  });
});
