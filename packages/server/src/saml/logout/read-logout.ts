import { checkDestination, checkIssuer } from "../assertion/issuer.ts";
import { readNameId } from "../assertion/subject.ts";
import type { IncomingLogout, LogoutMessage, SamlTrust } from "../contract.ts";
import { readInstant, readRequiredInstant } from "../instants.ts";
import { SAML_LIMITS } from "../limits.ts";
import { NS, STATUS } from "../names.ts";
import { statusOf } from "../preflight/status.ts";
import { SamlError } from "../saml-error.ts";
import { trustedCertificates } from "../trusted-certificates.ts";
import { attributeOf, childrenNamed, textOf } from "../xml/element.ts";
import type { OpenedLogout } from "./open-logout.ts";
import { openLogout } from "./open-logout.ts";

/**
 * Reads a logout message of the provider (core 3.7, bindings 3.4 and 3.5). It must be signed, addressed to us, and fresh.
 *
 * That its id was not seen before, and that only sessions of this connection and subject end, is the caller's; so is
 * comparing a response's `inResponseTo` with the request that was sent.
 *
 * @throws SamlError the first check that failed; then nothing may end
 */
export function readLogoutMessage(incoming: IncomingLogout, trust: SamlTrust, nowMs: number): LogoutMessage {
  const opened = openLogout(incoming, trustedCertificates(trust.certificates));
  checkIssuer(opened.root, trust.idpEntityId, "required");
  checkDestination(opened.root, trust.sloUrl, "required");
  const until = checkFreshness(opened.root, nowMs);
  return opened.kind === "request" ? requestOf(opened, until) : responseOf(opened);
}

/** Issued a moment ago, and good for no more than five minutes. Returns when it ends. */
function checkFreshness(root: Element, nowMs: number): number {
  const { logoutAgeMs, skewMs } = SAML_LIMITS;
  const issued = readRequiredInstant(attributeOf(root, "IssueInstant"));
  if (issued > nowMs + skewMs) throw new SamlError("saml_not_yet_valid");
  if (issued < nowMs - logoutAgeMs - skewMs) throw new SamlError("saml_too_old");
  const named = attributeOf(root, "NotOnOrAfter");
  const until = named === null ? issued + logoutAgeMs : readInstant(named);
  if (nowMs - skewMs >= until) throw new SamlError("saml_expired");
  if (until - issued > logoutAgeMs + skewMs) throw new SamlError("saml_lifetime");
  return until;
}

function requestOf({ certificate, relayState, root }: OpenedLogout, until: number): LogoutMessage {
  const nameId = readNameId(root, null);
  // It could be sent again until its own end, and until it is too old, whichever is later.
  const tooOldAt = readRequiredInstant(attributeOf(root, "IssueInstant")) + SAML_LIMITS.logoutAgeMs;
  return {
    kind: "request",
    id: attributeOf(root, "ID") ?? "",
    nameId: nameId.value,
    nameIdFormat: nameId.format,
    sessionIndexes: childrenNamed(root, NS.protocol, "SessionIndex").map(textOf),
    relayState,
    expiresAt: Math.max(until, tooOldAt) + SAML_LIMITS.skewMs,
    certificateSha256: certificate.sha256,
  };
}

function responseOf({ certificate, relayState, root }: OpenedLogout): LogoutMessage {
  const [status, ...inner] = statusOf(root) ?? [""];
  const isPartial = inner.includes(STATUS.partialLogout);
  return {
    kind: "response",
    id: attributeOf(root, "ID") ?? "",
    inResponseTo: attributeOf(root, "InResponseTo"),
    status: status !== STATUS.success ? "failed" : isPartial ? "partial" : "success",
    relayState,
    certificateSha256: certificate.sha256,
  };
}
