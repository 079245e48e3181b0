import type { SpDescription } from "../contract.ts";
import { writeInstant } from "../instants.ts";
import { BINDING_URI, NS } from "../names.ts";
import { signXml } from "../xml/sign-xml.ts";
import type { Xml } from "../xml/write-xml.ts";
import { element } from "../xml/write-xml.ts";

/**
 * Writes our metadata, signed: what an administrator gives to the provider (saml-metadata-2.0-os 2.4.4).
 *
 * @param id `_` and 32 hex digits
 * @param validUntil Unix milliseconds
 */
export function writeSpMetadata(about: SpDescription, id: string, validUntil: number): string {
  const signing = [about.signingKey.certificatePem, about.nextSigningCertificatePem].filter(
    (pem) => pem !== null,
  );
  const { xml } = element(
    "md:EntityDescriptor",
    {
      "xmlns:md": NS.metadata,
      "xmlns:ds": NS.dsig,
      ID: id,
      entityID: about.spEntityId,
      validUntil: writeInstant(validUntil),
    },
    element(
      "md:SPSSODescriptor",
      {
        AuthnRequestsSigned: String(about.signRequests),
        WantAssertionsSigned: "true",
        protocolSupportEnumeration: NS.protocol,
      },
      ...signing.map((pem) => keyDescriptor("signing", pem)),
      ...about.encryptionCertificatesPem.map((pem) => keyDescriptor("encryption", pem, ENCRYPTION_METHODS)),
      ...[BINDING_URI.redirect, BINDING_URI.post].map((Binding) =>
        element("md:SingleLogoutService", { Binding, Location: about.sloUrl }),
      ),
      about.nameIdFormat === null ? null : element("md:NameIDFormat", {}, about.nameIdFormat),
      element("md:AssertionConsumerService", {
        Binding: BINDING_URI.post,
        Location: about.acsUrl,
        index: "0",
        isDefault: "true",
      }),
    ),
  );
  return signXml(xml, about.signingKey, "first");
}

/** What we open, the best first, so that providers that look choose it. */
const ENCRYPTION_METHODS = [`${NS.xenc11}aes256-gcm`, `${NS.xenc11}aes128-gcm`, `${NS.xenc}rsa-oaep-mgf1p`];

function keyDescriptor(use: "signing" | "encryption", pem: string, methods: readonly string[] = []): Xml {
  const base64 = pem.replace(/-----[^-]+-----|\s/g, "");
  return element(
    "md:KeyDescriptor",
    { use },
    element("ds:KeyInfo", {}, element("ds:X509Data", {}, element("ds:X509Certificate", {}, base64))),
    ...methods.map((Algorithm) => element("md:EncryptionMethod", { Algorithm })),
  );
}
