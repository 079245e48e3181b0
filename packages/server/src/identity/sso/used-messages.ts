import type { Digest } from "@holdfast/protocol";
import type { Change, Ledger } from "../ledger.ts";

/** Rows that are over and are removed beside each new one. */
const SWEEP_COUNT = 20;

/**
 * The change that notes that a message of a provider was acted on, or null: it was before. Within a turn of the ledger, and
 * committed with what the message brings about, so that of eight copies one counts.
 */
export function useMessage(
  { digest, ledger }: { readonly ledger: Ledger; readonly digest: Digest },
  {
    connection,
    expiresAt,
    id,
    now,
  }: { readonly connection: string; readonly id: string; readonly expiresAt: number; readonly now: number },
): readonly Change[] | null {
  const key = digest.sha256Hex(`${connection} ${id}`);
  if (ledger.get("sso-used", key) !== null) return null;
  const over = ledger
    .all("sso-used")
    .filter(([, each]) => each.expiresAt < now)
    .slice(0, SWEEP_COUNT)
    .map(([each]) => ({ kind: "sso-used", id: each, value: null }) as const);
  return [{ kind: "sso-used", id: key, value: { expiresAt } }, ...over];
}
