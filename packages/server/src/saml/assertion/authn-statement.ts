import type { ExpectedAnswer } from "../contract.ts";
import { readInstant, readRequiredInstant } from "../instants.ts";
import { SAML_LIMITS } from "../limits.ts";
import { NS } from "../names.ts";
import { SamlError } from "../saml-error.ts";
import { attributeOf, childrenNamed, optionalChild, textOf } from "../xml/element.ts";

/** How and when the person signed in at the provider. */
export interface AuthnStatement {
  readonly sessionIndex: string | null;
  readonly sessionNotOnOrAfter: number | null;
  readonly authnInstant: number;
  readonly authnContext: string | null;
}

/**
 * The one statement about the sign-in (C10).
 *
 * @throws SamlError `saml_authn_statement`, `saml_time_missing`, `saml_time_format`, `saml_session_expired`,
 *   `saml_authn_context` for a way that is not listed, and for an old sign-in where a new one was asked for
 */
export function readAuthnStatement(
  assertion: Element,
  authnContexts: readonly string[],
  expected: ExpectedAnswer,
  nowMs: number,
): AuthnStatement {
  const [statement, ...more] = childrenNamed(assertion, NS.assertion, "AuthnStatement");
  if (statement === undefined || more.length > 0) throw new SamlError("saml_authn_statement");
  const authnInstant = readRequiredInstant(attributeOf(statement, "AuthnInstant"));
  const until = attributeOf(statement, "SessionNotOnOrAfter");
  const sessionNotOnOrAfter = until === null ? null : readInstant(until);
  if (sessionNotOnOrAfter !== null && sessionNotOnOrAfter <= nowMs)
    throw new SamlError("saml_session_expired");
  const authnContext = contextOf(statement);
  const isStrong =
    authnContexts.length === 0 || (authnContext !== null && authnContexts.includes(authnContext));
  const isFresh = !expected.forceAuthn || authnInstant >= expected.issuedAt - SAML_LIMITS.skewMs;
  if (!isStrong || !isFresh) throw new SamlError("saml_authn_context");
  return {
    sessionIndex: attributeOf(statement, "SessionIndex"),
    sessionNotOnOrAfter,
    authnInstant,
    authnContext,
  };
}

function contextOf(statement: Element): string | null {
  const context = optionalChild(statement, NS.assertion, "AuthnContext");
  if (context === null) throw new SamlError("saml_authn_statement");
  const reference = optionalChild(context, NS.assertion, "AuthnContextClassRef");
  return reference === null ? null : textOf(reference).trim();
}
