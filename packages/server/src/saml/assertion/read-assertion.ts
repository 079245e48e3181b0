import type { CheckList } from "../check-list.ts";
import type { ExpectedAnswer, SamlIdentity, SamlTrust } from "../contract.ts";
import { SAML_LIMITS } from "../limits.ts";
import type { UnverifiedResponse } from "../preflight/preflight.ts";
import { SamlError } from "../saml-error.ts";
import type { VerifiedResponse } from "../verify-response.ts";
import { attributeOf } from "../xml/element.ts";
import { readAttributes } from "./attributes.ts";
import { readAuthnStatement } from "./authn-statement.ts";
import { checkAudience, checkTimes, conditionsOf } from "./conditions.ts";
import { checkDestination, checkIssuers } from "./issuer.ts";
import { checkAnswers, readConfirmation, readNameId, subjectOf } from "./subject.ts";

/**
 * The checks on what was verified (C1 to C12). Whatever is in the identity comes from the assertion's proven bytes; of the
 * response around them only Issuer, Destination and InResponseTo are compared, and none is used.
 *
 * @throws SamlError the first check that failed
 */
export function readAssertion(
  { certificate, assertion: { root }, nameId: engineNameId }: VerifiedResponse,
  response: UnverifiedResponse,
  trust: SamlTrust,
  expected: ExpectedAnswer,
  nowMs: number,
  checks: CheckList,
): SamlIdentity {
  const isResponseSigned = response.responseSignature !== null;
  checks.make("issuer", trust.idpEntityId, () => checkIssuers(response.root, root, trust));
  checks.make("destination", trust.acsUrl, () =>
    checkDestination(response.root, trust.acsUrl, isResponseSigned ? "required" : "optional"),
  );
  const subject = checks.make("subject", "One subject.", () => subjectOf(root));
  const format = trust.nameIdFormat ?? "any format";
  const nameId = checks.make("name-id", `One plain text, ${format}.`, () =>
    readNameId(subject, trust.nameIdFormat),
  );
  const confirmation = checks.make("confirmation", `Bearer, for ${trust.acsUrl}.`, () =>
    readConfirmation(subject, trust, nowMs),
  );
  checks.make("request", expected.requestId === null ? "Answers no request." : "Answers our request.", () =>
    checkAnswers(confirmation, attributeOf(response.root, "InResponseTo"), expected),
  );
  const lifetimeMsMax =
    expected.requestId === null ? SAML_LIMITS.unsolicitedLifetimeMs : SAML_LIMITS.lifetimeMs;
  const conditions = checks.make("conditions", "It says when and for whom it holds.", () =>
    conditionsOf(root),
  );
  const until = checks.make("times", "It holds now, and not for too long.", () =>
    checkTimes(root, conditions, { confirmedUntil: confirmation.notOnOrAfter, lifetimeMsMax }, nowMs),
  );
  checks.make("audience", trust.spEntityId, () => checkAudience(conditions, trust.spEntityId));
  const authn = checks.make("authentication", "One statement on how and when, as demanded.", () =>
    readAuthnStatement(root, trust.authnContexts, expected, nowMs),
  );
  const attributes = checks.make("attributes", "All values are text.", () => readAttributes(root));
  checks.make("second-reading", "The engine reads the same NameID.", () => {
    if (engineNameId !== nameId.value) throw new SamlError("saml_differential");
  });
  return Object.freeze({
    nameId: nameId.value,
    nameIdFormat: nameId.format,
    assertionId: attributeOf(root, "ID") ?? "",
    requestId: confirmation.inResponseTo,
    expiresAt: until + SAML_LIMITS.skewMs,
    ...authn,
    attributes,
    certificateSha256: certificate.sha256,
    checks: Object.freeze([...checks.made]),
  });
}
