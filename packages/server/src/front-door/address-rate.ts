import type { Bucket, Clock } from "#kernel";
import { isThisMachine, networkOf, takeFrom } from "#kernel";

/** Requests that one network may make in a second. */
export const REQUESTS_PER_SECOND = 1_000;
/** Networks that are remembered; past them the one that was heard longest ago begins anew. */
const NETWORKS_MAX = 10_000;

/**
 * How fast one network may ask, whatever keys it has. This machine is not counted: what comes from it may be a proxy that
 * nobody named.
 */
export class AddressRate {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Takes one request; how many ms until there is room for it, and 0 when it was taken. */
  take(address: string): number {
    if (isThisMachine(address)) return 0;
    const network = networkOf(address);
    const known = this.#buckets.get(network) ?? null;
    const { bucket, waitMs } = takeFrom(known, 1, this.#perSecond, this.#clock.monotonic());
    // Put last: the first of the map is the one that was heard longest ago.
    this.#buckets.delete(network);
    this.#buckets.set(network, bucket);
    const [oldest = network] = this.#buckets.keys();
    if (this.#buckets.size > NETWORKS_MAX) this.#buckets.delete(oldest);
    return waitMs;
  }
}
