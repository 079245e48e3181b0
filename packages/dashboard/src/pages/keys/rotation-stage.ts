import type { Rotation, SigningKeyState } from "@holdfast/client";

/**
 * How far a rotation is: `settled`, one key signs and no other is accepted; `rolling_out`, the next one is accepted and does not sign
 * yet; `retiring`, it signs, and the one before is still accepted.
 */
export type RotationStage =
  | { readonly kind: "settled" }
  | { readonly kind: "rolling_out"; readonly next: SigningKeyState; readonly waitingFor: readonly string[] }
  | {
      readonly kind: "retiring";
      readonly before: SigningKeyState;
      readonly waitingFor: readonly string[];
      /** When the one before may be revoked if nothing uses it any more; null: apps have to show the new one first. ISO 8601. */
      readonly revocableAt: string | null;
    };

/** Pure. */
export function rotationStage({
  keys,
  revocable_at: revocableAt,
  waiting_for: waiting,
}: Rotation): RotationStage {
  const waitingFor = waiting.map(({ app }) => app);
  const next = keys.find(({ state }) => state === "pending");
  if (next !== undefined) return { kind: "rolling_out", next, waitingFor };
  const before = keys.find(({ state }) => state === "retiring");
  return before === undefined ? { kind: "settled" } : { kind: "retiring", before, waitingFor, revocableAt };
}
