import type { FunctionContext } from "../../functions/context.ts";
import type { FunctionRecord } from "../../functions/contract.ts";

export type Handler = (context: FunctionContext) => unknown;

/** A function for tests: `shop-ship` with three retries, which reports each step by itself. */
export function recordOf(handler: Handler, given: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    app: "shop",
    id: "ship",
    slug: "shop-ship",
    kind: "function",
    retries: 3,
    checkpointing: null,
    middleware: [],
    // What `execute` hands over is what a handler is declared to take.
    handler: handler as unknown as FunctionRecord["handler"],
    validate: async () => undefined,
    registration: () => ({}),
    ...given,
  };
}

/** Checkpoints after each step, without limits of time. */
export const EACH_STEP = { maxRuntimeMs: 0, bufferedSteps: 1, maxIntervalMs: 0 };
