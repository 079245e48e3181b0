import { X509Certificate } from "node:crypto";
import type { CertificateFacts } from "../contract.ts";
import { SamlError } from "../saml-error.ts";
import { sha256Of } from "../trusted-certificates.ts";

const RSA_BITS_MIN = 2048;
const CHARS_MAX = 32 * 1024;
const PEM = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----$/;
const BROKEN_HASH = /md2|md4|md5|sha-?1(?!\d)|ripemd/i;

/**
 * Reads one certificate: PEM, or the bare base64 of metadata and of consoles.
 *
 * @throws SamlError `saml_certificate` for what is none, for other keys than RSA of 2048 bits, and for one signed with a hash
 *   that is broken. One that expired is read: SAML does not use validity.
 */
export function readCertificate(text: string, nowMs: number): CertificateFacts {
  const certificate = parsed(text);
  const { asymmetricKeyDetails, asymmetricKeyType } = certificate.publicKey;
  const keyBits = asymmetricKeyDetails?.modulusLength ?? 0;
  const signatureAlgorithm = certificate.signatureAlgorithm ?? "";
  const isStrong =
    asymmetricKeyType === "rsa" && keyBits >= RSA_BITS_MIN && !BROKEN_HASH.test(signatureAlgorithm);
  if (!isStrong) throw new SamlError("saml_certificate");
  const notAfter = certificate.validToDate.getTime();
  return {
    pem: certificate.toString(),
    sha256: sha256Of(certificate),
    subject: certificate.subject.replaceAll("\n", ", "),
    notBefore: certificate.validFromDate.getTime(),
    notAfter,
    keyBits,
    signatureAlgorithm,
    isExpired: notAfter <= nowMs,
  };
}

function parsed(text: string): X509Certificate {
  const trimmed = text.length > CHARS_MAX ? "" : text.trim();
  const base64 = (PEM.exec(trimmed)?.[1] ?? trimmed).replace(/\s/g, "");
  const der = Buffer.from(base64, "base64");
  // Several certificates, or anything around one, would not come back the same.
  if (base64 === "" || der.toString("base64") !== base64) throw new SamlError("saml_certificate");
  try {
    const certificate = new X509Certificate(der);
    if (certificate.raw.length !== der.length) throw new SamlError("saml_certificate");
    return certificate;
  } catch {
    throw new SamlError("saml_certificate");
  }
}
