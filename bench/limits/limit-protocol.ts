/** One limit, measured at one number of callers. */
export interface LimitOrder {
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** `count` operations were done in the window; `commitCount` transactions, where there were any. */
export interface LimitResult {
  readonly windowMs: number;
  readonly count: number;
  readonly commitCount: number;
}

/** Repeats `operate` on so many callers at once and counts how many end inside the window. */
export async function measureLimit(
  order: LimitOrder,
  operate: (n: number) => Promise<unknown>,
  commits: () => number,
): Promise<LimitResult> {
  let state: "warming" | "open" | "closed" = "warming";
  let count = 0;
  let n = 0;
  const caller = async (): Promise<void> => {
    while (state !== "closed") {
      n += 1;
      await operate(n);
      if (state === "open") count += 1;
    }
  };
  const callers = Promise.all(Array.from({ length: order.inFlight }, caller));
  await new Promise((resolve) => setTimeout(resolve, order.warmUpMs));
  state = "open";
  const openedAt = performance.now();
  const commitsBefore = commits();
  await new Promise((resolve) => setTimeout(resolve, order.windowMs));
  state = "closed";
  const result = { windowMs: performance.now() - openedAt, count, commitCount: commits() - commitsBefore };
  await callers;
  return result;
}

/** Serves orders that arrive on the process channel, one at a time. */
export function serveOrders(run: (order: LimitOrder) => Promise<LimitResult>): void {
  process.on("message", (order: LimitOrder) => {
    run(order).then(
      (result) => process.send?.({ kind: "measured", result }),
      (error: unknown) => {
        process.stderr.write(`limit: ${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ kind: "listening" });
}
