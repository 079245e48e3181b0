import { X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { IdpCertificate } from "./contract.ts";
import { SAML_LIMITS } from "./limits.ts";

/** A certificate whose key may have signed. */
export interface TrustedCertificate {
  readonly pem: string;
  readonly sha256: string;
  readonly publicKey: KeyObject;
}

/** What is tried, in this order: active ones, then next ones, four at most. Never retired ones. */
export function trustedCertificates(certificates: readonly IdpCertificate[]): readonly TrustedCertificate[] {
  const inState = (state: IdpCertificate["state"]) => certificates.filter((each) => each.state === state);
  return [...inState("active"), ...inState("next")].slice(0, SAML_LIMITS.certificatesTried).map(({ pem }) => {
    const certificate = new X509Certificate(pem);
    return { pem, sha256: sha256Of(certificate), publicKey: certificate.publicKey };
  });
}

/** SHA-256 of a certificate's DER, in hex. */
export function sha256Of(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}
