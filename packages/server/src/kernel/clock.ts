/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** Time as the server sees it. Only `kernel` reads the machine's clock; everyone else is handed one. */
export interface Clock {
  /** Unix milliseconds. May jump, as wall clocks do. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations. */
  monotonic(): number;
  /** Calls back once after `delayMs` (at least 0). A pending timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

/** Longest delay a Node timer can hold; a later one is split. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const due = performance.now() + Math.max(0, delayMs);
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = due - performance.now();
      handle =
        leftMs > TIMER_MAX_MS
          ? setTimeout(arm, TIMER_MAX_MS).unref()
          : setTimeout(callback, Math.max(0, leftMs)).unref();
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
