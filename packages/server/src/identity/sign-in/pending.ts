import type { Digest } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";

/** Attempts that are remembered at once; past them the oldest is forgotten. */
const COUNT_MAX = 10_000;
const SECRET_BYTES = 32;

/**
 * What is half done and known to one browser alone: a sign-in between password and second factor, a ceremony with a passkey, a
 * visit at an identity provider. In memory: a restart ends it, and it is begun again.
 */
export interface Pending<Of> {
  /** Remembers it under a new secret, or under one that is random already; the secret goes to the browser. */
  open(value: Of, secret?: string): string;
  /** Without ending it. */
  look(secret: string | null): Of | null;
  /** Ends it: whoever takes it first has it alone. */
  take(secret: string | null): Of | null;
}

/** @param lifeMs how long each is good */
export function createPending<Of>(
  { clock, digest, random }: { readonly clock: Clock; readonly digest: Digest; readonly random: Random },
  lifeMs: number,
): Pending<Of> {
  const open = new Map<string, { readonly value: Of; readonly until: number }>();
  const look = (hash: string): Of | null => {
    const found = open.get(hash);
    return found !== undefined && clock.monotonic() < found.until ? found.value : null;
  };
  return {
    open(value, secret = Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url")) {
      for (const [hash, { until }] of open) {
        // Oldest first: what follows a good one is good, too.
        if (until > clock.monotonic() && open.size < COUNT_MAX) break;
        open.delete(hash);
      }
      open.set(digest.sha256Hex(secret), { value, until: clock.monotonic() + lifeMs });
      return secret;
    },
    look: (secret) => (secret === null ? null : look(digest.sha256Hex(secret))),
    take(secret) {
      if (secret === null) return null;
      const hash = digest.sha256Hex(secret);
      const value = look(hash);
      open.delete(hash);
      return value;
    },
  };
}
