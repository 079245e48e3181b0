import type { SignedAnswer } from "@holdfast/protocol";
import { hasV2Signature, Header } from "@holdfast/protocol";
import type { EgressOutcome } from "#egress";
import type { Keys } from "#keys";

/** How an in-band answer was signed, or in words why it is not believed. */
export type InBandProof =
  | { readonly ok: true; readonly scheme: "v2" | "compat" | "none"; readonly keyId: string | null }
  | { readonly ok: false; readonly why: string };

type Answered = EgressOutcome & { readonly kind: "answered" };

/**
 * Judges the signature of an answer that carries a registration. One with a v2 signature must be good as such, and belong
 * to the request with this nonce; any other must have the protocol's own.
 */
export function proveInBand(answer: Answered, nonce: string, keys: Keys, nowMs: number): InBandProof {
  if (!keys.signed) return { ok: true, scheme: "none", keyId: null };
  const { body, headers, status } = answer;
  const signed: SignedAnswer = { kind: "answer", status, header: (name) => headers[name] ?? null };
  if (keys.v2 !== null && hasV2Signature(signed)) {
    const verdict = keys.v2.verifyAnswer(signed, body, nonce, nowMs);
    if (verdict.ok) return { ok: true, scheme: "v2", keyId: verdict.keyId };
    return { ok: false, why: `the v2 signature of its answer does not count (${verdict.reason})` };
  }
  const verdict = keys.verifyAnswer(headers[Header.signature], body, nowMs);
  if (verdict.ok) return { ok: true, scheme: "compat", keyId: verdict.keyId };
  switch (verdict.reason) {
    case "missing":
      return {
        ok: false,
        why: "its answer is not signed; an app in development mode answers like this, take INNGEST_DEV out of its settings",
      };
    case "expired":
      return { ok: false, why: "its answer was signed more than 5 minutes from now; set the clocks" };
    case "malformed":
    case "mismatch":
      return { ok: false, why: "its answer is signed with a key this server does not have" };
  }
}

/**
 * Why a registration is not believed that was signed in another way than its app says it signs: somebody took the v2
 * signature off our request on its way. Null when the two agree.
 */
export function downgradeFault(
  registration: Readonly<Record<string, unknown>>,
  scheme: "v2" | "compat" | "none",
): string | null {
  const capabilities = registration["capabilities"];
  if (scheme !== "compat" || typeof capabilities !== "object" || capabilities === null) return null;
  const said = "signatures" in capabilities ? capabilities.signatures : null;
  return typeof said === "string" && said.startsWith("v2")
    ? "it says that it signs as v2 has it, and its answer is signed otherwise: something between takes headers away"
    : null;
}
