import { SignedXml } from "xml-crypto";
import type { SpKeyPair } from "../contract.ts";
import { ENVELOPED, EXC_C14N, RSA_SHA256, SHA256 } from "../names.ts";

/**
 * Signs a document of ours by an enveloped signature over its root, RSA-SHA-256, with our certificate in KeyInfo.
 *
 * @param place `first`: before all other children, as metadata has it; `after-issuer`: where protocol messages have it
 */
export function signXml(xml: string, key: SpKeyPair, place: "first" | "after-issuer"): string {
  const signed = new SignedXml({
    privateKey: key.privateKeyPem,
    publicCert: key.certificatePem,
    signatureAlgorithm: RSA_SHA256,
    canonicalizationAlgorithm: EXC_C14N,
  });
  signed.addReference({ xpath: "/*", transforms: [ENVELOPED, EXC_C14N], digestAlgorithm: SHA256 });
  const location =
    place === "first"
      ? ({ reference: "/*", action: "prepend" } as const)
      : ({ reference: "/*/*[local-name(.)='Issuer']", action: "after" } as const);
  signed.computeSignature(xml, { prefix: "ds", location });
  return signed.getSignedXml();
}
