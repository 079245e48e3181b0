/**
 * A small identity provider for tests: it says whatever it is told to, and signs it with whatever key and algorithm. It shares no
 * code with the room that reads its documents, so that a mistake there is not made here, too.
 */
import { SignedXml } from "xml-crypto";
import { systemRandom } from "#kernel";
import type { EncryptionOptions } from "./encrypt-assertion.ts";
import { encryptAssertion } from "./encrypt-assertion.ts";
import type { TestKey } from "./test-keys.ts";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const XENC = "http://www.w3.org/2001/04/xmlenc#";
export const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = `${DSIG}enveloped-signature`;

/** Who signs: the assertion, the response around it, or both. */
export type SigningMode = "assertion" | "response" | "both";
export const SIGNING_MODES: readonly SigningMode[] = ["assertion", "response", "both"];

/** Who the provider is, whom it answers, and when. */
export interface Situation {
  readonly idpEntityId: string;
  readonly spEntityId: string;
  readonly acsUrl: string;
  /** Null: an unsolicited response. */
  readonly requestId: string | null;
  readonly nowMs: number;
}

/** All that a document says. `null` leaves the attribute or element out. */
export interface Statement {
  readonly version: string;
  readonly responseId: string;
  readonly assertionId: string;
  readonly responseIssuer: string | null;
  readonly issuer: string | null;
  readonly destination: string | null;
  readonly responseInResponseTo: string | null;
  readonly status: string;
  readonly issueInstant: string | null;
  /** Raw XML inside the subject, before the confirmation. */
  readonly nameId: string;
  readonly confirmationMethod: string;
  /** Attributes of SubjectConfirmationData; null: no data; undefined values are left out. */
  readonly confirmation: Readonly<Record<string, string | null>> | null;
  readonly hasConfirmation: boolean;
  readonly notBefore: string | null;
  readonly notOnOrAfter: string | null;
  readonly hasConditions: boolean;
  /** Audiences of each restriction. */
  readonly audiences: readonly (readonly string[])[];
  /** More raw XML inside the conditions. */
  readonly moreConditions: string;
  readonly authnInstant: string | null;
  readonly sessionIndex: string | null;
  readonly sessionNotOnOrAfter: string | null;
  readonly authnContext: string | null;
  readonly authnStatements: number;
  /** Names and raw XML values. */
  readonly attributes: readonly (readonly [name: string, ...values: string[]])[];
  /** More raw XML at the end of the assertion. */
  readonly more: string;
}

export const NAME_ID = "u-7391";
export const EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
export const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const PASSWORD_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/** What an ordinary provider says: right in every respect, for five minutes. */
export function ordinaryStatement(at: Situation): Statement {
  const time = (offsetMs: number): string => new Date(at.nowMs + offsetMs).toISOString();
  return {
    version: "2.0",
    responseId: newId("_r"),
    assertionId: newId("_a"),
    responseIssuer: at.idpEntityId,
    issuer: at.idpEntityId,
    destination: at.acsUrl,
    responseInResponseTo: at.requestId,
    status: "urn:oasis:names:tc:SAML:2.0:status:Success",
    issueInstant: time(-1_000),
    nameId: `<saml:NameID Format="${PERSISTENT}">${NAME_ID}</saml:NameID>`,
    confirmationMethod: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
    confirmation: { InResponseTo: at.requestId, NotOnOrAfter: time(299_000), Recipient: at.acsUrl },
    hasConfirmation: true,
    notBefore: time(-1_000),
    notOnOrAfter: time(299_000),
    hasConditions: true,
    audiences: [[at.spEntityId]],
    moreConditions: "",
    authnInstant: time(-2_000),
    sessionIndex: "_s1",
    sessionNotOnOrAfter: time(8 * 3_600_000),
    authnContext: PASSWORD_CONTEXT,
    authnStatements: 1,
    attributes: [
      ["email", "ada@example.com"],
      ["groups", "engineering", "on call"],
    ],
    more: "",
  };
}

/** A time of SAML, from the situation's now. */
export function instantAt(at: Situation, offsetMs: number): string {
  return new Date(at.nowMs + offsetMs).toISOString();
}

function newId(prefix: string): string {
  return prefix + Buffer.from(systemRandom.bytes(16)).toString("hex");
}

function attributesOf(values: Readonly<Record<string, string | null>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");
}

