/** Metadata of a provider, as tests want it. Shares no code with the room. */
import type { TestKey } from "./test-keys.ts";

const REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
export const BINDINGS = {
  redirect: REDIRECT,
  post: POST,
  soap: "urn:oasis:names:tc:SAML:2.0:bindings:SOAP",
} as const;

export interface MetadataStatement {
  readonly entityId: string | null;
  readonly validUntil: string | null;
  readonly descriptorValidUntil: string | null;
  readonly protocols: string;
  readonly wantsSigned: string | null;
  /** Uses and base64 texts of certificates. */
  readonly certificates: readonly (readonly [use: string | null, base64: string])[];
  /** Binding and location of each endpoint. */
  readonly sso: readonly (readonly [binding: string, location: string])[];
  readonly slo: readonly (readonly [binding: string, location: string])[];
  readonly nameIdFormats: readonly string[];
  /** Raw XML in the descriptor, and after it. */
  readonly more: string;
  readonly after: string;
}

export function ordinaryMetadata(key: TestKey): MetadataStatement {
  return {
    entityId: "https://idp.example/metadata",
    validUntil: null,
    descriptorValidUntil: null,
    protocols: "urn:oasis:names:tc:SAML:2.0:protocol",
    wantsSigned: "true",
    certificates: [["signing", base64Of(key)]],
    sso: [
      [POST, "https://idp.example/sso/post"],
      [REDIRECT, "https://idp.example/sso"],
    ],
    slo: [[POST, "https://idp.example/slo"]],
    nameIdFormats: ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"],
    more: "",
    after: "",
  };
}

export function base64Of(key: TestKey): string {
  return key.certificatePem.replace(/-----[^-]+-----|\s/g, "");
}

export function writeMetadata(says: MetadataStatement): string {
  const optional = (name: string, value: string | null): string =>
    value === null ? "" : ` ${name}="${value}"`;
  const endpoints = (name: string, list: MetadataStatement["sso"]): string =>
    list.map(([binding, location]) => `<md:${name} Binding="${binding}" Location="${location}"/>`).join("");
  const keys = says.certificates.map(
    ([use, base64]) =>
      `<md:KeyDescriptor${optional("use", use)}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  const formats = says.nameIdFormats.map((format) => `<md:NameIDFormat>${format}</md:NameIDFormat>`);
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_m"${optional("entityID", says.entityId)}${optional("validUntil", says.validUntil)}><md:IDPSSODescriptor protocolSupportEnumeration="${says.protocols}"${optional("WantAuthnRequestsSigned", says.wantsSigned)}${optional("validUntil", says.descriptorValidUntil)}>${keys.join("")}${endpoints("SingleLogoutService", says.slo)}${formats.join("")}${endpoints("SingleSignOnService", says.sso)}${says.more}</md:IDPSSODescriptor>${says.after}</md:EntityDescriptor>`;
}
