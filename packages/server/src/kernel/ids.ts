import type { EventId, RunId } from "@holdfast/protocol";
import { formatUlid } from "@holdfast/protocol";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes the identifiers of new things. */
export interface Ids {
  /** A run's id holds the instant it was queued at (Unix ms). */
  run(queuedAt: number): RunId;
  event(): EventId;
  /** ULID of one outgoing request. */
  request(): string;
}

/** Ids from a clock and a source of randomness. */
export function createIds(clock: Clock, random: Random): Ids {
  const ulid = (at = clock.now()): string => formatUlid(at, random.bytes(10));
  return {
    run: (queuedAt) => ulid(queuedAt) as RunId,
    event: () => ulid() as EventId,
    request: () => ulid(),
  };
}
