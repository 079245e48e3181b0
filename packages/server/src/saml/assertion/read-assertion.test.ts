import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createCheckList } from "../check-list.ts";
import { preflight } from "../preflight/preflight.ts";
import {
  encodeForPost,
  instantAt,
  issueResponse,
  ordinaryStatement,
  PERSISTENT,
  EMAIL_FORMAT,
  NAME_ID,
  type Statement,
} from "../testing/identity-provider.ts";
import { codeOf, examine, verdictOn } from "../testing/judge.ts";
import { createWorld, NOW, REQUEST_ID } from "../testing/world.ts";
import { verifyResponse } from "../verify-response.ts";
import { readAssertion } from "./read-assertion.ts";

const world = createWorld();
const { situation } = world;
const at = (offsetMs: number): string => instantAt(situation, offsetMs);
const ordinary = ordinaryStatement(situation);
const says = (statement: Partial<Statement>) => verdictOn({ says: statement });
const confirmed = (changes: Readonly<Record<string, string | null>>): Partial<Statement> => ({
  confirmation: { ...ordinary.confirmation, ...changes },
});
const SKEW = 60_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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

describe("the times", () => {
  it("are there", async () => {
    assert.equal(await says({ notOnOrAfter: null }), "saml_time_missing");
    assert.equal(await says({ issueInstant: null }), "saml_time_missing");
    assert.equal(await says({ authnInstant: null }), "saml_time_missing");
    assert.equal(await says({ notBefore: null }), null);
  });

  it("are forgiven a minute, and no more", async () => {
    assert.equal(await says({ notOnOrAfter: at(-SKEW) }), "saml_expired");
    assert.equal(await says({ notOnOrAfter: at(-SKEW + 1) }), null);
    assert.equal(await says({ notBefore: at(SKEW + 1) }), "saml_not_yet_valid");
    assert.equal(await says({ notBefore: at(SKEW) }), null);
    assert.equal(await says({ issueInstant: at(SKEW + 1) }), "saml_not_yet_valid");
    assert.equal(await says({ issueInstant: at(SKEW) }), null);
  });

  it("end an hour after issue, whichever end is later", async () => {
    const issueInstant = at(0);
    assert.equal(await says({ issueInstant, notOnOrAfter: at(HOUR + SKEW) }), null);
    assert.equal(await says({ issueInstant, notOnOrAfter: at(HOUR + SKEW + 1) }), "saml_lifetime");
    assert.equal(
      await says({ issueInstant, ...confirmed({ NotOnOrAfter: at(HOUR + SKEW + 1) }) }),
      "saml_lifetime",
    );
  });

  it("begin ten minutes ago at most", async () => {
    assert.equal(await says({ issueInstant: at(-10 * MINUTE - SKEW) }), null);
    assert.equal(await says({ issueInstant: at(-10 * MINUTE - SKEW - 1) }), "saml_too_old");
  });

  it("are written in UTC, in one way, and exist", async () => {
    for (const text of [
      "2026-11-22T10:04:00",
      "2026-11-22T10:04:00+00:00",
      "2026-11-22 10:04:00Z",
      "2026-11-22T10:04Z",
      "2026-11-22T10:04:00z",
      "2026-11-22",
      "1795341840",
      "2026-11-31T10:04:00Z",
      "2026-11-22T25:04:00Z",
      "2026-11-22T10:60:00Z",
      "2026-11-22T24:00:00Z",
      "",
      " 2026-11-22T10:04:00Z",
      "2026-11-22T10:04:00.Z",
      "+002026-11-22T10:04:00Z",
    ])
      for (const statement of [
        { notOnOrAfter: text },
        { notBefore: text },
        { issueInstant: text },
        { authnInstant: text },
        { sessionNotOnOrAfter: text },
      ])
        assert.equal(await says(statement), "saml_time_format", JSON.stringify(statement));
    for (const text of ["2026-11-22T10:04:00Z", "2026-11-22T10:04:00.1Z", "2026-11-22T10:04:00.1234567Z"])
      assert.equal(await says({ notOnOrAfter: text }), null, text);
  });
});

describe("the conditions", () => {
  it("are one element, of conditions that we know", async () => {
    assert.equal(await says({ more: "<saml:Conditions/>" }), "saml_structure");
    assert.equal(await says({ moreConditions: "<saml:OneTimeUse/><saml:ProxyRestriction/>" }), null);
    for (const moreConditions of ["<saml:Condition/>", '<x:OneTimeUse xmlns:x="urn:x"/>'])
      assert.equal(await says({ moreConditions }), "saml_structure", moreConditions);
  });

  it("A-059 are for us: one name of each restriction is ours, character for character", async () => {
    const { spEntityId } = situation;
    assert.equal(await says({ audiences: [["https://a.example", spEntityId]] }), null);
    assert.equal(await says({ audiences: [[spEntityId], [spEntityId]] }), null);
    for (const audiences of [
      [[]],
      [[`${spEntityId}/`]],
      [[` ${spEntityId}`]],
      [[spEntityId.toUpperCase()]],
      [["https://a.example"], [spEntityId]],
      [[spEntityId], []],
    ])
      assert.equal(await says({ audiences }), "saml_audience", JSON.stringify(audiences));
    assert.equal(await says({ audiences: [[`${spEntityId}<x/>`]] }), "saml_structure");
  });
});

