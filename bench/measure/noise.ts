import { setTimeout as sleep } from "node:timers/promises";

/**
 * How much of a spinning thread's time others took: the sum of the gaps between two looks at the clock.
 * Measured while no load of ours runs, so what it finds is the machine and its other users.
 */
export function lostFraction(spinMs = 60): number {
  const startedAt = performance.now();
  let last = startedAt;
  let lostMs = 0;
  while (last - startedAt < spinMs) {
    const now = performance.now();
    // A look takes well under a microsecond: a longer gap is somebody else's turn.
    if (now - last > 0.1) lostMs += now - last;
    last = now;
  }
  return lostMs / (last - startedAt);
}

/** A window with more than this lost before or after it is set aside. */
export const NOISE_MAX = 0.06;

/** Waits for a quiet moment, but not for ever, and tells how quiet it was in the end. */
export async function lostFractionOnceQuiet(patienceMs: number): Promise<number> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const lost = lostFraction();
    if (lost <= NOISE_MAX || performance.now() > deadline) return lost;
    await sleep(500);
  }
}
