import { SAML_LIMITS } from "../limits.ts";
import { NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childrenNamed, textOf } from "../xml/element.ts";

/**
 * What else the provider says of the person (C11). A Map and never an object: the names are the provider's to choose. An
 * attribute that is sent twice has the values of both.
 *
 * @throws SamlError `saml_structure` for values that are no text, an attribute without name, and too many of them
 */
export function readAttributes(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const found = childrenNamed(assertion, NS.assertion, "AttributeStatement").flatMap((statement) =>
    childrenNamed(statement, NS.assertion, "Attribute"),
  );
  if (found.length > SAML_LIMITS.attributes) throw new SamlError("saml_structure");
  const attributes = new Map<string, readonly string[]>();
  let valueCount = 0;
  for (const attribute of found) {
    const name = attributeOf(attribute, "Name");
    if (name === null || name === "") throw new SamlError("saml_structure");
    const values = childrenNamed(attribute, NS.assertion, "AttributeValue").map(textOf);
    valueCount += values.length;
    if (valueCount > SAML_LIMITS.attributeValues) throw new SamlError("saml_structure");
    attributes.set(name, Object.freeze([...(attributes.get(name) ?? []), ...values]));
  }
  return attributes;
}