describe("issuer and destination", () => {
  it("the assertion names its issuer, the response may", async () => {
    assert.equal(await says({ issuer: null }), "saml_issuer");
    assert.equal(await says({ responseIssuer: null }), null);
    const { idpEntityId } = situation;
    for (const name of [`${idpEntityId}/`, ` ${idpEntityId}`, idpEntityId.toUpperCase(), ""]) {
      assert.equal(await says({ issuer: name }), "saml_issuer", name);
      assert.equal(await says({ responseIssuer: name }), "saml_issuer", name);
    }
    assert.equal(await says({ more: `<saml:Issuer>${idpEntityId}</saml:Issuer>` }), "saml_issuer");
    assert.equal(await says({ issuer: `${idpEntityId}<x/>` }), "saml_structure");
  });

  it("a signed response says where it goes, another may leave it out", async () => {
    const destination = null;
    assert.equal(await verdictOn({ says: { destination }, issue: { mode: "assertion" } }), null);
    assert.equal(await verdictOn({ says: { destination }, issue: { mode: "response" } }), "saml_destination");
    assert.equal(await verdictOn({ says: { destination }, issue: { mode: "both" } }), "saml_destination");
    assert.equal(await says({ destination: `${situation.acsUrl}/` }), "saml_destination");
  });
});

describe("the statement on the sign-in", () => {
  it("is one, with a context", async () => {
    assert.equal(await says({ authnStatements: 0 }), "saml_authn_statement");
    assert.equal(await says({ authnStatements: 2 }), "saml_authn_statement");
    assert.equal(await says({ authnContext: null }), "saml_authn_statement");
  });

  it("ends later, if it says when", async () => {
    assert.equal(await says({ sessionNotOnOrAfter: at(0) }), "saml_session_expired");
    assert.equal(await says({ sessionNotOnOrAfter: at(1) }), null);
    const result = await examine({ says: { sessionNotOnOrAfter: null, sessionIndex: null } });
    assert.ok(result.ok);
    assert.equal(result.identity.sessionNotOnOrAfter, null);
    assert.equal(result.identity.sessionIndex, null);
  });

  it("A-076 names one of the ways that the connection lists", async () => {
    const authnContexts = ["urn:mfa", "urn:smartcard"];
    const trust = { authnContexts };
    assert.equal(await verdictOn({ trust, says: { authnContext: "urn:smartcard" } }), null);
    assert.equal(await verdictOn({ trust, says: { authnContext: "urn:password" } }), "saml_authn_context");
    assert.equal(await verdictOn({ trust, says: { authnContext: "" } }), "saml_authn_context");
  });

  it("A-076 is newer than the request, where a new sign-in was asked for", async () => {
    const expected = { forceAuthn: true, issuedAt: NOW };
    assert.equal(await verdictOn({ expected, says: { authnInstant: at(-SKEW) } }), null);
    assert.equal(await verdictOn({ expected, says: { authnInstant: at(-SKEW - 1) } }), "saml_authn_context");
    assert.equal(await says({ authnInstant: at(-8 * HOUR) }), null);
  });
});

describe("the attributes", () => {
  const attributesOf = async (attributes: Statement["attributes"]) => {
    const result = await examine({ says: { attributes } });
    return result.ok ? [...result.identity.attributes] : result.error.code;
  };

  it("A-067 of one sent twice all values are kept, in order", async () => {
    const sent = [
      ["groups", "a"],
      ["email", "x"],
      ["groups", "b", "a"],
    ] as const;
    assert.deepEqual(await attributesOf(sent), [
      ["groups", ["a", "b", "a"]],
      ["email", ["x"]],
    ]);
  });

  it("are data, whatever they are called", async () => {
    const names = ["__proto__", "constructor", "toString", "nameID", "hasOwnProperty"];
    assert.deepEqual(
      await attributesOf(names.map((name) => [name, "1"] as const)),
      names.map((name) => [name, ["1"]]),
    );
  });

  it("may be none, and may have no value or an empty one", async () => {
    assert.deepEqual(await attributesOf([]), []);
    assert.deepEqual(await attributesOf([["a"], ["b", ""]]), [
      ["a", []],
      ["b", [""]],
    ]);
  });

  it("have a name, and values that are text", async () => {
    assert.equal(await attributesOf([["", "x"]]), "saml_structure");
    assert.equal(await attributesOf([["a", "x<b/>y"]]), "saml_structure");
    assert.equal(
      await says({ more: "<saml:AttributeStatement><saml:Attribute/></saml:AttributeStatement>" }),
      "saml_structure",
    );
  });

  it("A-067 are 200 at most, with 2 000 values", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => [`a${index}`, "v"] as const);
    const values = (count: number) => [["groups", ...Array.from({ length: count }, () => "v")] as const];
    assert.equal((await attributesOf(many(200))).length, 200);
    assert.equal(await attributesOf(many(201)), "saml_structure");
    assert.deepEqual(await attributesOf([...values(1_000), ...values(1_000)]), [
      ["groups", Array.from({ length: 2_000 }, () => "v")],
    ]);
    assert.equal(await attributesOf([...values(1_000), ...values(1_001)]), "saml_structure");
  });
});

describe("the second reading", () => {
  it("refuses a document that the engine reads differently", async () => {
    const { expected, idpKey, trust } = world;
    const xml = issueResponse(ordinary, { mode: "both", key: idpKey });
    const response = preflight(encodeForPost(xml), createCheckList());
    const verified = await verifyResponse(response, trust, createCheckList());
    assert.equal(verified.nameId, NAME_ID);
    for (const nameId of ["owner", "", null]) {
      const read = () =>
        readAssertion({ ...verified, nameId }, response, trust, expected, NOW, createCheckList());
      assert.equal(codeOf(read), "saml_differential");
    }
    assert.equal(expected.requestId, REQUEST_ID);
  });
});
