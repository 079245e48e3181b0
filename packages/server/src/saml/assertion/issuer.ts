import type { SamlTrust } from "../contract.ts";
import { NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childrenNamed, textOf } from "../xml/element.ts";

/** Whether an issuer must be named, or may also be left out. */
type Presence = "required" | "optional";

/** It is from the provider of this connection, character for character (C3). @throws SamlError `saml_issuer` */
export function checkIssuer(parent: Element, idpEntityId: string, presence: Presence): void {
  const [issuer, ...more] = childrenNamed(parent, NS.assertion, "Issuer");
  if (issuer === undefined && presence === "optional") return;
  const isOurs = issuer !== undefined && more.length === 0 && textOf(issuer) === idpEntityId;
  if (!isOurs) throw new SamlError("saml_issuer");
}

/**
 * It is addressed to us (C4). A signed message must say so (bindings 3.5.5.2): otherwise it could have been sent to another
 * application and brought here.
 *
 * @throws SamlError `saml_destination`
 */
export function checkDestination(message: Element, url: string, presence: Presence): void {
  const destination = attributeOf(message, "Destination");
  if (destination === null && presence === "optional") return;
  if (destination !== url) throw new SamlError("saml_destination");
}

/** C3 for a response: its assertion must name the issuer, itself it may. */
export function checkIssuers(response: Element, assertion: Element, { idpEntityId }: SamlTrust): void {
  checkIssuer(assertion, idpEntityId, "required");
  checkIssuer(response, idpEntityId, "optional");
}
