import { NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, isNamed, withDescendants } from "../xml/element.ts";

/** XML namespaces 1.0, without colon; only ASCII, as every provider writes it. */
const NC_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]/;

/** The root is a message of that kind, of SAML 2.0 (P6). @throws SamlError `saml_structure`, `saml_version` */
export function checkRoot(root: Element, namespace: string, name: string): void {
  if (!isNamed(root, namespace, name)) throw new SamlError("saml_structure");
  if (attributeOf(root, "Version") !== "2.0") throw new SamlError("saml_version");
  if (attributeOf(root, "ID") === null) throw new SamlError("saml_structure");
}

/**
 * Every ID is spelled so that all readers find the same element by it, and occurs once (P7).
 *
 * @throws SamlError `saml_structure` for another spelling or a prefix, `saml_duplicate_id`
 */
export function checkIds(root: Element): void {
  const seen = new Set<string>();
  for (const element of withDescendants(root)) {
    const isCipher = element.namespaceURI === NS.dsig || element.namespaceURI === NS.xenc;
    for (const { localName, name, namespaceURI, value } of Array.from(element.attributes)) {
      if (namespaceURI === NS.xmlns || (localName ?? name).toLowerCase() !== "id") continue;
      if (name !== (isCipher ? "Id" : "ID")) throw new SamlError("saml_structure");
      if (!NC_NAME.test(value) || seen.has(value)) throw new SamlError("saml_duplicate_id");
      seen.add(value);
    }
  }
}

/**
 * Namespaces are absolute (P8), since canonicalisation of a relative one is undefined; and every prefix stands for one, which
 * the parser does not ask for.
 *
 * @throws SamlError `saml_structure`
 */
export function checkNamespaces(root: Element): void {
  for (const element of withDescendants(root)) {
    const attributes = Array.from(element.attributes);
    for (const { name, value } of attributes) {
      const isDeclaration = name === "xmlns" || name.startsWith("xmlns:");
      if (isDeclaration && !ABSOLUTE_URI.test(value)) throw new SamlError("saml_structure");
    }
    if ([element, ...attributes].some(isUnbound)) throw new SamlError("saml_structure");
  }
}

function isUnbound({ namespaceURI, nodeName }: Node & { readonly namespaceURI: string | null }): boolean {
  return nodeName.includes(":") && (namespaceURI ?? "") === "";
}

/**
 * Exactly one assertion in the whole message, whatever its namespace says, and that one directly in the response (P9).
 *
 * A response without any whose status is an error gets `saml_status`: it is how providers refuse people.
 *
 * @throws SamlError `saml_assertion_count`, `saml_status`
 */
export function findAssertion(root: Element, hasErrorStatus: () => boolean): Element {
  const [assertion, ...more] = assertionsIn(root);
  if (assertion === undefined && hasErrorStatus()) throw new SamlError("saml_status");
  const isDirect = assertion?.parentNode === root && assertion.namespaceURI === NS.assertion;
  if (assertion === undefined || more.length > 0 || !isDirect) throw new SamlError("saml_assertion_count");
  return assertion;
}

/** Whatever calls itself an assertion, in any namespace, the element itself included. */
export function assertionsIn(element: Element): readonly Element[] {
  return withDescendants(element).filter(
    ({ localName }) => localName === "Assertion" || localName === "EncryptedAssertion",
  );
}
