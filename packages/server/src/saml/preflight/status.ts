import { NS, STATUS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childrenNamed } from "../xml/element.ts";

/** The codes of a status, from the top: a second-level code stands inside the first. Null when there is not one of them. */
export function statusOf(root: Element): readonly [string, ...string[]] | null {
  const [status, ...moreStatus] = childrenNamed(root, NS.protocol, "Status");
  if (status === undefined || moreStatus.length > 0) return null;
  const [code, ...moreCodes] = childrenNamed(status, NS.protocol, "StatusCode");
  if (code === undefined || moreCodes.length > 0) return null;
  const inner = childrenNamed(code, NS.protocol, "StatusCode").map(
    (each) => attributeOf(each, "Value") ?? "",
  );
  return [attributeOf(code, "Value") ?? "", ...inner];
}

/** Exactly one top-level status, and it is success (P12). @throws SamlError `saml_status` */
export function checkStatus(root: Element): void {
  if (statusOf(root)?.[0] !== STATUS.success) throw new SamlError("saml_status");
}
