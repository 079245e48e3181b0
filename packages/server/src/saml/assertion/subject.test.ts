import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Statement } from "../testing/identity-provider.ts";
import { EMAIL_FORMAT, PERSISTENT, instantAt, ordinaryStatement } from "../testing/identity-provider.ts";
import { examine, verdictOn } from "../testing/judge.ts";
import { createWorld } from "../testing/world.ts";

const { situation } = createWorld();
const at = (offsetMs: number): string => instantAt(situation, offsetMs);
const ordinary = ordinaryStatement(situation);
const says = (statement: Partial<Statement>) => verdictOn({ says: statement });
const confirmed = (changes: Readonly<Record<string, string | null>>): Partial<Statement> => ({
  confirmation: { ...ordinary.confirmation, ...changes },
});
const SKEW = 60_000;
const MINUTE = 60_000;

describe("the subject", () => {
  const named = (text: string, format = PERSISTENT): Partial<Statement> => ({
    nameId: `<saml:NameID Format="${format}">${text}</saml:NameID>`,
  });

  it("is one, with one NameID", async () => {
    assert.equal(await says({ nameId: "" }), "saml_nameid");
    assert.equal(await says({ nameId: "<saml:BaseID/>" }), "saml_nameid");
    assert.equal(await says({ nameId: "<saml:EncryptedID/>" }), "saml_nameid");
    assert.equal(await says({ more: "<saml:Subject/>" }), "saml_structure");
  });

  it("A-074 has 1 to 254 characters, all of which can be seen", async () => {
    assert.equal(await says(named("a".repeat(254))), null);
    for (const name of [
      "",
      "a".repeat(255),
      "a".repeat(5_000),
      "a b",
      " a",
      "a\n",
      "a&#9;b",
      "a\u00a0b",
      "a\u200bb",
      "\u202ea",
      "a\u2060",
    ])
      assert.equal(await says(named(name)), "saml_nameid", JSON.stringify(name));
    assert.equal(await says(named("a<b/>")), "saml_structure");
  });

  it("A-074 has the format that the connection expects", async () => {
    assert.equal(await says(named("a", EMAIL_FORMAT)), "saml_nameid");
    assert.equal(
      await says(named("a", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient")),
      "saml_nameid",
    );
    assert.equal(await says({ nameId: "<saml:NameID>a</saml:NameID>" }), "saml_nameid");
    const any = named("a", EMAIL_FORMAT);
    assert.equal(await verdictOn({ says: any, trust: { nameIdFormat: null } }), null);
    const unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    assert.equal(await verdictOn({ says: any, trust: { nameIdFormat: unspecified } }), null);
    const none = { nameId: "<saml:NameID>a</saml:NameID>" };
    const result = await examine({ says: none, trust: { nameIdFormat: null } });
    assert.ok(result.ok);
    assert.equal(result.identity.nameIdFormat, null);
  });

  it("A-074 is not brought into another form", async () => {
    for (const name of ["Ada@Example.com", "ada@example.com", "\u0430da", "e\u0301", "\u00e9"]) {
      const result = await examine({ says: named(name) });
      assert.ok(result.ok);
      assert.equal(result.identity.nameId, name);
    }
  });
});

describe("the confirmation", () => {
  it("is one, of a bearer, with one set of data", async () => {
    const second = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>';
    assert.equal(await says({ nameId: ordinary.nameId + second }), "saml_subject_confirmation");
    assert.equal(await says({ confirmationMethod: "" }), "saml_subject_confirmation");
    const data = "<saml:SubjectConfirmationData/>";
    const twice = `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">${data}${data}</saml:SubjectConfirmation>`;
    assert.equal(
      await says({ nameId: ordinary.nameId + twice, hasConfirmation: false }),
      "saml_subject_confirmation",
    );
  });

  it("is for our URL, character for character", async () => {
    const { acsUrl } = situation;
    for (const Recipient of [
      `${acsUrl}/`,
      `${acsUrl}?`,
      acsUrl.toUpperCase(),
      acsUrl.replace("https", "http"),
      "",
    ])
      assert.equal(await says(confirmed({ Recipient })), "saml_recipient", Recipient);
  });

  it("has no beginning, and an end that has not come, with a minute for slow clocks", async () => {
    assert.equal(await says(confirmed({ NotBefore: at(-MINUTE) })), "saml_subject_confirmation");
    assert.equal(await says(confirmed({ NotOnOrAfter: null })), "saml_time_missing");
    assert.equal(await says(confirmed({ NotOnOrAfter: at(-SKEW) })), "saml_expired");
    assert.equal(await says(confirmed({ NotOnOrAfter: at(-SKEW + 1) })), null);
    assert.equal(await says(confirmed({ NotOnOrAfter: "tomorrow" })), "saml_time_format");
  });
});
