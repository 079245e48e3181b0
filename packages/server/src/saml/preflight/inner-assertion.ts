import { NS } from "../names.ts";
import type { ParsedXml } from "../xml/parse-xml.ts";
import { parseXml } from "../xml/parse-xml.ts";
import { SamlError } from "../saml-error.ts";
import { checkCharacters } from "./message-text.ts";
import { checkSignatureShape, findSignatures } from "./signatures.ts";
import { assertionsIn, checkIds, checkNamespaces, checkRoot } from "./structure.ts";
import { checkComplexity, checkMarkup } from "./text-rules.ts";

/** An assertion as a document of its own. */
export interface InnerAssertion extends ParsedXml {
  readonly signature: Element | null;
}

/**
 * Parses an assertion that stands by itself, decrypted or taken out of what was signed: by the same rules as a response, since
 * nobody saw through the encryption before.
 *
 * @throws SamlError
 */
export function parseAssertion(raw: string): InnerAssertion {
  const text = checkCharacters(raw);
  checkComplexity(text, checkMarkup(text));
  const { root } = parseXml(text);
  checkRoot(root, NS.assertion, "Assertion");
  checkIds(root);
  checkNamespaces(root);
  checkAlone(root);
  const signature = findSignatures(root, [root]).get(root) ?? null;
  if (signature !== null) checkSignatureShape(signature);
  return { text, root, signature };
}

/** No assertion inside the assertion: not as advice, not as evidence. */
function checkAlone(root: Element): void {
  if (assertionsIn(root).length > 1) throw new SamlError("saml_assertion_count");
}
