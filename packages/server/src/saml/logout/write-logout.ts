import type { LogoutAnswer, LogoutRequest, SamlDelivery, SamlTrust } from "../contract.ts";
import { writeInstant } from "../instants.ts";
import { SAML_LIMITS } from "../limits.ts";
import { NS, STATUS } from "../names.ts";
import { deliver } from "../requests/deliver.ts";
import { element } from "../xml/write-xml.ts";

/** Tells the provider that a session of ours has ended (core 3.7.1). Always signed. Null when it takes no logout. */
export function writeLogoutRequest(
  trust: SamlTrust,
  request: LogoutRequest,
  relayState: string | null,
): SamlDelivery | null {
  if (trust.idpSlo === null) return null;
  const { xml } = element(
    "samlp:LogoutRequest",
    {
      ...headOf(trust.idpSlo.url, request),
      NotOnOrAfter: writeInstant(request.nowMs + SAML_LIMITS.logoutAgeMs),
    },
    element("saml:Issuer", {}, trust.spEntityId),
    element("saml:NameID", { Format: request.nameIdFormat }, request.nameId),
    request.sessionIndex === null ? null : element("samlp:SessionIndex", {}, request.sessionIndex),
  );
  return deliver({ to: trust.idpSlo, parameter: "SAMLRequest", xml, relayState, key: trust.signingKey });
}

/** Answers a LogoutRequest of the provider (core 3.7.3). Always signed. Null when it takes no answer. */
export function writeLogoutResponse(
  trust: SamlTrust,
  answer: LogoutAnswer,
  relayState: string | null,
): SamlDelivery | null {
  if (trust.idpSlo === null) return null;
  const partial = element("samlp:StatusCode", { Value: STATUS.partialLogout });
  const { xml } = element(
    "samlp:LogoutResponse",
    { ...headOf(trust.idpSlo.url, answer), InResponseTo: answer.inResponseTo },
    element("saml:Issuer", {}, trust.spEntityId),
    element(
      "samlp:Status",
      {},
      element("samlp:StatusCode", { Value: STATUS.success }, answer.status === "partial" ? partial : null),
    ),
  );
  return deliver({ to: trust.idpSlo, parameter: "SAMLResponse", xml, relayState, key: trust.signingKey });
}

function headOf(destination: string, { id, nowMs }: { readonly id: string; readonly nowMs: number }) {
  return {
    "xmlns:samlp": NS.protocol,
    "xmlns:saml": NS.assertion,
    ID: id,
    Version: "2.0",
    IssueInstant: writeInstant(nowMs),
    Destination: destination,
  };
}
