import type { RunId } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";
import type { Cancellation, NewCancellation } from "./v2-shapes.ts";

/** What reaches into runs from outside: signals, and cancellations of many. */
export interface SignalMethods {
  /** Wakes the run that waits for the signal. Throws `not_found` when nobody does. */
  signal(name: string, data?: unknown): Promise<{ readonly run_id: RunId }>;
  /** Cancels the runs of a function that started in a stretch of time, those that are there and those to come. */
  cancelMany(request: NewCancellation): Promise<Cancellation>;
  cancellations(): Promise<readonly Cancellation[]>;
  /** Ends the rule. What it cancelled stays cancelled. */
  removeCancellation(id: string): Promise<void>;
}

export function signalMethods({ answer, data }: Asking): SignalMethods {
  return {
    signal: (name, value = null) =>
      data<{ readonly run_id: RunId }>({
        purpose: `send signal "${name}"`,
        path: "/v1/signals",
        method: "POST",
        body: { signal: name, data: value },
      }),
    cancelMany: (request) =>
      data<Cancellation>({
        purpose: `cancel runs of "${request.function_id}"`,
        path: "/v1/cancellations",
        method: "POST",
        body: request,
      }),
    cancellations: () =>
      data<readonly Cancellation[]>({
        purpose: "list cancellations",
        path: "/v1/cancellations",
        method: "GET",
      }),
    async removeCancellation(id) {
      await answer({
        purpose: `delete cancellation "${id}"`,
        path: path("v1", "cancellations", id),
        method: "DELETE",
      });
    },
  };
}
