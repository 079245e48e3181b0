import type { CheckList } from "./check-list.ts";
import type { SamlTrust } from "./contract.ts";
import { decryptAssertion } from "./decrypt-assertion.ts";
import type { EngineVerdict } from "./engine.ts";
import type { InnerAssertion } from "./preflight/inner-assertion.ts";
import { parseAssertion } from "./preflight/inner-assertion.ts";
import type { UnverifiedResponse } from "./preflight/preflight.ts";
import { SamlError } from "./saml-error.ts";
import type { TrustedCertificate } from "./trusted-certificates.ts";
import { trustedCertificates } from "./trusted-certificates.ts";
import { verifySignature } from "./verify-signature.ts";

/** A response whose signatures hold, and the assertion that they cover. */
export interface VerifiedResponse extends EngineVerdict {
  readonly assertion: InnerAssertion;
  /** The certificate of the response's signature, or else of the assertion's. */
  readonly certificate: TrustedCertificate;
}

/**
 * Proves a response (V). Each signature that is there must hold, also where one would do: first by ourselves, which finds
 * the certificate, then by the engine, which hands out the bytes. The response's signature comes before decryption, so that
 * only the provider can have us decrypt under it; the content is looked at before the engine parses it.
 *
 * @throws SamlError `saml_signature`, `saml_decrypt`, `saml_unsigned`, and those of the preflight for decrypted content
 */
export async function verifyResponse(
  response: UnverifiedResponse,
  trust: SamlTrust,
  checks: CheckList,
): Promise<VerifiedResponse> {
  const trusted = trustedCertificates(trust.certificates);
  const outer = checks.make("response-signature", signedOrNot(response.responseSignature, "response"), () =>
    response.responseSignature === null
      ? null
      : verifySignature(response.text, response.responseSignature, trusted).certificate,
  );
  const decrypted = checks.make("decryption", "What is encrypted opens with our key.", () => {
    if (response.encrypted === null) return null;
    const { key, xml } = decryptAssertion(response.encrypted, trust.decryptionKeys);
    return { key, ...parseAssertion(xml) };
  });
  const text = decrypted?.text ?? response.text;
  const signature = decrypted === null ? response.assertionSignature : decrypted.signature;
  const inner = checks.make("assertion-signature", signedOrNot(signature, "assertion"), () => {
    if (signature !== null) return verifySignature(text, signature, trusted).certificate;
    if (outer === null || trust.wantAssertionsSigned) throw new SamlError("saml_unsigned");
    return null;
  });
  const certificates = [outer, inner].filter((each) => each !== null);
  // Loaded when it is first needed: a server to which nobody signs in by SAML starts without it.
  const { verifyWithEngine } = await import("./engine.ts");
  const engineVerdict = await verifyWithEngine(
    {
      text: response.text,
      certificates,
      isResponseSigned: outer !== null,
      mustAssertionBeSigned: inner !== null,
      decryptionKey: decrypted?.key ?? null,
    },
    trust,
  );
  const verdict = checks.make("engine", "The engine finds the signatures right, too.", () => {
    if (engineVerdict === null) throw new SamlError("saml_signature");
    return engineVerdict;
  });
  const [certificate] = certificates;
  if (certificate === undefined) throw new SamlError("saml_unsigned");
  const assertion = checks.make("assertion-shape", "A SAML 2.0 assertion.", () =>
    parseAssertion(verdict.assertionXml),
  );
  return { ...verdict, assertion, certificate };
}

function signedOrNot(signature: Element | null, what: string): string {
  return signature === null
    ? `The ${what} is not signed, and need not be.`
    : `A trusted certificate verifies the ${what}'s signature.`;
}
