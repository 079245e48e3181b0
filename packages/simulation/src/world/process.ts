import type { Clock } from "@holdfast/server/rooms";
import type { Timeline } from "./timeline.ts";

/**
 * A process of the simulated world. It lives inside ours, so a crash cannot take it away: instead nothing reaches it any
 * more, nothing it asks for is done, and no promise it waits for is ever settled. What was computed and not yet given
 * away is thereby lost, as it is when a machine dies.
 */
export interface SimulatedProcess {
  readonly name: string;
  readonly isAlive: boolean;
  readonly isPaused: boolean;
  readonly clock: Clock;
  /** Lets something reach the process: at once, when it goes on, or never. */
  deliver(act: () => void): void;
  /** Dies. What it had asked for may have happened, or not. */
  crash(): void;
  pause(): void;
  resume(): void;
}

/** @param wallMs what clocks show at an instant of the world; it may jump */
export function createProcess(name: string, timeline: Timeline, wallMs: () => number): SimulatedProcess {
  let isAlive = true;
  let isPaused = false;
  let held: (() => void)[] = [];

  function deliver(act: () => void): void {
    if (!isAlive) return;
    if (isPaused) held.push(act);
    else act();
  }

  return {
    name,
    get isAlive() {
      return isAlive;
    },
    get isPaused() {
      return isPaused;
    },
    clock: {
      now: wallMs,
      monotonic: () => timeline.now,
      after: (delayMs, callback) => timeline.after(delayMs, () => deliver(callback)),
    },
    deliver,
    crash() {
      isAlive = false;
      held = [];
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      const acts = held;
      held = [];
      // One after another, each with its consequences, as a process finds them when it is scheduled again.
      for (const act of acts) timeline.after(0, () => deliver(act));
    },
  };
}

/** What a dead process waits for. */
export function never<Value>(): Promise<Value> {
  return new Promise(() => undefined);
}
