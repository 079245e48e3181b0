import { readAssertion } from "./assertion/read-assertion.ts";
import { createCheckList } from "./check-list.ts";
import type { CheckList } from "./check-list.ts";
import type { ExpectedAnswer, PeekedResponse, SamlExamination, SamlIdentity, SamlTrust } from "./contract.ts";
import { NS } from "./names.ts";
import { preflight } from "./preflight/preflight.ts";
import { isSamlError } from "./saml-error.ts";
import { verifyResponse } from "./verify-response.ts";
import { attributeOf, isNamed, withDescendants } from "./xml/element.ts";

/**
 * Reads the `SAMLResponse` parameter of a sign-in: preflight on text and tree, then the signatures, then every check on the
 * verified bytes alone (saml-core-2.0-os, saml-profiles-2.0-os 4.1.4). The first failing check wins, and none is left out
 * because another covers it.
 *
 * It keeps nothing. In one transaction the caller deletes the request record (nothing deleted: `saml_in_response_to`),
 * inserts `(connection, assertionId)` until `expiresAt` under a unique constraint (conflict: `saml_replay`), resolves the
 * account and creates the session; before that it compares the flow cookie (`saml_browser_mismatch`).
 *
 * @throws SamlError the first check that failed
 */
export function readResponse(
  encoded: unknown,
  trust: SamlTrust,
  expected: ExpectedAnswer,
  nowMs: number,
): Promise<SamlIdentity> {
  return read(encoded, trust, expected, nowMs, createCheckList());
}

/** As `readResponse`, for the "test connection" page: says which checks were made, and does not throw for a bad document. */
export async function examineResponse(
  encoded: unknown,
  trust: SamlTrust,
  expected: ExpectedAnswer,
  nowMs: number,
): Promise<SamlExamination> {
  const checks = createCheckList();
  try {
    const identity = await read(encoded, trust, expected, nowMs, checks);
    return { ok: true, identity, checks: checks.made };
  } catch (error) {
    if (!isSamlError(error)) throw error;
    return { ok: false, error, checks: checks.made };
  }
}

/**
 * Reads which request a response claims to answer. Nothing of it is verified: good for finding a record, nothing else.
 *
 * @throws SamlError of the preflight
 */
export function peekResponse(encoded: unknown): PeekedResponse {
  const { root } = preflight(encoded, createCheckList());
  const onResponse = attributeOf(root, "InResponseTo");
  if (onResponse !== null) return { inResponseTo: onResponse };
  const data = withDescendants(root).find((each) => isNamed(each, NS.assertion, "SubjectConfirmationData"));
  return { inResponseTo: data === undefined ? null : attributeOf(data, "InResponseTo") };
}

async function read(
  encoded: unknown,
  trust: SamlTrust,
  expected: ExpectedAnswer,
  nowMs: number,
  checks: CheckList,
): Promise<SamlIdentity> {
  const response = preflight(encoded, checks);
  const verified = await verifyResponse(response, trust, checks);
  return readAssertion(verified, response, trust, expected, nowMs, checks);
}
