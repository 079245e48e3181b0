import { DOMParser } from "@xmldom/xmldom";
import { SamlError } from "../saml-error.ts";
import { childElements, childNodesOf, isElement, isText } from "./element.ts";

/** A document with one root, as this room passes it on. */
export interface ParsedXml {
  /** The very text that was parsed. */
  readonly text: string;
  readonly root: Element;
}

/** The parser reads an ampersand that begins no reference as text. */
const BARE_AMPERSAND = /&(?!(?:#[0-9]+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)/;

/**
 * Parses text that has passed the rules for text. It is the same parser, in the same version, with which signatures are
 * verified: two parsers that differ are two documents. What it would only warn of is an error here.
 *
 * @throws SamlError `saml_xml`; without a cause, since a parser's words quote the document
 */
export function parseXml(text: string): ParsedXml {
  const refuse = (): never => {
    throw new SamlError("saml_xml");
  };
  if (BARE_AMPERSAND.test(text)) refuse();
  let document: Document | undefined;
  try {
    const errorHandler = { warning: refuse, error: refuse, fatalError: refuse };
    document = new DOMParser({ errorHandler }).parseFromString(text, "text/xml");
  } catch {
    throw new SamlError("saml_xml");
  }
  const [root, ...more] = childElements(document);
  if (root === undefined || more.length > 0) throw new SamlError("saml_xml");
  for (const node of childNodesOf(document)) {
    const isDeclaration = node.nodeType === PROCESSING_INSTRUCTION && node.nodeName === "xml";
    const isSpace = isText(node) && (node.nodeValue ?? "").trim() === "";
    if (!isElement(node) && !isDeclaration && !isSpace) throw new SamlError("saml_xml");
  }
  return { text, root };
}

const PROCESSING_INSTRUCTION = 7;
