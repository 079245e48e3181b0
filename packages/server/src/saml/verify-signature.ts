import { constants, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { SignatureAlgorithm } from "xml-crypto";
import { SignedXml } from "xml-crypto";
import { ENVELOPED, EXC_C14N, RSA_PSS_SHA256, RSA_SHA256, RSA_SHA512, SHA256, SHA512 } from "./names.ts";
import { SamlError } from "./saml-error.ts";
import type { TrustedCertificate } from "./trusted-certificates.ts";

/** What a signature proved. */
export interface ProvenXml {
  /** The canonical text of the element that was signed, and nothing around it. */
  readonly xml: string;
  readonly certificate: TrustedCertificate;
}

/**
 * Verifies an XML signature by the certificates of the connection; a key that comes along in KeyInfo is never looked at. The
 * engine knows only the algorithms listed here, whatever the shape check let through.
 *
 * @param text what `signature` is a part of
 * @throws SamlError `saml_signature`
 */
export function verifySignature(
  text: string,
  signature: Element,
  certificates: readonly TrustedCertificate[],
): ProvenXml {
  let prover: TrustedCertificate | undefined;
  const prove: Prove = (proves) => {
    prover = certificates.find(({ publicKey }) => proves(publicKey));
    return prover !== undefined;
  };
  const signed = new SignedXml({
    publicCert: "the keys are those of the closure",
    getCertFromKeyInfo: () => null,
  });
  signed.SignatureAlgorithms = {
    [RSA_SHA256]: algorithm(RSA_SHA256, "sha256", constants.RSA_PKCS1_PADDING, prove),
    [RSA_SHA512]: algorithm(RSA_SHA512, "sha512", constants.RSA_PKCS1_PADDING, prove),
    [RSA_PSS_SHA256]: algorithm(RSA_PSS_SHA256, "sha256", constants.RSA_PKCS1_PSS_PADDING, prove),
  };
  signed.HashAlgorithms = only(signed.HashAlgorithms, [SHA256, SHA512]);
  signed.CanonicalizationAlgorithms = only(signed.CanonicalizationAlgorithms, [ENVELOPED, EXC_C14N]);
  if (!isProven(signed, text, signature)) throw new SamlError("saml_signature");
  const [xml, ...more] = signed.getSignedReferences();
  if (prover === undefined || xml === undefined || more.length > 0) throw new SamlError("saml_signature");
  return { xml, certificate: prover };
}

/** The engine throws for a wrong signature, and says false for a wrong digest. */
function isProven(signed: SignedXml, text: string, signature: Element): boolean {
  try {
    signed.loadSignature(signature);
    return signed.checkSignature(text);
  } catch {
    return false;
  }
}

type Prove = (proves: (key: KeyObject) => boolean) => boolean;

/** One algorithm, as the engine wants it: tries each of our keys. RSA keys alone, as their signatures name them. */
function algorithm(uri: string, hash: string, padding: number, prove: Prove): new () => SignatureAlgorithm {
  return class {
    getAlgorithmName(): string {
      return uri;
    }
    getSignature(): string {
      throw new Error("This algorithm verifies and does not sign.");
    }
    verifySignature(material: string, _key: unknown, signatureValue: string): boolean {
      const saltLength =
        padding === constants.RSA_PKCS1_PSS_PADDING ? constants.RSA_PSS_SALTLEN_DIGEST : undefined;
      return prove(
        (key) =>
          key.asymmetricKeyType === "rsa" &&
          verify(
            hash,
            Buffer.from(material),
            saltLength === undefined ? { key, padding } : { key, padding, saltLength },
            Buffer.from(signatureValue, "base64"),
          ),
      );
    }
  };
}

function only<Value>(
  table: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
}
