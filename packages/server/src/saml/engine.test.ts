import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EngineTask } from "./engine.ts";
import { verifyWithEngine } from "./engine.ts";
import { issueResponse, NAME_ID, ordinaryStatement } from "./testing/identity-provider.ts";
import type { IssueOptions, Statement } from "./testing/identity-provider.ts";
import { createWorld } from "./testing/world.ts";
import { trustedCertificates } from "./trusted-certificates.ts";

const { idpKey, nextKey, situation, spKey, strangerKey, trust } = createWorld();

const text = (options: Partial<IssueOptions> = {}, says: Partial<Statement> = {}): string =>
  issueResponse({ ...ordinaryStatement(situation), ...says }, { mode: "both", key: idpKey, ...options });
const verdict = (document: string, changes: Partial<EngineTask> = {}) =>
  verifyWithEngine(
    {
      text: document,
      certificates: trustedCertificates(trust.certificates),
      isResponseSigned: true,
      mustAssertionBeSigned: true,
      decryptionKey: null,
      ...changes,
    },
    trust,
  );

describe("verifyWithEngine()", () => {
  it("hands out the assertion that was proven, and its NameID", async () => {
    const { assertionXml, nameId } = (await verdict(text())) ?? {};
    assert.match(assertionXml ?? "", /^<saml:Assertion /);
    assert.equal(nameId, NAME_ID);
  });

  it("proves nothing that was changed, or signed by others, or not signed where it must be", async () => {
    assert.equal(await verdict(text().replace(">u-7391<", ">owner<")), null);
    assert.equal(await verdict(text({ key: strangerKey })), null);
    assert.equal(await verdict(text({ mode: "assertion" })), null);
    assert.equal(await verdict(text({ mode: "response" })), null);
    assert.notEqual(await verdict(text({ mode: "assertion" }), { isResponseSigned: false }), null);
    assert.notEqual(await verdict(text({ mode: "response" }), { mustAssertionBeSigned: false }), null);
  });

  it("proves nothing where there is no assertion", async () => {
    assert.equal(await verdict(text().replaceAll("saml:Assertion", "saml:Other")), null);
    assert.equal(await verdict("<a/>"), null);
  });

  it("decrypts with the key it is given", async () => {
    const encrypted = text({ encrypt: { certificatePem: spKey.certificatePem } });
    assert.equal((await verdict(encrypted, { decryptionKey: spKey }))?.nameId, NAME_ID);
    assert.equal(await verdict(encrypted, { decryptionKey: nextKey }), null);
    assert.equal(await verdict(encrypted), null);
  });

  it("leaves what is said to us: times and audience, and what it could not read for itself", async () => {
    const past = { notOnOrAfter: "2001-01-01T00:00:00Z", audiences: [["https://other.example"]] };
    assert.equal((await verdict(text({}, past)))?.nameId, NAME_ID);
    const unreadable = await verdict(text({}, { notOnOrAfter: null }));
    assert.match(unreadable?.assertionXml ?? "", /^<saml:Assertion /);
    assert.equal(unreadable?.nameId, null);
  });
});
