import { platformDigest } from "../../platform/digest.ts";
import type { World } from "../../platform/contract.ts";

/** A world whose time stands still until it is moved. */
export interface ManualWorld extends World {
  /** Moves the time, and rings what was due meanwhile. */
  advance(ms: number): void;
  /** Timers that are set. */
  readonly timers: number;
}

/** A world for tests. Chance is a count; `fetch` is refused unless one is given. */
export function manualWorld(given: Partial<Pick<World, "fetch" | "variables">> = {}): ManualWorld {
  let now = Date.UTC(2026, 0, 1);
  let drawn = 0;
  const timers = new Set<{ readonly at: number; readonly act: () => void }>();
  return {
    now: () => now,
    after(ms, act) {
      const timer = { at: now + ms, act };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    random: (bytes) => new Uint8Array(bytes).fill((drawn += 1)),
    digest: platformDigest(),
    fetch: given.fetch ?? (() => Promise.reject(new Error("This test has no network."))),
    variables: given.variables ?? {},
    advance(ms) {
      now += ms;
      const due = [...timers].filter(({ at }) => at <= now).toSorted((left, right) => left.at - right.at);
      for (const timer of due) {
        timers.delete(timer);
        timer.act();
      }
    },
    get timers() {
      return timers.size;
    },
  };
}
