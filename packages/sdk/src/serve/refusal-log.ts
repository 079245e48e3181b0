import type { Logger } from "../logging/contract.ts";
import type { World } from "../platform/contract.ts";

/** Refused callers, in the log: once a minute for each reason, with how many there were. A flood of them is a few lines. */
export interface RefusalLog {
  note(reason: string): void;
}

const QUIET_MS = 60_000;

/** A log of refusals; `hint` says what its reader may do about them. */
export function createRefusalLog(logger: Logger, world: Pick<World, "now">, hint: string): RefusalLog {
  const seen = new Map<string, { loggedAt: number; more: number }>();
  return {
    note(reason) {
      const now = world.now();
      const known = seen.get(reason);
      if (known !== undefined && now - known.loggedAt < QUIET_MS) {
        known.more += 1;
        return;
      }
      const more =
        known === undefined || known.more === 0 ? "" : `, and ${known.more} more since the last line`;
      seen.set(reason, { loggedAt: now, more: 0 });
      logger.warn(`A request was refused (${reason})${more}. ${hint}`);
    },
  };
}
