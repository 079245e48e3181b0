import type { Clock } from "#kernel";

const WINDOW_MS = 60_000;
/** Networks that are remembered; past them the one that is remembered longest is forgotten. */
const NETWORKS_MAX = 10_000;

/** Counts refused requests by the network they came from. */
export interface Attempts {
  /** How many ms until this network may ask again; 0: now. */
  waitMs(address: string): number;
  note(address: string): void;
}

/** @param attemptsMax requests without a good key that one network may make in a minute */
export function createAttempts(clock: Clock, attemptsMax: number): Attempts {
  const byNetwork = new Map<string, { since: number; count: number }>();
  const current = (network: string, now: number) => {
    const known = byNetwork.get(network);
    return known !== undefined && now - known.since < WINDOW_MS ? known : null;
  };
  return {
    waitMs(address) {
      const now = clock.monotonic();
      const known = current(networkOf(address), now);
      return known === null || known.count < attemptsMax ? 0 : known.since + WINDOW_MS - now;
    },
    note(address) {
      const now = clock.monotonic();
      const network = networkOf(address);
      const known = current(network, now);
      if (known !== null) {
        known.count += 1;
        return;
      }
      byNetwork.delete(network);
      const [oldest] = byNetwork.keys();
      if (byNetwork.size >= NETWORKS_MAX && oldest !== undefined) byNetwork.delete(oldest);
      byNetwork.set(network, { since: now, count: 1 });
    },
  };
}

/** An IPv4 address by itself, of an IPv6 address its /64: whoever has one of those has them all. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const groups = head.split(":");
  const missing = plain.includes("::")
    ? 8 - groups.length - tail.split(":").filter((part) => part !== "").length
    : 0;
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => "0")].slice(0, 4).join(":");
}
