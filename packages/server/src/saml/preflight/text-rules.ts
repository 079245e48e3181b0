import { SAML_LIMITS } from "../limits.ts";
import { SamlError } from "../saml-error.ts";

const DECLARATION = /^<\?xml[ \t\n][^<>?]{0,120}\?>/;
const ENCODING = /encoding[ \t\n]*=[ \t\n]*["']([^"']*)["']/;

/**
 * An optional XML declaration, white space, then elements and text (P3). Whatever begins with `<!` or `<?` has meanings that
 * parsers, canonicalisers and people disagree about; SAML needs none of it.
 *
 * @returns where the elements begin
 * @throws SamlError `saml_xml` for text before them, `saml_forbidden_markup`, `saml_encoding`
 */
export function checkMarkup(text: string): number {
  const declaration = DECLARATION.exec(text)?.[0] ?? "";
  const encoding = ENCODING.exec(declaration)?.[1];
  if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8") throw new SamlError("saml_encoding");
  let start = declaration.length;
  while (isSpace(text.charCodeAt(start))) start++;
  if (text[start] !== "<") throw new SamlError("saml_xml");
  if (text.includes("<!", start) || text.includes("<?", start)) throw new SamlError("saml_forbidden_markup");
  return start;
}

/** How much a parser is spared. */
export interface ComplexityLimits {
  readonly elements: number;
  readonly depth: number;
  readonly attributesInAll: number;
  readonly attributesPerElement: number;
}

/**
 * Counts elements, their depth and attributes on the text (P4), before any tree is built of it. One pass, no backtracking.
 *
 * @throws SamlError `saml_too_complex`, `saml_xml`
 */
export function checkComplexity(text: string, start: number, limits: ComplexityLimits = SAML_LIMITS): void {
  let elements = 0;
  let depth = 0;
  let attributes = 0;
  for (let at = start; at !== -1;) {
    const tag = readTag(text, at + 1);
    attributes += tag.attributes;
    const hasMany = tag.attributes > limits.attributesPerElement || attributes > limits.attributesInAll;
    if (hasMany) throw new SamlError("saml_too_complex");
    if (text[at + 1] === "/") {
      depth--;
      if (depth < 0) throw new SamlError("saml_xml");
    } else {
      elements++;
      const isDeep = depth + 1 > limits.depth;
      if (elements > limits.elements || isDeep) throw new SamlError("saml_too_complex");
      if (text[tag.end - 1] !== "/") depth++;
    }
    at = text.indexOf("<", tag.end);
  }
}

/** Where a tag ends, `>` in quotes not counted, and how many quoted values it holds. */
function readTag(text: string, start: number): { readonly end: number; readonly attributes: number } {
  let quote = "";
  let attributes = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "<") break;
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === ">") {
      return { end: at, attributes };
    } else if (character === '"' || character === "'") {
      quote = character;
      attributes++;
    }
  }
  throw new SamlError("saml_xml");
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09;
}
