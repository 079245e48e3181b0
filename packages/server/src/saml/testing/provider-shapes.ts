/**
 * Responses in the shapes that well-known providers send: their prefixes, what they put where, and above all who signs what.
 * Names, ids and keys are of the test.
 */
import type { Situation } from "./identity-provider.ts";
import { instantAt, signElement } from "./identity-provider.ts";
import { signLikeOpenSaml } from "./open-saml-signature.ts";
import type { TestKey } from "./test-keys.ts";

const ASSERTION_NS = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL_NS = "urn:oasis:names:tc:SAML:2.0:protocol";
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

export interface ProviderShape {
  readonly provider: string;
  readonly signs: "assertion" | "response" | "both";
  readonly nameIdFormat: string;
  readonly nameId: string;
  /** An attribute to find, and its values. */
  readonly attribute: readonly [name: string, values: readonly string[]];
  issue(at: Situation, key: TestKey): string;
}

const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/** The parts that only differ in prefixes and times. */
function subjectOf(at: Situation, p: string, format: string, nameId: string, minutes: number): string {
  return `<${p}Subject><${p}NameID Format="${format}">${nameId}</${p}NameID><${p}SubjectConfirmation Method="${BEARER}"><${p}SubjectConfirmationData InResponseTo="${at.requestId}" NotOnOrAfter="${instantAt(at, minutes * 60_000)}" Recipient="${at.acsUrl}"/></${p}SubjectConfirmation></${p}Subject>`;
}

function conditionsOf(at: Situation, p: string, fromMinutes: number, minutes: number): string {
  return `<${p}Conditions NotBefore="${instantAt(at, fromMinutes * 60_000)}" NotOnOrAfter="${instantAt(at, minutes * 60_000)}"><${p}AudienceRestriction><${p}Audience>${at.spEntityId}</${p}Audience></${p}AudienceRestriction></${p}Conditions>`;
}

function authnOf(at: Situation, p: string, context: string): string {
  return `<${p}AuthnStatement AuthnInstant="${instantAt(at, -1_000)}" SessionIndex="_session"><${p}AuthnContext><${p}AuthnContextClassRef>${context}</${p}AuthnContextClassRef></${p}AuthnContext></${p}AuthnStatement>`;
}

const PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const PASSWORD_ONLY = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";

/** Both are signed; `saml2` prefixes, OpenSAML's signatures with a list of prefixes, five minutes each way. */
const okta: ProviderShape = {
  provider: "Okta",
  signs: "both",
  nameIdFormat: EMAIL,
  nameId: "ada@example.com",
  attribute: ["groups", ["Everyone", "engineering"]],
  issue(at, key) {
    const typed = (value: string): string =>
      `<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${value}</saml2:AttributeValue>`;
    const assertion = signLikeOpenSaml(
      `<saml2:Assertion xmlns:saml2="${ASSERTION_NS}" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="id1" IssueInstant="${instantAt(at, -500)}" Version="2.0"><saml2:Issuer Format="${ENTITY_FORMAT}">${at.idpEntityId}</saml2:Issuer>${subjectOf(at, "saml2:", EMAIL, "ada@example.com", 5)}${conditionsOf(at, "saml2:", -5, 5)}${authnOf(at, "saml2:", PASSWORD)}<saml2:AttributeStatement><saml2:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${typed("Everyone")}${typed("engineering")}</saml2:Attribute></saml2:AttributeStatement></saml2:Assertion>`,
      key,
      ["xs"],
    );
    return `<?xml version="1.0" encoding="UTF-8"?>${signLikeOpenSaml(
      `<saml2p:Response xmlns:saml2p="${PROTOCOL_NS}" xmlns:xs="http://www.w3.org/2001/XMLSchema" Destination="${at.acsUrl}" ID="id2" InResponseTo="${at.requestId}" IssueInstant="${instantAt(at, -500)}" Version="2.0"><saml2:Issuer xmlns:saml2="${ASSERTION_NS}" Format="${ENTITY_FORMAT}">${at.idpEntityId}</saml2:Issuer><saml2p:Status xmlns:saml2p="${PROTOCOL_NS}"><saml2p:StatusCode Value="${SUCCESS}"/></saml2p:Status>${assertion}</saml2p:Response>`,
      key,
      ["xs"],
    )}`;
  },
};