/** An assertion, unsigned. */
export function writeAssertion(says: Statement): string {
  const data =
    says.confirmation === null ? "" : `<saml:SubjectConfirmationData${attributesOf(says.confirmation)}/>`;
  const confirmation = says.hasConfirmation
    ? `<saml:SubjectConfirmation Method="${says.confirmationMethod}">${data}</saml:SubjectConfirmation>`
    : "";
  const audiences = says.audiences.map(
    (each) =>
      `<saml:AudienceRestriction>${each.map((name) => `<saml:Audience>${name}</saml:Audience>`).join("")}</saml:AudienceRestriction>`,
  );
  const bounds = attributesOf({ NotBefore: says.notBefore, NotOnOrAfter: says.notOnOrAfter });
  const conditions = says.hasConditions
    ? `<saml:Conditions${bounds}>${audiences.join("")}${says.moreConditions}</saml:Conditions>`
    : "";
  const authn = attributesOf({
    AuthnInstant: says.authnInstant,
    SessionIndex: says.sessionIndex,
    SessionNotOnOrAfter: says.sessionNotOnOrAfter,
  });
  const context =
    says.authnContext === null
      ? ""
      : `<saml:AuthnContext><saml:AuthnContextClassRef>${says.authnContext}</saml:AuthnContextClassRef></saml:AuthnContext>`;
  const statement = `<saml:AuthnStatement${authn}>${context}</saml:AuthnStatement>`.repeat(
    says.authnStatements,
  );
  const attributes = says.attributes.map(
    ([name, ...values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("")}</saml:Attribute>`,
  );
  const head = attributesOf({ ID: says.assertionId, Version: says.version, IssueInstant: says.issueInstant });
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${head}>`,
    says.issuer === null ? "" : `<saml:Issuer>${says.issuer}</saml:Issuer>`,
    `<saml:Subject>${says.nameId}${confirmation}</saml:Subject>`,
    conditions,
    statement,
    attributes.length === 0
      ? ""
      : `<saml:AttributeStatement>${attributes.join("")}</saml:AttributeStatement>`,
    says.more,
    "</saml:Assertion>",
  ].join("");
}

/** A response around raw XML: an assertion, an encrypted one, or nothing. */
export function writeResponse(says: Statement, content: string): string {
  const head = attributesOf({
    ID: says.responseId,
    Version: says.version,
    IssueInstant: says.issueInstant,
    Destination: says.destination,
    InResponseTo: says.responseInResponseTo,
  });
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${head}>`,
    says.responseIssuer === null ? "" : `<saml:Issuer>${says.responseIssuer}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${says.status}"/></samlp:Status>`,
    content,
    "</samlp:Response>",
  ].join("");
}

/** How a signature is made. */
export interface SignatureOptions {
  readonly key: TestKey;
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  /** The certificate in KeyInfo; null: no KeyInfo. */
  readonly keyInfoPem?: string | null;
  /** Signs by HMAC-SHA-1 with these characters as the secret, as if a public certificate were one. */
  readonly hmacSecret?: string;
}

const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256 = `${XENC}sha256`;

/** Signs an element by a signature after its Issuer, or first in it when it has none. */
export function signElement(xml: string, localName: string, options: SignatureOptions): string {
  const { canonicalization = EXC_C14N, key } = options;
  const keyInfoPem = options.keyInfoPem === undefined ? key.certificatePem : options.keyInfoPem;
  const signed = new SignedXml({
    privateKey: key.privateKeyPem,
    ...(keyInfoPem === null ? { getKeyInfoContent: () => null } : { publicCert: keyInfoPem }),
    signatureAlgorithm: options.signatureAlgorithm ?? RSA_SHA256,
    canonicalizationAlgorithm: canonicalization,
  });
  if (options.hmacSecret !== undefined) {
    signed.enableHMAC();
    signed.signatureAlgorithm = `${DSIG}hmac-sha1`;
    signed.privateKey = options.hmacSecret;
  }
  const path = `//*[local-name(.)='${localName}']`;
  signed.addReference({
    xpath: path,
    transforms: [...(options.transforms ?? [ENVELOPED, canonicalization])],
    digestAlgorithm: options.digestAlgorithm ?? SHA256,
  });
  const hasIssuer = new RegExp(`<(?:[a-z0-9]+:)?${localName}[^>]*><(?:[a-z0-9]+:)?Issuer`).test(xml);
  const location = hasIssuer
    ? ({ reference: `${path}/*[local-name(.)='Issuer']`, action: "after" } as const)
    : ({ reference: path, action: "prepend" } as const);
  signed.computeSignature(xml, { prefix: "ds", location });
  return signed.getSignedXml();
}

/** How a whole document is issued. */
export interface IssueOptions extends SignatureOptions {
  readonly mode: SigningMode;
  readonly encrypt?: EncryptionOptions;
  /** Who signs the response, when it is not the key that signs the assertion. */
  readonly responseKey?: TestKey;
}

/** A whole response, signed as told: assertion first, then encryption, then the response. */
export function issueResponse(says: Statement, options: IssueOptions): string {
  const plain = writeAssertion(says);
  const assertion = options.mode === "response" ? plain : signElement(plain, "Assertion", options);
  const content = options.encrypt === undefined ? assertion : encryptAssertion(assertion, options.encrypt);
  const response = writeResponse(says, content);
  if (options.mode === "assertion") return response;
  return signElement(response, "Response", { ...options, key: options.responseKey ?? options.key });
}

/** As the browser posts it. */
export function encodeForPost(xml: string): string {
  return Buffer.from(xml).toString("base64");
}
