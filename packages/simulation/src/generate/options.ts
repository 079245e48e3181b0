import type { FunctionOptions, Limit } from "../scenario/scenario.ts";
import { NO_OPTIONS } from "../scenario/scenario.ts";
import type { Rng } from "../world/rng.ts";
import type { Pace } from "./pace.ts";
import { DAY_MS } from "./pace.ts";

/** What is the same for every function of a world. */
export interface SharedOptions {
  /** Of limits that functions share, by whether they have a key. */
  readonly sharedMax: number;
  /** Events that cancel runs. */
  readonly cancelEvents: readonly string[];
}

/** Options of one function: often none, at most a few that go together (wire-protocol 4.4). */
export function generateOptions(rng: Rng, pace: Pace, shared: SharedOptions): FunctionOptions {
  if (rng.chance(0.3)) return NO_OPTIONS;
  const periodMs = (): number => rng.integer(1, Math.max(2, Math.floor(pace.pauseMsMax / 2000))) * 1000;
  const isBatched = rng.chance(0.12);
  const isKeyed = (): boolean => rng.chance(0.5);
  return {
    limits: generateLimits(rng, shared),
    throttle: rng.chance(0.2)
      ? { limit: rng.integer(1, 3), periodMs: periodMs(), burst: rng.pick([0, 0, 1, 3]), isKeyed: isKeyed() }
      : null,
    rateLimit:
      rng.chance(0.1) && !isBatched
        ? { limit: rng.integer(1, 20), periodMs: Math.min(periodMs(), DAY_MS), isKeyed: isKeyed() }
        : null,
    debounce:
      rng.chance(0.1) && !isBatched
        ? {
            periodMs: Math.min(periodMs(), 7 * DAY_MS),
            timeoutMs: rng.chance(0.5) ? periodMs() + 60_000 : null,
            isKeyed: isKeyed(),
          }
        : null,
    batch: isBatched ? { sizeMax: rng.integer(2, 4), timeoutMs: periodMs(), isKeyed: isKeyed() } : null,
    singleton:
      rng.chance(0.15) && !isBatched ? { mode: rng.pick(["skip", "cancel"]), isKeyed: isKeyed() } : null,
    hasPriority: rng.chance(0.2) && !isBatched,
    isIdempotent: rng.chance(0.05) && !isBatched,
    cancelOn:
      rng.chance(0.15) && !isBatched && shared.cancelEvents.length > 0 ? rng.pick(shared.cancelEvents) : null,
    startTimeoutMs: rng.chance(0.1) ? periodMs() : null,
    finishTimeoutMs: rng.chance(0.1) ? Math.min(periodMs() + pace.pauseMsMax, 360 * DAY_MS) : null,
    cron: null,
  };
}

function generateLimits(rng: Rng, shared: SharedOptions): readonly Limit[] {
  if (rng.chance(0.4)) return [];
  const limit = (): Limit => {
    const isShared = rng.chance(0.25);
    return {
      level: "step",
      max: isShared ? shared.sharedMax : rng.integer(1, 3),
      isKeyed: rng.chance(0.5),
      isShared,
    };
  };
  const limits: Limit[] = Array.from({ length: rng.integer(1, 2) }, limit);
  // One rule of each kind: two that count the same would be one.
  const distinct = limits.filter(
    (each, index) =>
      limits.findIndex((other) => other.isShared === each.isShared && other.isKeyed === each.isKeyed) ===
      index,
  );
  return rng.chance(0.3)
    ? [
        { level: "run", max: rng.integer(1, 3), isKeyed: rng.chance(0.5), isShared: false },
        ...distinct.slice(1),
      ]
    : distinct;
}