/** The assertion alone is signed; no prefix for it, names of attributes are URLs, an hour of life. */
const entra: ProviderShape = {
  provider: "Entra ID",
  signs: "assertion",
  nameIdFormat: PERSISTENT,
  nameId: "kCTfoJJtVTKvfNmm6gA2LmTOhiyCqVM5oVDMPdOBBfM",
  attribute: [
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
    ["9aab04f6-0b5c-4c1e-a0f0-6b7a2a2a3f11"],
  ],
  issue(at, key) {
    const assertion = signElement(
      `<Assertion xmlns="${ASSERTION_NS}" ID="_e1" IssueInstant="${instantAt(at, -500)}" Version="2.0"><Issuer>${at.idpEntityId}</Issuer>${subjectOf(at, "", PERSISTENT, this.nameId, 60)}${conditionsOf(at, "", -5, 60)}<AttributeStatement><Attribute Name="${this.attribute[0]}"><AttributeValue>${this.attribute[1][0]}</AttributeValue></Attribute></AttributeStatement>${authnOf(at, "", PASSWORD_ONLY)}</Assertion>`,
      "Assertion",
      { key },
    );
    return `<samlp:Response ID="_e2" Version="2.0" IssueInstant="${instantAt(at, -400)}" Destination="${at.acsUrl}" InResponseTo="${at.requestId}" xmlns:samlp="${PROTOCOL_NS}"><Issuer xmlns="${ASSERTION_NS}">${at.idpEntityId}</Issuer><samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>${assertion}</samlp:Response>`;
  },
};

