import type { Clock, Timer } from "./clock.ts";

/** A clock whose pace and position its owner chooses, so that weeks of waiting can be tried out in seconds. */
export interface AdjustableClock extends Clock {
  /** How many milliseconds pass here in one of the base clock. */
  readonly scale: number;
  /** By how many ms `now()` is ahead of the base clock; negative where time runs slower than there. */
  readonly offsetMs: number;
  /**
   * Moves time ahead by `ms` (at least 0) in one leap. Timers that are due by then fire in the order of their times, each
   * in its own turn after this call, and all of them see the new time.
   *
   * @throws RangeError when `ms` is negative or no number
   */
  advance(ms: number): void;
}

/** What arithmetic on instants may be off by: less than this is not waited for, since the base might not move for it. */
const ROUNDING_MS = 0.001;

interface Pending {
  /** On this clock's `monotonic()`. */
  readonly due: number;
  readonly callback: () => void;
  /** The base clock's timer that will look whether it is time. */
  wait: Timer;
}

/**
 * A clock that follows `base` at `scale` times its pace, from the same instant on. Its `now()` makes the leaps of the
 * base's wall clock too; `monotonic()` and the timers do not.
 *
 * @throws RangeError when `scale` is not a number above 0
 */
export function scaledClock(base: Clock, scale: number): AdjustableClock {
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new RangeError(`Cannot run a clock at ${scale} times its pace.`);
  const start = base.monotonic();
  /** What was leapt over so far. */
  let leaptMs = 0;
  const pending = new Set<Pending>();

  const aheadMs = (): number => leaptMs + (base.monotonic() - start) * (scale - 1);
  const monotonic = (): number => base.monotonic() + aheadMs();

  /** How much of the base's time is left until a timer is due. */
  const leftMs = (timer: Pending): number => (timer.due - monotonic()) / scale;

  /** Looks at a timer when it should be due; a base timer may be a little early, which counts `scale` times here. */
  function arm(timer: Pending): void {
    timer.wait = base.after(Math.max(0, leftMs(timer)), () => {
      if (leftMs(timer) > ROUNDING_MS) {
        arm(timer);
        return;
      }
      pending.delete(timer);
      timer.callback();
    });
  }

  return {
    scale,
    get offsetMs() {
      return Math.floor(aheadMs());
    },
    now: () => base.now() + Math.floor(aheadMs()),
    monotonic,
    after(delayMs, callback) {
      const timer: Pending = { due: monotonic() + Math.max(0, delayMs), callback, wait: NEVER };
      pending.add(timer);
      arm(timer);
      return {
        cancel() {
          pending.delete(timer);
          timer.wait.cancel();
        },
      };
    },
    advance(ms) {
      if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`Cannot move a clock ahead by ${ms} ms.`);
      leaptMs += ms;
      // Set anew in the order of their times: what is due now is due at once for the base, which keeps that order.
      for (const timer of [...pending].sort((left, right) => left.due - right.due)) {
        timer.wait.cancel();
        arm(timer);
      }
    },
  };
}

const NEVER: Timer = { cancel: () => undefined };
