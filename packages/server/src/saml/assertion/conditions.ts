import { readInstant, readRequiredInstant } from "../instants.ts";
import { SAML_LIMITS } from "../limits.ts";
import { NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childElements, childrenNamed, isNamed, optionalChild, textOf } from "../xml/element.ts";

/** Conditions of SAML 2.0 that we meet by what we do. Any other leaves the assertion's validity open (core 2.5.1.1). */
const KNOWN = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"] as const;

/**
 * The conditions of an assertion.
 *
 * @throws SamlError `saml_audience` when there are none: it could be for anybody; `saml_structure`
 */
export function conditionsOf(assertion: Element): Element {
  const conditions = optionalChild(assertion, NS.assertion, "Conditions");
  if (conditions === null) throw new SamlError("saml_audience");
  const isKnown = (child: Element): boolean => KNOWN.some((name) => isNamed(child, NS.assertion, name));
  if (!childElements(conditions).every(isKnown)) throw new SamlError("saml_structure");
  return conditions;
}

/** The times of an assertion. */
export interface AssertionTimes {
  /** Of the bearer confirmation. */
  readonly confirmedUntil: number;
  readonly lifetimeMsMax: number;
}

/**
 * It holds now, not for too long, and was issued a moment ago (C8). Lifetime is counted from IssueInstant: some providers
 * begin a few minutes earlier to forgive slow clocks.
 *
 * @returns the latest NotOnOrAfter
 * @throws SamlError `saml_time_missing`, `saml_time_format`, `saml_not_yet_valid`, `saml_expired`, `saml_lifetime`,
 *   `saml_too_old`
 */
export function checkTimes(
  assertion: Element,
  conditions: Element,
  { confirmedUntil, lifetimeMsMax }: AssertionTimes,
  nowMs: number,
): number {
  const { ageMs, skewMs } = SAML_LIMITS;
  const notBefore = attributeOf(conditions, "NotBefore");
  if (notBefore !== null && readInstant(notBefore) > nowMs + skewMs)
    throw new SamlError("saml_not_yet_valid");
  const notOnOrAfter = readRequiredInstant(attributeOf(conditions, "NotOnOrAfter"));
  if (nowMs - skewMs >= notOnOrAfter) throw new SamlError("saml_expired");
  const issued = readRequiredInstant(attributeOf(assertion, "IssueInstant"));
  const until = Math.max(notOnOrAfter, confirmedUntil);
  if (until - issued > lifetimeMsMax + skewMs) throw new SamlError("saml_lifetime");
  if (issued > nowMs + skewMs) throw new SamlError("saml_not_yet_valid");
  if (issued < nowMs - ageMs - skewMs) throw new SamlError("saml_too_old");
  return until;
}

/** It is for us: each restriction names us, and there is one (C9). @throws SamlError `saml_audience` */
export function checkAudience(conditions: Element, spEntityId: string): void {
  const restrictions = childrenNamed(conditions, NS.assertion, "AudienceRestriction");
  const namesUs = (restriction: Element): boolean =>
    childrenNamed(restriction, NS.assertion, "Audience").some((each) => textOf(each) === spEntityId);
  if (restrictions.length === 0 || !restrictions.every(namesUs)) throw new SamlError("saml_audience");
}
