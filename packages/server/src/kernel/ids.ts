import type { EventId, RunId } from "@holdfast/protocol";
import { formatUlid } from "@holdfast/protocol";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes the identifiers of new things. */
export interface Ids {
  run(): RunId;
  event(): EventId;
  /** ULID of one outgoing request. */
  request(): string;
}

/** Ids from a clock and a source of randomness. */
export function createIds(clock: Clock, random: Random): Ids {
  const ulid = (): string => formatUlid(clock.now(), random.bytes(10));
  return {
    run: () => ulid() as RunId,
    event: () => ulid() as EventId,
    request: ulid,
  };
}