/** The response alone is signed, as OpenSAML does it; the declaration says `standalone`. */
const google: ProviderShape = {
  provider: "Google Workspace",
  signs: "response",
  nameIdFormat: EMAIL,
  nameId: "ada@example.com",
  attribute: ["firstName", ["Ada"]],
  issue(at, key) {
    const assertion = `<saml2:Assertion xmlns:saml2="${ASSERTION_NS}" ID="_g1" IssueInstant="${instantAt(at, -500)}" Version="2.0"><saml2:Issuer>${at.idpEntityId}</saml2:Issuer>${subjectOf(at, "saml2:", EMAIL, "ada@example.com", 5)}${conditionsOf(at, "saml2:", -5, 5)}<saml2:AttributeStatement><saml2:Attribute Name="firstName"><saml2:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:anyType" xmlns:xs="http://www.w3.org/2001/XMLSchema">Ada</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>${authnOf(at, "saml2:", UNSPECIFIED)}</saml2:Assertion>`;
    return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>${signLikeOpenSaml(
      `<saml2p:Response xmlns:saml2p="${PROTOCOL_NS}" Destination="${at.acsUrl}" ID="_g2" InResponseTo="${at.requestId}" IssueInstant="${instantAt(at, -500)}" Version="2.0"><saml2:Issuer xmlns:saml2="${ASSERTION_NS}">${at.idpEntityId}</saml2:Issuer><saml2p:Status><saml2p:StatusCode Value="${SUCCESS}"/></saml2p:Status>${assertion}</saml2p:Response>`,
      key,
      [],
    )}`;
  },
};

/** The response is signed; ids begin with `ID_`, a minute of life, the same attribute several times. */
const keycloak: ProviderShape = {
  provider: "Keycloak",
  signs: "response",
  nameIdFormat: PERSISTENT,
  nameId: "G-5d9f2c0e-7d0c-4c2d-9f53-0a5c2a1b7a55",
  attribute: ["Role", ["offline_access", "uma_authorization"]],
  issue(at, key) {
    const role = (value: string): string =>
      `<saml:Attribute FriendlyName="role" Name="Role" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${value}</saml:AttributeValue></saml:Attribute>`;
    const assertion = `<saml:Assertion xmlns="${ASSERTION_NS}" ID="ID_k1" IssueInstant="${instantAt(at, -500)}" Version="2.0"><saml:Issuer>${at.idpEntityId}</saml:Issuer>${subjectOf(at, "saml:", PERSISTENT, this.nameId, 5)}${conditionsOf(at, "saml:", -0.01, 1)}${authnOf(at, "saml:", UNSPECIFIED)}<saml:AttributeStatement>${role("offline_access")}${role("uma_authorization")}</saml:AttributeStatement></saml:Assertion>`;
    return signElement(
      `<samlp:Response xmlns:samlp="${PROTOCOL_NS}" xmlns:saml="${ASSERTION_NS}" Destination="${at.acsUrl}" ID="ID_k2" InResponseTo="${at.requestId}" IssueInstant="${instantAt(at, -500)}" Version="2.0"><saml:Issuer>${at.idpEntityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>${assertion}</samlp:Response>`,
      "Response",
      { key },
    );
  },
};

/** The assertion alone is signed; the response has a Consent, and no session index of its own. */
const adfs: ProviderShape = {
  provider: "AD FS",
  signs: "assertion",
  nameIdFormat: EMAIL,
  nameId: "ada@corp.example",
  attribute: ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", ["ada@corp.example"]],
  issue(at, key) {
    const assertion = signElement(
      `<Assertion ID="_d1" IssueInstant="${instantAt(at, -500)}" Version="2.0" xmlns="${ASSERTION_NS}"><Issuer>${at.idpEntityId}</Issuer>${subjectOf(at, "", EMAIL, this.nameId, 5)}${conditionsOf(at, "", 0, 60)}<AttributeStatement><Attribute Name="${this.attribute[0]}"><AttributeValue>${this.nameId}</AttributeValue></Attribute></AttributeStatement>${authnOf(at, "", PASSWORD)}</Assertion>`,
      "Assertion",
      { key },
    );
    return `<samlp:Response ID="_d2" Version="2.0" IssueInstant="${instantAt(at, -500)}" Destination="${at.acsUrl}" Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" InResponseTo="${at.requestId}" xmlns:samlp="${PROTOCOL_NS}"><Issuer xmlns="${ASSERTION_NS}">${at.idpEntityId}</Issuer><samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>${assertion}</samlp:Response>`;
  },
};

/** Both are signed, each by a signature of its own, and the session ends in eight hours. */
const simpleSamlPhp: ProviderShape = {
  provider: "SimpleSAMLphp",
  signs: "both",
  nameIdFormat: PERSISTENT,
  nameId: "_b1946ac92492d2347c6235b4d2611184",
  attribute: ["uid", ["ada"]],
  issue(at, key) {
    const authn = authnOf(at, "saml:", PASSWORD_ONLY).replace(
      " SessionIndex",
      ` SessionNotOnOrAfter="${instantAt(at, 8 * 3_600_000)}" SessionIndex`,
    );
    const nameId = subjectOf(at, "saml:", PERSISTENT, this.nameId, 5).replace(
      "<saml:NameID ",
      `<saml:NameID SPNameQualifier="${at.spEntityId}" `,
    );
    const assertion = signElement(
      `<saml:Assertion xmlns:saml="${ASSERTION_NS}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_p1" Version="2.0" IssueInstant="${instantAt(at, -500)}"><saml:Issuer>${at.idpEntityId}</saml:Issuer>${nameId}${conditionsOf(at, "saml:", -0.5, 5)}${authn}<saml:AttributeStatement><saml:Attribute Name="uid" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xsi:type="xs:string">ada</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>`,
      "Assertion",
      { key },
    );
    return signElement(
      `<samlp:Response xmlns:samlp="${PROTOCOL_NS}" xmlns:saml="${ASSERTION_NS}" ID="_p2" Version="2.0" IssueInstant="${instantAt(at, -500)}" Destination="${at.acsUrl}" InResponseTo="${at.requestId}"><saml:Issuer>${at.idpEntityId}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>${assertion}</samlp:Response>`,
      "Response",
      { key },
    );
  },
};

export const PROVIDER_SHAPES: readonly ProviderShape[] = [okta, entra, google, keycloak, adfs, simpleSamlPhp];
