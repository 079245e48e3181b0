import { Header } from "@holdfast/protocol";
import type { EgressOutcome } from "#egress";
import type { Keys } from "#keys";

/**
 * Which key an app showed by its answer to a call: the one that signed the answer or, of an SDK's answer in clear, the one
 * that signed the call it took. Null when it showed none: a signature that is not good, or an answer that something in
 * front of the app may have given. On this hangs whether a key may be revoked (docs/reference/rotation.md).
 */
export function shownKey(
  keys: Pick<Keys, "verifyAnswer" | "signerId">,
  { body, headers, status }: EgressOutcome & { readonly kind: "answered" },
  nowMs: number,
): string | null {
  const verdict = keys.verifyAnswer(headers[Header.signature], body, nowMs);
  if (verdict.ok) return verdict.keyId;
  const isOfSdk = headers[Header.sdk] !== undefined;
  return verdict.reason === "missing" && isOfSdk && status !== 401 ? keys.signerId : null;
}
