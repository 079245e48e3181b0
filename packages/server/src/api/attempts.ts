import type { Clock } from "#kernel";
import { networkOf } from "#kernel";

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
