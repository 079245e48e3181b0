import type { CheckList } from "../check-list.ts";
import { STATUS, NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { isNamed } from "../xml/element.ts";
import { parseXml } from "../xml/parse-xml.ts";
import type { EncryptedContent } from "./encryption.ts";
import { readEncryption } from "./encryption.ts";
import { decodeBase64, decodeText, readParameter } from "./message-text.ts";
import { checkSignatureShape, findSignatures } from "./signatures.ts";
import { checkStatus, statusOf } from "./status.ts";
import { checkIds, checkNamespaces, checkRoot, findAssertion } from "./structure.ts";
import { checkComplexity, checkMarkup } from "./text-rules.ts";

/** A response that has the shape of one. Nothing of it is proven. */
export interface UnverifiedResponse {
  /** What signatures are checked over: the text with its line ends normalised. */
  readonly text: string;
  readonly root: Element;
  readonly responseSignature: Element | null;
  /** Null when it is encrypted. */
  readonly assertion: Element | null;
  readonly assertionSignature: Element | null;
  readonly encrypted: EncryptedContent | null;
}

/**
 * The checks before any cryptography, on the text and then on its tree (P1 to P14). Cheap on purpose: whoever can reach the
 * server can have them made.
 *
 * @throws SamlError the first check that failed
 */
export function preflight(encoded: unknown, checks: CheckList): UnverifiedResponse {
  const parameter = checks.make("parameter", "One parameter of at most 256 KiB.", () =>
    readParameter(encoded),
  );
  const text = checks.make("encoding", "Base64 of strict UTF-8.", () => decodeText(decodeBase64(parameter)));
  const start = checks.make("markup", "Elements and text only.", () => checkMarkup(text));
  checks.make("complexity", "Within the limits on elements and depth.", () => checkComplexity(text, start));
  const { root } = checks.make("xml", "One well-formed document.", () => parseXml(text));
  checks.make("message", "A SAML 2.0 response.", () => checkRoot(root, NS.protocol, "Response"));
  checks.make("ids", "Every ID is plain and occurs once.", () => checkIds(root));
  checks.make("namespaces", "All namespaces are absolute.", () => checkNamespaces(root));
  const found = checks.make("assertion-count", "Exactly one assertion.", () =>
    findAssertion(root, () => (statusOf(root)?.[0] ?? STATUS.success) !== STATUS.success),
  );
  const assertion = isNamed(found, NS.assertion, "Assertion") ? found : null;
  const signatures = checks.make("signature-position", "Signatures stand where they may.", () =>
    findSignatures(root, assertion === null ? [root] : [root, assertion]),
  );
  checks.make("signature-shape", "Signatures cover their element, by strong algorithms.", () => {
    for (const signature of signatures.values()) checkSignatureShape(signature);
  });
  checks.make("status", "The provider reports success.", () => checkStatus(root));
  const responseSignature = signatures.get(root) ?? null;
  const encrypted = checks.make(
    "encryption",
    assertion === null
      ? "The assertion is encrypted by strong algorithms."
      : "The assertion is not encrypted.",
    () => (assertion === null ? readEncryption(found, responseSignature !== null) : null),
  );
  checks.make("signed", "Response or assertion is signed, or the assertion is encrypted.", () => {
    if (signatures.size === 0 && encrypted === null) throw new SamlError("saml_unsigned");
  });
  const assertionSignature = assertion === null ? null : (signatures.get(assertion) ?? null);
  return { text, root, responseSignature, assertion, assertionSignature, encrypted };
}
