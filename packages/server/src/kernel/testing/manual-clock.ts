import type { Clock, Timer } from "../clock.ts";

/** A clock that stands still until it is told to go on. Timers fire in the order of their times, each at its time. */
export interface ManualClock extends Clock {
  /** Goes on by so many milliseconds, firing what becomes due; between two timers it lets promises run. */
  advance(ms: number): Promise<void>;
}

export function manualClock(start: number): ManualClock {
  let now = start;
  let timers: { readonly due: number; readonly callback: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    after(delayMs, callback): Timer {
      const timer = { due: now + Math.max(0, delayMs), callback };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = timers
          .filter((timer) => timer.due <= end)
          .sort((left, right) => left.due - right.due)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.due);
        next.callback();
      }
      now = end;
      await settle();
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
