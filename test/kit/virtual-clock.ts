import { clientOf } from "./run-of.ts";
import type { ServerPlace } from "./test-server.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The time of a development server, as a test moves it. Instants are Unix ms. */
export interface VirtualClock {
  now(): Promise<number>;
  advance(ms: number): Promise<void>;
  /** Moves time ahead to an instant, which must not have passed. */
  leapTo(at: number): Promise<void>;
}

export function virtualClockOf(serverOf: () => ServerPlace): VirtualClock {
  const now = async (): Promise<number> => (await clientOf(serverOf()).clock()).now;
  const advance = async (ms: number): Promise<void> => {
    await clientOf(serverOf()).advanceClock(ms);
  };
  return {
    now,
    advance,
    async leapTo(at) {
      const aheadMs = at - (await now());
      if (aheadMs < 0) throw new RangeError(`${new Date(at).toISOString()} has passed on this server.`);
      await advance(aheadMs);
    },
  };
}
