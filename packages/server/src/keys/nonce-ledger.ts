import type { Log } from "#kernel";
import type { NonceStore } from "#store";

/** Takes each nonce in once. */
export interface NonceLedger {
  /** @param forgetAt from when on its request is too old to be taken anyway, Unix ms */
  admit(nonce: string, forgetAt: number, nowMs: number): "new" | "replay";
}

/**
 * A ledger that survives its process. What decides is in memory; the store is told before the request does anything, so that
 * by the order of acts a nonce is on disk no later than what its request did. If the process dies before, neither is, and
 * the request made again does what it did not do. Nobody waits for the disk twice.
 */
export async function openNonceLedger(store: NonceStore, nowMs: number, log: Log): Promise<NonceLedger> {
  const ledger = createNonceLedger(await store.live(nowMs));
  return {
    admit(nonce, forgetAt, now) {
      const verdict = ledger.admit(nonce, forgetAt, now);
      if (verdict === "new")
        store.take({ nonce, expiresAt: forgetAt, now }).catch((error: unknown) => {
          // What the request does comes after it on the same way to the disk, and fails there too.
          log.error({ error: String(error) }, "a nonce could not be kept");
        });
      return verdict;
    },
  };
}

/** A ledger in memory. */
export function createNonceLedger(
  known: readonly { readonly nonce: string; readonly expiresAt: number }[] = [],
): NonceLedger {
  const forgetAtOf = new Map(known.map(({ expiresAt, nonce }) => [nonce, expiresAt]));
  return {
    admit(nonce, forgetAt, nowMs) {
      // In the order in which they came, which is nearly that in which they may be forgotten.
      for (const [each, at] of forgetAtOf) {
        if (at >= nowMs) break;
        forgetAtOf.delete(each);
      }
      if (forgetAtOf.has(nonce)) return "replay";
      forgetAtOf.set(nonce, forgetAt);
      return "new";
    },
  };
}
