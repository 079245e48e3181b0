import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../report/statistics.ts";
import type { LoadTarget } from "./load-target.ts";
import type { LoadOrder, LoadResult } from "./protocol.ts";

const FAILURES_MAX = 50;

/**
 * Keeps `inFlight` runs going at all times: each slot starts the next run when its last one has ended.
 * `opened` and `closed` are told at the edges of the window; the answer settles when the last run has ended.
 */
export async function closedLoop(
  target: LoadTarget,
  order: LoadOrder,
  opened: () => void,
  closed: (result: LoadResult) => void,
): Promise<void> {
  const latencies: number[] = [];
  let state: "warming" | "open" | "closed" = "warming";
  let failureCount = 0;
  let firstFailure: string | null = null;
  let n = 0;
  const reachedMax = Promise.withResolvers<void>();

  const slot = async (): Promise<void> => {
    while (state !== "closed" && failureCount < FAILURES_MAX) {
      const startedAt = performance.now();
      try {
        n += 1;
        await target.run(order.workload, n);
        if (state === "open") latencies.push(performance.now() - startedAt);
        if (order.runCountMax !== undefined && n >= order.runCountMax) reachedMax.resolve();
      } catch (error) {
        failureCount += 1;
        firstFailure ??= String(error);
      }
    }
    if (failureCount >= FAILURES_MAX) reachedMax.resolve();
  };
  const slots = Promise.all(Array.from({ length: order.inFlight }, slot));

  if (order.warmUpMs > 0) await sleep(order.warmUpMs);
  state = "open";
  const openedAt = performance.now();
  opened();
  await Promise.race([sleep(order.windowMs), reachedMax.promise]);
  state = "closed";
  const windowMs = performance.now() - openedAt;
  const sorted = latencies.toSorted((left, right) => left - right);
  closed({
    windowMs,
    runCount: sorted.length,
    failureCount,
    firstFailure,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  });
  await slots;
}
