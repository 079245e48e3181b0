import type { Digest, SigningKey } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError, verify } from "@holdfast/protocol";

export type CompatVerdict =
  | { readonly ok: true; readonly key: SigningKey }
  | { readonly ok: false; readonly reason: "missing" | "malformed" | "expired" | "mismatch" | "downgrade" };

/** What a server that signs v2 writes into the part of a call's body that the protocol's own signature covers. */
const MARK = '"signatures":"v2"';

/**
 * Judges the protocol's own signature of a body (wire-protocol 3.3): over the bytes as they came, or, for a server that
 * signs the canonical form of what it sends, over that. A body that says it was signed with v2 as well has lost that
 * signature on its way, and is refused.
 */
export function verifyCompat(
  header: string | null,
  body: Uint8Array,
  keys: readonly SigningKey[],
  nowMs: number,
  digest: Digest,
  mayBeMarked: boolean,
): CompatVerdict {
  const judge = (text: string | Uint8Array): CompatVerdict => {
    const verdict = verify(header, text, keys, nowMs, digest);
    // What is looked at is what was signed: in another spelling of the same JSON the mark could hide.
    if (verdict.ok && !mayBeMarked && isMarked(text)) return { ok: false, reason: "downgrade" };
    return verdict;
  };
  const asSent = judge(body);
  if (asSent.ok || asSent.reason !== "mismatch") return asSent;
  const canonical = canonicalText(body);
  return canonical === null ? asSent : judge(canonical);
}

function isMarked(signed: string | Uint8Array): boolean {
  const text = typeof signed === "string" ? signed : new TextDecoder().decode(signed);
  // Data may hold the same text, so this only spares most bodies the parsing.
  if (!text.includes(MARK)) return false;
  const value = parse(text);
  const ctx = isObject(value) ? value["ctx"] : null;
  return isObject(ctx) && ctx["signatures"] === "v2";
}

function canonicalText(body: Uint8Array): string | null {
  const value = parse(new TextDecoder().decode(body));
  if (value === undefined) return null;
  if (typeof value === "string") return value;
  try {
    return canonicalJson(value);
  } catch (error) {
    if (isHoldfastError(error)) return null;
    throw error;
  }
}

/** Undefined for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object whose members may be read by name. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
