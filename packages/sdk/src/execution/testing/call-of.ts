import type { ReceivedEvent } from "../../events/contract.ts";
import type { Call } from "../contract.ts";

export const ORDER: ReceivedEvent = {
  name: "shop/order.placed",
  data: { orderId: "o1" },
  id: "01JGGC0000000000000000EVNT",
  ts: Date.UTC(2026, 0, 1),
};

/** A call for tests: the first of a run. Finished steps are given by their hashed ids, in the order they finished. */
export function callOf(
  given: Partial<Omit<Call, "memos">> & { readonly memos?: Readonly<Record<string, unknown>> } = {},
): Call {
  const memos = new Map(Object.entries(given.memos ?? {}));
  const events = given.events ?? [given.event ?? ORDER];
  return {
    slug: "shop-ship",
    runId: "01JGGC00000000000000000RUN",
    requestId: "01JGGC000000000000000REQST",
    jobId: "01JGGC00000000000000000J0B",
    attempt: 0,
    maxAttempts: 4,
    stack: [...memos.keys()],
    abortable: new Set(),
    targetStepId: null,
    isPlanOnly: false,
    requestVersion: -1,
    checkpoint: null,
    ...given,
    event: events[0] ?? ORDER,
    events,
    memos,
  };
}

/** What a call needs for its steps to be reported on the way. */
export const CHECKPOINT = { functionId: "f-1", queueItemId: "q-1", generationId: 7 };
