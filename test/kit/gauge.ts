import type { Gate } from "./gate.ts";
import { createGate } from "./gate.ts";

/** Counts who is inside a piece of user code at once, and keeps them there until the test opens the way out. */
export interface Gauge {
  /** Names of those who came in, in order. */
  readonly entered: readonly string[];
  readonly inside: number;
  /** The most that were inside at the same time. */
  readonly peak: number;
  /** Comes in, and leaves when the gauge is open. */
  hold(name?: string): Promise<void>;
  open(): void;
}

export function createGauge(gate: Gate = createGate()): Gauge {
  const entered: string[] = [];
  let inside = 0;
  let peak = 0;
  return {
    entered,
    get inside() {
      return inside;
    },
    get peak() {
      return peak;
    },
    async hold(name = "") {
      entered.push(name);
      inside += 1;
      peak = Math.max(peak, inside);
      await gate.opened;
      // A turn of the event loop: whoever may come in at the same time does so before this one is out.
      await new Promise((resume) => setImmediate(resume));
      inside -= 1;
    },
    open: () => gate.open(),
  };
}
