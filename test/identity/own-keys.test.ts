import assert from "node:assert/strict";
import { createVerify, X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { request } from "../http/request.ts";
import { operatorOf } from "../kit/operator.ts";
import type { Page } from "../kit/page.ts";
import { openPage, signUpOwner } from "../kit/page.ts";
import type { SamlStage } from "../kit/saml-stage.ts";
import { person, stageSaml } from "../kit/saml-stage.ts";
import type { TestServer } from "../kit/test-server.ts";
import { startTestServer } from "../kit/test-server.ts";

/** Certificates of ours, as the metadata has them: PEM. */
interface Announced {
  readonly signing: readonly string[];
  readonly encryption: readonly string[];
}

describe("key pairs of our end of a connection", { timeout: 60_000 }, () => {
  let server: TestServer;
  let owner: Page;
  let stage: SamlStage;
  before(async () => {
    server = await startTestServer();
    owner = await signUpOwner(server);
    stage = await stageSaml(server, owner);
  });
  after(() => server[Symbol.asyncDispose]());

  const step = (name: string) => owner.admin("POST", `/sso/${stage.id}/own-keys/${name}`);

  async function announced(): Promise<Announced> {
    const { text } = await request(server, "GET", `/saml/${stage.id}/metadata`, { authorized: false });
    const of = (use: string): readonly string[] =>
      [...text.matchAll(/<(?:\w+:)?KeyDescriptor use="(\w+)">.*?X509Certificate>([^<]+)</gs)]
        .filter(([, each]) => each === use)
        .map(([, , base64 = ""]) => new X509Certificate(Buffer.from(base64, "base64")).toString());
    return { signing: of("signing"), encryption: of("encryption") };
  }

  /** Signs in with an assertion that is encrypted for a certificate, and says what came of it. */
  async function signIn(certificatePem: string, who: string): Promise<string> {
    const page = openPage(server);
    await stage.signIn(page, person(who, `${who}@example.org`), {
      mode: "both",
      encrypt: { certificatePem, cipher: "aes256-gcm" },
    });
    return (await page.session()).state;
  }

  /** Whether a request is signed by the key of this certificate. */
  async function isSignedBy(certificatePem: string): Promise<boolean> {
    const { location } = await stage.visit(openPage(server));
    const [signed = "", signature = ""] = new URL(location).search.slice(1).split("&Signature=");
    const octets = Buffer.from(decodeURIComponent(signature), "base64");
    return createVerify("RSA-SHA256").update(signed).verify(certificatePem, octets);
  }

  it("change over without a gap: the next are announced, then sign, and what was encrypted for the ones before still opens", async () => {
    const first = await announced();
    assert.equal(first.signing.length, 1);
    assert.equal(first.encryption.length, 1);
    const [signing = "", encryption = ""] = [first.signing[0], first.encryption[0]];
    assert.ok(await isSignedBy(signing));
    await assert.rejects(step("turn"), { code: "conflict" });
    await assert.rejects(step("give-up"), { code: "conflict" });

    await step("prepare");
    await assert.rejects(step("prepare"), { code: "conflict" });
    const both = await announced();
    assert.deepEqual([both.signing[0], both.encryption[0]], [signing, encryption]);
    const [nextSigning = "", nextEncryption = ""] = [both.signing[1], both.encryption[1]];
    assert.ok(await isSignedBy(signing), "the next signs nothing yet");
    assert.equal(await signIn(encryption, "ann"), "signed_in");
    assert.equal(await signIn(nextEncryption, "ben"), "signed_in");

    await step("turn");
    assert.deepEqual(await announced(), { signing: [nextSigning], encryption: [nextEncryption] });
    assert.ok(await isSignedBy(nextSigning));
    assert.ok(!(await isSignedBy(signing)));
    assert.equal(await signIn(nextEncryption, "cat"), "signed_in");
    assert.equal(await signIn(encryption, "dan"), "signed_in", "a provider reads metadata when it likes");
  });

  it("outlive a restart, and end with the change after the next one", async () => {
    const [before = ""] = (await announced()).encryption;
    await server.stop();
    await server.start();
    assert.equal(await signIn(before, "eve"), "signed_in");
    await step("prepare");
    await step("give-up");
    assert.deepEqual((await announced()).encryption, [before]);
    for (let turn = 0; turn < 2; turn += 1) {
      await step("prepare");
      await step("turn");
    }
    assert.equal(await signIn(before, "fay"), "signed_out");
  });

  it("are shown with when they end, without their secrets, and each change is in the log", async () => {
    await step("prepare");
    const connection = await owner.admin<{
      readonly service_provider: { readonly own_keys: readonly Readonly<Record<string, unknown>>[] };
    }>("GET", `/sso/${stage.id}`);
    const { own_keys: keys } = connection.service_provider;
    assert.deepEqual(
      keys.map(({ state, use, warning }) => [use, state, warning]),
      [
        ["signing", "current", null],
        ["encryption", "current", null],
        ["signing", "next", null],
        ["encryption", "next", null],
      ],
    );
    for (const { not_after: end } of keys) assert.ok(Date.parse(String(end)) > Date.now());
    assert.doesNotMatch(JSON.stringify(connection), /PRIVATE KEY|privateKey/);
    const rows = await operatorOf(server).auditRows(null, { action: "sso_connection.changed" });
    assert.ok(rows.filter(({ entry }) => "own_keys" in entry.changes).length >= 7);
  });
});
