import type { Clock, Timer } from "#kernel";
import { machinePause } from "#kernel";

/** How a stretch of waiting ended. `idle`: nothing is under way. `waiting`: something is, and it does not move. */
export type Quiet = "idle" | "waiting";

/**
 * What became of `goOnUntil`. `held`: the condition holds. `nothing_left`: nothing is due, ever. `limit`: what comes next is
 * later than the limit. `hanging`: work that was begun neither ends nor waits for a timer of this clock.
 */
export type Progress = "held" | "nothing_left" | "limit" | "hanging";

/** Time that stands still while anybody works, and leaps to what is due next when nobody does. */
export interface VirtualTime {
  /** The server's clock. */
  readonly clock: Clock;
  /** The clock of the app: its timers may end work that hangs. */
  readonly appClock: Pick<Clock, "now" | "after">;
  /** Marks work that is under way until the promise settles; time does not go on by itself meanwhile. */
  track<Value>(work: Promise<Value>): Promise<Value>;
  /** Lets everything happen that is due now, and waits for what is under way. */
  settle(): Promise<Quiet>;
  /** Goes on to an instant (Unix ms), letting happen what is due by then, each at its time. Never goes back. */
  advanceTo(at: number): Promise<void>;
  /** Goes on from one thing to the next until the condition holds, and no further than `limit` (Unix ms). */
  goOnUntil(holds: () => boolean, limit: number): Promise<Progress>;
}

/** How long, by the machine's clock, work may stand still. */
export interface Patience {
  /** Before a timer of the app is taken for what it waits for, ms. */
  readonly patienceMs: number;
  /** Before it is given up, ms. */
  readonly hangingMs: number;
}

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly isApp: boolean;
  happen: (() => void) | null;
}

/** Turns of the event loop without anything happening after which nothing more is to be expected of this one. */
const STILL_TURNS = 3;
/** How long something that was found hanging already is waited for again, ms of the machine. */
const AGAIN_MS = 20;
/** What one reading of the monotonic clock is later than the one before: looks for work are never too close together. */
const READING_MS = 10;

/** Virtual time that begins at `start`, Unix ms. */
export function createVirtualTime(start: number, { hangingMs, patienceMs }: Patience): VirtualTime {
  /** Ordered by when they are due, then by when they were asked for. */
  const entries: Entry[] = [];
  let now = Math.floor(start);
  let order = 0;
  let readings = 0;
  let underWay = 0;
  /** Grows with everything that happens. */
  let activity = 0;
  /** Whoever waits for something to happen; time may be driven from several places at once. */
  const waiting = new Set<() => void>();
  /** `underWay` when it was last found that nothing moves. */
  let hangingCount = 0;

  function moved(): void {
    activity += 1;
    for (const wake of waiting) wake();
    waiting.clear();
  }

  function after(delayMs: number, callback: () => void, isApp: boolean): Timer {
    const due = now + Math.max(0, Math.ceil(delayMs));
    if (!Number.isFinite(due)) return { cancel: () => undefined };
    const entry: Entry = { due, order: (order += 1), isApp, happen: callback };
    const at = entries.findLastIndex((other) => other.due <= due);
    entries.splice(at + 1, 0, entry);
    moved();
    return { cancel: () => void (entry.happen = null) };
  }

  function next(): Entry | null {
    while (entries[0] !== undefined && entries[0].happen === null) entries.shift();
    return entries[0] ?? null;
  }

  function step(): void {
    const entry = entries.shift();
    if (entry === undefined) return;
    now = Math.max(now, entry.due);
    moved();
    entry.happen?.();
  }

  /** Lets happen what is due now, and waits until nothing moves; for work that is under way no longer than `pauseMs`. */
  async function quiet(
    pauseMs = hangingCount > 0 && hangingCount === underWay ? AGAIN_MS : patienceMs,
  ): Promise<Quiet> {
    for (let stillTurns = 0; ;) {
      const before = activity;
      await turn();
      stillTurns = activity === before ? stillTurns + 1 : 0;
      if (stillTurns < STILL_TURNS) continue;
      const entry = next();
      if (entry !== null && entry.due <= now) {
        step();
        stillTurns = 0;
        continue;
      }
      if (underWay === 0) {
        hangingCount = 0;
        return "idle";
      }
      const hasMoved = await movement(pauseMs);
      if (!hasMoved) {
        hangingCount = underWay;
        return "waiting";
      }
      stillTurns = 0;
    }
  }

  /** Whether something moves within so long. */
  async function movement(pauseMs: number): Promise<boolean> {
    const before = activity;
    const pause = machinePause(pauseMs);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    await Promise.race([pause.passed, promise]);
    pause.end();
    waiting.delete(resolve);
    return activity !== before;
  }

  return {
    clock: {
      now: () => now,
      // Durations by this clock mean nothing; that it moves is all that is asked of it.
      monotonic: () => now + (readings += READING_MS),
      after: (delayMs, callback) => after(delayMs, callback, false),
    },
    appClock: { now: () => now, after: (delayMs, callback) => after(delayMs, callback, true) },
    async track(work) {
      underWay += 1;
      moved();
      try {
        return await work;
      } finally {
        underWay -= 1;
        moved();
      }
    },
    settle: () => quiet(),
    async advanceTo(at) {
      for (;;) {
        await quiet();
        const entry = next();
        if (entry === null || entry.due > at) break;
        step();
      }
      now = Math.max(now, Math.floor(at));
    },
    async goOnUntil(holds, limit) {
      for (;;) {
        const state = await quiet();
        if (holds()) return "held";
        const entry = next();
        if (state === "waiting" && !entries.some(({ happen, isApp }) => isApp && happen !== null)) {
          if ((await quiet(hangingMs)) === "waiting") return "hanging";
          continue;
        }
        if (entry === null) return "nothing_left";
        if (entry.due > limit) return "limit";
        step();
      }
    },
  };
}

/** One turn of the event loop: every promise that waits for nothing but its turn has run by its end. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
