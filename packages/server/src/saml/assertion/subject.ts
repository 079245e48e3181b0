import type { ExpectedAnswer, SamlTrust } from "../contract.ts";
import { SAML_LIMITS } from "../limits.ts";
import { BEARER, NS, UNSPECIFIED_FORMAT } from "../names.ts";
import { readRequiredInstant } from "../instants.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childrenNamed, onlyChild, optionalChild, textOf } from "../xml/element.ts";

/** White space, controls, and characters that cannot be seen: two names that look alike must be alike. */
const UNSEEN = /[\s\p{Cc}\p{Cf}]/u;

export interface NameId {
  readonly value: string;
  readonly format: string | null;
}

/**
 * The one NameID of a subject or a logout request (C5).
 *
 * @throws SamlError `saml_nameid` for one that is missing, empty, too long, has white space or another format;
 *   `saml_structure` for several
 */
export function readNameId(parent: Element, expectedFormat: string | null): NameId {
  const element = optionalChild(parent, NS.assertion, "NameID");
  if (element === null) throw new SamlError("saml_nameid");
  const value = textOf(element);
  const format = attributeOf(element, "Format");
  const isPlain = value.length >= 1 && value.length <= SAML_LIMITS.nameIdChars && !UNSEEN.test(value);
  // Whoever expects an unspecified one leaves the choice to the provider (core 8.3.1).
  const isAnyFormat = expectedFormat === null || expectedFormat === UNSPECIFIED_FORMAT;
  if (!isPlain || !(isAnyFormat || format === expectedFormat)) throw new SamlError("saml_nameid");
  return { value, format };
}

/** What confirms that whoever brings the assertion may. */
export interface BearerConfirmation {
  readonly notOnOrAfter: number;
  readonly inResponseTo: string | null;
}

/**
 * The one confirmation, by bearer, for us, still in time (C6; profiles 4.1.4.2).
 *
 * @throws SamlError `saml_subject_confirmation`, `saml_recipient`, `saml_time_missing`, `saml_time_format`, `saml_expired`
 */
export function readConfirmation(subject: Element, trust: SamlTrust, nowMs: number): BearerConfirmation {
  const [confirmation, ...more] = childrenNamed(subject, NS.assertion, "SubjectConfirmation");
  const isBearer = confirmation !== undefined && attributeOf(confirmation, "Method") === BEARER;
  if (!isBearer || more.length > 0) throw new SamlError("saml_subject_confirmation");
  const [data, ...moreData] = childrenNamed(confirmation, NS.assertion, "SubjectConfirmationData");
  if (data === undefined || moreData.length > 0) throw new SamlError("saml_subject_confirmation");
  if (attributeOf(data, "Recipient") !== trust.acsUrl) throw new SamlError("saml_recipient");
  if (attributeOf(data, "NotBefore") !== null) throw new SamlError("saml_subject_confirmation");
  const notOnOrAfter = readRequiredInstant(attributeOf(data, "NotOnOrAfter"));
  if (nowMs - SAML_LIMITS.skewMs >= notOnOrAfter) throw new SamlError("saml_expired");
  return { notOnOrAfter, inResponseTo: attributeOf(data, "InResponseTo") };
}

/**
 * It answers our request, inside the signature and on the response (C7). Or it answers none at all, if none is outstanding.
 *
 * @param onResponse InResponseTo of the response, which need not be signed
 * @throws SamlError `saml_in_response_to`, `saml_unsolicited`
 */
export function checkAnswers(
  { inResponseTo }: BearerConfirmation,
  onResponse: string | null,
  { requestId }: ExpectedAnswer,
): void {
  if (requestId === null) {
    if (inResponseTo !== null || onResponse !== null) throw new SamlError("saml_unsolicited");
    return;
  }
  const answersUs = inResponseTo === requestId && (onResponse === null || onResponse === requestId);
  if (!answersUs) throw new SamlError("saml_in_response_to");
}

export function subjectOf(assertion: Element): Element {
  return onlyChild(assertion, NS.assertion, "Subject");
}
