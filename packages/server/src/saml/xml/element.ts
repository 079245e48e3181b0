import { SamlError } from "../saml-error.ts";

const ELEMENT = 1;
const TEXT = 3;

export function isElement(node: Node): node is Element {
  return node.nodeType === ELEMENT;
}

export function isText(node: Node): boolean {
  return node.nodeType === TEXT;
}

export function childNodesOf(parent: Node): Node[] {
  const nodes: Node[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) nodes.push(node);
  return nodes;
}

export function childElements(parent: Node): Element[] {
  return childNodesOf(parent).filter(isElement);
}

export function childrenNamed(parent: Node, namespace: string, name: string): Element[] {
  return childElements(parent).filter((child) => isNamed(child, namespace, name));
}

export function isNamed(element: Element, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

/** The element and everything below it, in document order. Depth is bounded before a document is parsed. */
export function withDescendants(element: Element): readonly Element[] {
  const found: Element[] = [];
  const visit = (each: Element): void => {
    found.push(each);
    for (let node = each.firstChild; node !== null; node = node.nextSibling) if (isElement(node)) visit(node);
  };
  visit(element);
  return found;
}

/** The value of an attribute without prefix; null when it is not there. */
export function attributeOf(element: Element, name: string): string | null {
  return element.getAttributeNode(name)?.value ?? null;
}

/**
 * The only child of that name.
 *
 * @throws SamlError `saml_structure` for none and for several
 */
export function onlyChild(parent: Node, namespace: string, name: string): Element {
  const [child, ...more] = childrenNamed(parent, namespace, name);
  if (child === undefined || more.length > 0) throw new SamlError("saml_structure");
  return child;
}

/** The child of that name, or null. @throws SamlError `saml_structure` for several */
export function optionalChild(parent: Node, namespace: string, name: string): Element | null {
  const [child, ...more] = childrenNamed(parent, namespace, name);
  if (more.length > 0) throw new SamlError("saml_structure");
  return child ?? null;
}

/**
 * The text of an element that holds text and nothing else. A comment or an element in the middle of a value is how one
 * reader is made to see less of it than another.
 *
 * @throws SamlError `saml_structure`
 */
export function textOf(element: Element): string {
  const nodes = childNodesOf(element);
  if (!nodes.every(isText)) throw new SamlError("saml_structure");
  return nodes.map((node) => node.nodeValue ?? "").join("");
}
