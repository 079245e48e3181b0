import type { Digest, WorkChallenge } from "@holdfast/protocol";
import { isWorkDone } from "@holdfast/protocol";
import type { Clock, Random } from "#kernel";

/** From so many passwords in a minute that were not right, of whatever address and from whatever network, each costs work. */
const FAILURES_MAX = 300;
const WINDOW_MS = 60_000;
/** For so long after the last time that there were as many. */
const HOLD_MS = 5 * 60_000;
/** How long a challenge is good. */
const LIFE_MS = 2 * 60_000;
/** A quarter of a million hashes, or less than a second in a browser. */
const BITS = 18;
const NONCE_BYTES = 12;
const PROOF = /^(?<at>[0-9a-z]{6,12})\.(?<nonce>[0-9a-f]{24})\.(?<mac>[0-9a-f]{64})\.\d{1,12}$/;

/**
 * What stands against those who try stolen passwords from a thousand networks at once, whom no count by address or network stops:
 * while there are too many failures in the whole installation, each password asks for a proof of work. Nobody is locked out by it, and
 * passkeys and single sign-on are never asked.
 */
export interface CrowdGuard {
  /** Counts a password that was not right. True: with this one the guard begins to ask. */
  failed(): boolean;
  /** What to work on; null: nothing is asked for. */
  challenge(): WorkChallenge | null;
  /** Whether a password may be tried with this proof, which is used up; while nothing is asked for, without one too. */
  admits(proof: string | null): boolean;
}

export function createCrowdGuard({
  clock,
  digest,
  random,
}: {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly random: Random;
}): CrowdGuard {
  // Challenges are not kept: who asks for many of them would have those of others forgotten.
  const key = random.bytes(32);
  const failures: number[] = [];
  const used = new Map<string, number>();
  let asksUntil = -Infinity;

  const macOf = (at: string, nonce: string): string =>
    digest.hmacSha256Hex(key, `work challenge\n${at}\n${nonce}`);
  const asks = (): boolean => clock.monotonic() < asksUntil;

  function use(proof: string): boolean {
    const now = clock.now();
    // Oldest first: what follows one that is still good is good, too.
    for (const [known, until] of used) {
      if (until > now) break;
      used.delete(known);
    }
    const { at = "", mac = "", nonce = "" } = PROOF.exec(proof)?.groups ?? {};
    const madeAt = Number.parseInt(at, 36);
    const isOwn = digest.equal(mac, macOf(at, nonce));
    if (!isOwn || madeAt > now || now - madeAt >= LIFE_MS) return false;
    // By its challenge: one that was solved is not solved again.
    if (!isWorkDone(proof, BITS, digest) || used.has(mac)) return false;
    used.set(mac, now + LIFE_MS);
    return true;
  }

  return {
    failed() {
      const now = clock.monotonic();
      const did = asks();
      failures.push(now);
      if (failures.length > FAILURES_MAX) failures.shift();
      const [first = now] = failures;
      if (failures.length === FAILURES_MAX && now - first < WINDOW_MS) asksUntil = now + HOLD_MS;
      return asks() && !did;
    },
    challenge() {
      if (!asks()) return null;
      const at = clock.now().toString(36);
      const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString("hex");
      return { text: `${at}.${nonce}.${macOf(at, nonce)}`, bits: BITS };
    },
    admits: (proof) => !asks() || (proof !== null && use(proof)),
  };
}
