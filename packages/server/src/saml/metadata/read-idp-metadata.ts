import type { CertificateFacts, IdpMetadata } from "../contract.ts";
import { readInstant } from "../instants.ts";
import { SAML_LIMITS } from "../limits.ts";
import { NS } from "../names.ts";
import { checkSignatureShape, findSignatures } from "../preflight/signatures.ts";
import { SamlError } from "../saml-error.ts";
import { trustedCertificates } from "../trusted-certificates.ts";
import { verifySignature } from "../verify-signature.ts";
import { attributeOf, childrenNamed, isNamed, textOf, withDescendants } from "../xml/element.ts";
import type { ParsedXml } from "../xml/parse-xml.ts";
import { endpointOf } from "./endpoints.ts";
import { parseMetadata } from "./metadata-text.ts";
import { readCertificate } from "./read-certificate.ts";

const ENTITY_ID_CHARS_MAX = 1024;

/**
 * Reads the metadata of one identity provider (saml-metadata-2.0-os).
 *
 * @param pinnedPem verifies the metadata's signature, which must then be there; without it a signature is not looked at, and
 *   whoever served the text is who is trusted
 * @throws SamlError; `saml_metadata_choice` lists in `choices` the entity ids of what describes several providers
 */
export function readIdpMetadata(xml: string, nowMs: number, pinnedPem?: string): IdpMetadata {
  const parsed = parseMetadata(xml);
  refuseSeveral(parsed.root);
  const { root, signature } =
    pinnedPem === undefined ? withoutProof(parsed) : proven(parsed, pinnedPem, nowMs);
  const entityId = attributeOf(root, "entityID") ?? "";
  const isUsableId =
    entityId !== "" && entityId.length <= ENTITY_ID_CHARS_MAX && !/[\s\p{Cc}]/u.test(entityId);
  if (!isNamed(root, NS.metadata, "EntityDescriptor") || !isUsableId) throw new SamlError("saml_metadata");
  const descriptor = providerOf(root);
  const validUntil = endOf(root, descriptor);
  if (validUntil !== null && validUntil <= nowMs) throw new SamlError("saml_metadata_expired");
  const sso = endpointOf(descriptor, "SingleSignOnService");
  if (sso === null) throw new SamlError("saml_metadata_endpoint");
  const certificates = certificatesOf(descriptor, nowMs);
  return {
    entityId,
    sso,
    slo: endpointOf(descriptor, "SingleLogoutService"),
    certificates,
    nameIdFormats: childrenNamed(descriptor, NS.metadata, "NameIDFormat").map((each) => textOf(each).trim()),
    wantAuthnRequestsSigned: ["true", "1"].includes(attributeOf(descriptor, "WantAuthnRequestsSigned") ?? ""),
    validUntil,
    signature,
    warnings: warningsOf(certificates, signature),
  };
}

/** @throws SamlError `saml_metadata_choice` */
function refuseSeveral(root: Element): void {
  if (!isNamed(root, NS.metadata, "EntitiesDescriptor")) return;
  const choices = withDescendants(root)
    .filter((each) => isNamed(each, NS.metadata, "EntityDescriptor"))
    .filter((each) => childrenNamed(each, NS.metadata, "IDPSSODescriptor").length > 0)
    .map((each) => attributeOf(each, "entityID") ?? "");
  throw new SamlError("saml_metadata_choice", choices.slice(0, CHOICES_MAX));
}

const CHOICES_MAX = 100;

interface Proof {
  readonly root: Element;
  readonly signature: IdpMetadata["signature"];
}

function withoutProof({ root }: ParsedXml): Proof {
  const isSigned = childrenNamed(root, NS.dsig, "Signature").length > 0;
  return { root, signature: isSigned ? "unchecked" : "none" };
}

/** Only what the signature covers is read on. @throws SamlError `saml_metadata_signature` */
function proven({ root, text }: ParsedXml, pinnedPem: string, nowMs: number): Proof {
  const pinned = readCertificate(pinnedPem, nowMs).pem;
  try {
    const signature = findSignatures(root, [root]).get(root);
    if (signature === undefined) throw new SamlError("saml_metadata_signature");
    checkSignatureShape(signature);
    const { xml } = verifySignature(text, signature, trustedCertificates([{ pem: pinned, state: "active" }]));
    return { root: parseMetadata(xml).root, signature: "verified" };
  } catch {
    throw new SamlError("saml_metadata_signature");
  }
}

function providerOf(root: Element): Element {
  const [descriptor, ...more] = childrenNamed(root, NS.metadata, "IDPSSODescriptor").filter((each) =>
    (attributeOf(each, "protocolSupportEnumeration") ?? "").split(/\s+/).includes(NS.protocol),
  );
  if (descriptor === undefined || more.length > 0) throw new SamlError("saml_metadata");
  return descriptor;
}

/** The earlier of two ends. */
function endOf(root: Element, descriptor: Element): number | null {
  const ends = [root, descriptor]
    .map((each) => attributeOf(each, "validUntil"))
    .filter((end) => end !== null)
    .map(readInstant);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Signing certificates, each once. @throws SamlError `saml_certificate` for a weak one, and when there is none */
function certificatesOf(descriptor: Element, nowMs: number): readonly CertificateFacts[] {
  const bySha256 = new Map<string, CertificateFacts>();
  for (const key of childrenNamed(descriptor, NS.metadata, "KeyDescriptor")) {
    // Without a use it is for both (metadata 2.4.1.1).
    if ((attributeOf(key, "use") ?? "signing") !== "signing") continue;
    for (const each of withDescendants(key)) {
      if (!isNamed(each, NS.dsig, "X509Certificate")) continue;
      const facts = readCertificate(textOf(each), nowMs);
      bySha256.set(facts.sha256, facts);
    }
  }
  if (bySha256.size === 0) throw new SamlError("saml_certificate");
  return [...bySha256.values()];
}

function warningsOf(
  certificates: readonly CertificateFacts[],
  signature: IdpMetadata["signature"],
): readonly string[] {
  const expired = certificates.filter(({ isExpired }) => isExpired).length;
  return [
    ...(expired === 0
      ? []
      : [`${expired} of ${certificates.length} certificates have expired. They still work.`]),
    ...(certificates.length <= SAML_LIMITS.certificatesTried
      ? []
      : [
          `Of ${certificates.length} certificates only ${SAML_LIMITS.certificatesTried} are tried. Leave out old ones.`,
        ]),
    ...(signature === "unchecked"
      ? ["The metadata is signed, but no certificate was given to check it: what served it is trusted."]
      : []),
  ];
}
