import { SAML_LIMITS } from "../limits.ts";
import { checkCharacters } from "../preflight/message-text.ts";
import { checkIds, checkNamespaces } from "../preflight/structure.ts";
import { checkComplexity, checkMarkup } from "../preflight/text-rules.ts";
import { SamlError } from "../saml-error.ts";
import type { ParsedXml } from "../xml/parse-xml.ts";
import { parseXml } from "../xml/parse-xml.ts";

/**
 * Parses metadata by the rules for messages (P2 to P8), but larger, and without its comments: people write them there, and
 * what stays is as if they had not been.
 *
 * @throws SamlError
 */
export function parseMetadata(raw: string): ParsedXml {
  if (raw.length > SAML_LIMITS.metadataChars) throw new SamlError("saml_too_large");
  // A file from an editor may begin with a byte order mark.
  const text = withoutComments(checkCharacters(raw.startsWith("\uFEFF") ? raw.slice(1) : raw));
  checkComplexity(text, checkMarkup(text), {
    ...SAML_LIMITS,
    elements: SAML_LIMITS.metadataElements,
    attributesInAll: SAML_LIMITS.metadataAttributes,
  });
  const parsed = parseXml(text);
  checkIds(parsed.root);
  checkNamespaces(parsed.root);
  return parsed;
}

/** One pass. What is no whole comment stays, and is refused with the other markup. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = text.indexOf("<!--"); at !== -1; at = text.indexOf("<!--", from)) {
    const end = text.indexOf("-->", at + 4);
    if (end === -1) break;
    kept.push(text.slice(from, at));
    from = end + 3;
  }
  kept.push(text.slice(from));
  return kept.join("");
}
