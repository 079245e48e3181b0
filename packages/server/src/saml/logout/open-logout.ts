import { constants, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import type { IncomingLogout } from "../contract.ts";
import { SAML_LIMITS } from "../limits.ts";
import { NS, RSA_SHA256, RSA_SHA512 } from "../names.ts";
import { decodeBase64, decodeText, readParameter } from "../preflight/message-text.ts";
import { checkSignatureShape, findSignatures } from "../preflight/signatures.ts";
import { assertionsIn, checkIds, checkNamespaces, checkRoot } from "../preflight/structure.ts";
import { checkComplexity, checkMarkup } from "../preflight/text-rules.ts";
import { SamlError } from "../saml-error.ts";
import type { TrustedCertificate } from "../trusted-certificates.ts";
import { verifySignature } from "../verify-signature.ts";
import { parseXml } from "../xml/parse-xml.ts";
import type { LogoutParameters } from "./logout-parameters.ts";
import { messageOf, readParameters } from "./logout-parameters.ts";

/** A logout message whose signature holds. */
export interface OpenedLogout {
  /** Parsed from what the signature covers. */
  readonly root: Element;
  readonly kind: "request" | "response";
  readonly relayState: string | null;
  readonly certificate: TrustedCertificate;
}

const HASHES: ReadonlyMap<string, string> = new Map([
  [RSA_SHA256, "sha256"],
  [RSA_SHA512, "sha512"],
]);
const DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/**
 * Verifies a logout message of either binding before anything of it is used. By redirect the signature is checked over the
 * characters of the query, before they are inflated; by POST it is inside the document.
 *
 * @throws SamlError
 */
export function openLogout(
  incoming: IncomingLogout,
  certificates: readonly TrustedCertificate[],
): OpenedLogout {
  return incoming.binding === "redirect"
    ? openRedirect(incoming.query, certificates)
    : openPost(incoming.body, certificates);
}

function openRedirect(query: string, certificates: readonly TrustedCertificate[]): OpenedLogout {
  const parameters = readParameters(query, SAML_LIMITS.logoutQueryChars);
  const { message, name, relayState } = messageOf(parameters);
  if ((parameters.get("SAMLEncoding")?.value ?? DEFLATE) !== DEFLATE) throw new SamlError("saml_encoding");
  const certificate = verifyQuery(parameters, name, certificates);
  const root = parseMessage(decodeText(inflated(decodeBase64(message.value))), name);
  // The query's signature is the only one (bindings 3.4.4.1).
  findSignatures(root, []);
  return { root, kind: kindOf(name), relayState, certificate };
}

/** The signature of the query, over its raw characters in the order of bindings 3.4.4.1. */
function verifyQuery(
  parameters: LogoutParameters,
  name: "SAMLRequest" | "SAMLResponse",
  certificates: readonly TrustedCertificate[],
): TrustedCertificate {
  const algorithm = parameters.get("SigAlg");
  const signature = parameters.get("Signature");
  if (algorithm === undefined || signature === undefined) throw new SamlError("saml_unsigned");
  const hash = HASHES.get(algorithm.value);
  if (hash === undefined) throw new SamlError("saml_algorithm");
  const signed = [name, "RelayState", "SigAlg"]
    .map((each) => [each, parameters.get(each as "SigAlg")?.raw] as const)
    .filter(([, raw]) => raw !== undefined)
    .map(([each, raw]) => `${each}=${raw}`)
    .join("&");
  const padding = constants.RSA_PKCS1_PADDING;
  const bytes = decodeBase64(signature.value);
  const certificate = certificates.find(
    ({ publicKey: key }) =>
      key.asymmetricKeyType === "rsa" && verify(hash, Buffer.from(signed), { key, padding }, bytes),
  );
  if (certificate === undefined) throw new SamlError("saml_signature");
  return certificate;
}

function openPost(body: string, certificates: readonly TrustedCertificate[]): OpenedLogout {
  const parameters = readParameters(body, 2 * SAML_LIMITS.encodedChars);
  const { message, name, relayState } = messageOf(parameters);
  const text = decodeText(decodeBase64(readParameter(message.value)));
  const root = parseMessage(text, name);
  const signature = findSignatures(root, [root]).get(root);
  if (signature === undefined) throw new SamlError("saml_unsigned");
  checkSignatureShape(signature);
  const proven = verifySignature(text, signature, certificates);
  return {
    root: parseMessage(proven.xml, name),
    kind: kindOf(name),
    relayState,
    certificate: proven.certificate,
  };
}

/** The rules of the preflight that any message must keep (P2 to P9). */
function parseMessage(text: string, name: "SAMLRequest" | "SAMLResponse"): Element {
  checkComplexity(text, checkMarkup(text));
  const { root } = parseXml(text);
  checkRoot(root, NS.protocol, name === "SAMLRequest" ? "LogoutRequest" : "LogoutResponse");
  checkIds(root);
  checkNamespaces(root);
  if (assertionsIn(root).length > 0) throw new SamlError("saml_assertion_count");
  return root;
}

/** Inflates no more than a message may have. @throws SamlError `saml_too_large`, `saml_encoding` */
function inflated(bytes: Uint8Array): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: SAML_LIMITS.logoutInflatedBytes });
  } catch (error) {
    const isBomb = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new SamlError(isBomb ? "saml_too_large" : "saml_encoding");
  }
}

function kindOf(name: "SAMLRequest" | "SAMLResponse"): "request" | "response" {
  return name === "SAMLRequest" ? "request" : "response";
}
