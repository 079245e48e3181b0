import type { Clock, Log } from "#kernel";

/** Refused callers, in the log: once a minute for each kind and reason, with how many there were. Never the key. */
export interface RefusalLog {
  note(kind: string, reason: string): void;
}

const QUIET_MS = 60_000;

export function createRefusalLog(deps: { readonly clock: Clock; readonly log: Log }): RefusalLog {
  const seen = new Map<string, { loggedAt: number; since: number }>();
  return {
    note(kind, reason) {
      const now = deps.clock.monotonic();
      const key = `${kind} ${reason}`;
      const known = seen.get(key);
      if (known !== undefined && now - known.loggedAt < QUIET_MS) {
        known.since += 1;
        return;
      }
      const more = known?.since ?? 0;
      seen.set(key, { loggedAt: now, since: 0 });
      deps.log.warn({ credential: kind, reason, more }, "a caller was refused");
    },
  };
}
