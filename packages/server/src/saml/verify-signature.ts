import { constants, verify } from "node:crypto";
import { ExclusiveCanonicalization, SignedXml } from "xml-crypto";
import { ENVELOPED, EXC_C14N, NS, RSA_PSS_SHA256, RSA_SHA256, RSA_SHA512, SHA256, SHA512 } from "./names.ts";
import { SamlError } from "./saml-error.ts";
import type { TrustedCertificate } from "./trusted-certificates.ts";
import { attributeOf, onlyChild, textOf } from "./xml/element.ts";

/** What a signature proved. */
export interface ProvenXml {
  /** The canonical text of the element that was signed, and nothing around it. */
  readonly xml: string;
  readonly certificate: TrustedCertificate;
}

interface RsaScheme {
  readonly hash: "sha256" | "sha512";
  readonly padding: number;
  readonly saltLength?: number;
}

const SCHEMES: ReadonlyMap<string, RsaScheme> = new Map([
  [RSA_SHA256, { hash: "sha256", padding: constants.RSA_PKCS1_PADDING }],
  [RSA_SHA512, { hash: "sha512", padding: constants.RSA_PKCS1_PADDING }],
  [
    RSA_PSS_SHA256,
    {
      hash: "sha256",
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    },
  ],
]);

/**
 * Verifies an XML signature by the certificates of the connection; a key that comes along in KeyInfo is never looked at.
 *
 * Who signed is found over SignedInfo alone, which is small: what nobody we know signed costs next to nothing, however large
 * the rest is. Then xml-crypto verifies everything, for that one certificate, with no other algorithm in reach.
 *
 * @param text what `signature` is a part of
 * @param signature of a shape that was checked
 * @throws SamlError `saml_signature`
 */
export function verifySignature(
  text: string,
  signature: Element,
  certificates: readonly TrustedCertificate[],
): ProvenXml {
  const certificate = findSigner(signature, certificates);
  if (certificate === undefined) throw new SamlError("saml_signature");
  const signed = new SignedXml({ publicCert: certificate.pem, getCertFromKeyInfo: () => null });
  // The only spelling that the preflight lets through, where a signature may stand.
  signed.idAttributes = ["ID"];
  signed.SignatureAlgorithms = only(signed.SignatureAlgorithms, [...SCHEMES.keys()]);
  signed.HashAlgorithms = only(signed.HashAlgorithms, [SHA256, SHA512]);
  signed.CanonicalizationAlgorithms = only(signed.CanonicalizationAlgorithms, [ENVELOPED, EXC_C14N]);
  if (!isProven(signed, text, signature)) throw new SamlError("saml_signature");
  const [xml, ...more] = signed.getSignedReferences();
  if (xml === undefined || more.length > 0) throw new SamlError("saml_signature");
  return { xml, certificate };
}

/** Whose key made the SignatureValue, before any digest is computed. */
function findSigner(
  signature: Element,
  certificates: readonly TrustedCertificate[],
): TrustedCertificate | undefined {
  const signedInfo = onlyChild(signature, NS.dsig, "SignedInfo");
  const method = attributeOf(onlyChild(signedInfo, NS.dsig, "SignatureMethod"), "Algorithm") ?? "";
  const { hash, ...scheme } = SCHEMES.get(method) ?? refuse();
  const material = Buffer.from(
    new ExclusiveCanonicalization().process(signedInfo.cloneNode(true) as Element, {}),
  );
  const value = Buffer.from(textOf(onlyChild(signature, NS.dsig, "SignatureValue")), "base64");
  return certificates.find(
    ({ publicKey: key }) =>
      key.asymmetricKeyType === "rsa" && verify(hash, material, { key, ...scheme }, value),
  );
}

/** xml-crypto throws for a wrong signature, and says false for a wrong digest. */
function isProven(signed: SignedXml, text: string, signature: Element): boolean {
  try {
    signed.loadSignature(signature);
    return signed.checkSignature(text);
  } catch {
    return false;
  }
}

function refuse(): never {
  throw new SamlError("saml_signature");
}

function only<Value>(
  table: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
}
