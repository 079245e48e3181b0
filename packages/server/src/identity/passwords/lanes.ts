import { HoldfastError } from "@holdfast/protocol";

/** Hashes at once, and how many more may wait. */
export interface LaneCount {
  readonly lanes: number;
  readonly waiting: number;
}

/**
 * Bounds costly work: so many at once, so many in line, and the rest is turned away at once. A flood of sign-ins takes the
 * memory of a few hashes, not of all of them.
 */
export function createLanes({
  lanes,
  waiting,
}: LaneCount): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let busy = 0;
  const line: (() => void)[] = [];
  return async (work) => {
    if (busy >= lanes) {
      if (line.length >= waiting)
        throw new HoldfastError("server_busy", "Too many people are signing in at this moment.");
      // Whoever leaves hands over the place.
      await new Promise<void>((resolve) => line.push(resolve));
    } else busy += 1;
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) busy -= 1;
      else next();
    }
  };
}
