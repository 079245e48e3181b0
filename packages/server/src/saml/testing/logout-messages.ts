/** Logout messages as a provider sends them, and as nobody should. Shares no code with the room. */
import { createSign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { signElement } from "./identity-provider.ts";
import type { TestKey } from "./test-keys.ts";

export const LOGOUT_ID = "_fedcba9876543210fedcba9876543210";

/** What a message says; null leaves it out. */
export interface LogoutStatement {
  readonly id: string | null;
  readonly version: string;
  readonly issuer: string | null;
  readonly destination: string | null;
  readonly issueInstant: string | null;
  readonly notOnOrAfter: string | null;
  readonly inResponseTo: string | null;
  /** Raw XML after the Issuer. */
  readonly content: string;
}

export function writeLogout(kind: "LogoutRequest" | "LogoutResponse", says: LogoutStatement): string {
  const attributes = Object.entries({
    ID: says.id,
    Version: says.version,
    IssueInstant: says.issueInstant,
    Destination: says.destination,
    NotOnOrAfter: says.notOnOrAfter,
    InResponseTo: says.inResponseTo,
  })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join("");
  const issuer = says.issuer === null ? "" : `<saml:Issuer>${says.issuer}</saml:Issuer>`;
  return `<samlp:${kind} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${attributes}>${issuer}${says.content}</samlp:${kind}>`;
}

export interface RedirectOptions {
  readonly key: TestKey;
  readonly relayState?: string;
  readonly algorithm?: string;
  readonly hash?: string;
  /** What is sent in place of the deflated message. */
  readonly message?: string;
}

/** The query of a redirect, signed. */
export function redirectQuery(
  parameter: "SAMLRequest" | "SAMLResponse",
  xml: string,
  options: RedirectOptions,
): string {
  const { algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", hash = "sha256", key } = options;
  const message = encodeURIComponent(options.message ?? deflateRawSync(xml).toString("base64"));
  const state =
    options.relayState === undefined ? "" : `&RelayState=${encodeURIComponent(options.relayState)}`;
  const signed = `${parameter}=${message}${state}&SigAlg=${encodeURIComponent(algorithm)}`;
  const signature = createSign(hash).update(signed).sign(key.privateKeyPem, "base64");
  return `${signed}&Signature=${encodeURIComponent(signature)}`;
}

/** The body of a form, with a document that is signed. */
export function postBody(
  parameter: "SAMLRequest" | "SAMLResponse",
  xml: string,
  relayState?: string,
): string {
  const message = encodeURIComponent(Buffer.from(xml).toString("base64"));
  return `${parameter}=${message}${relayState === undefined ? "" : `&RelayState=${encodeURIComponent(relayState)}`}`;
}

export function signLogout(xml: string, key: TestKey): string {
  return signElement(xml, /LogoutRequest/.test(xml) ? "LogoutRequest" : "LogoutResponse", { key });
}
