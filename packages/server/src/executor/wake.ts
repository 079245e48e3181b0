import { canonicalJson } from "@holdfast/protocol";
import type { EventRecord, QueueItem } from "#store";

/** What a step gets when its pause is over. */
export interface Wake {
  /** As it is kept: the memo the SDK gets back. */
  readonly memo: string;
  readonly isFailure: boolean;
}

/** The memo of a sleep, and of a wait that timed out: it says no more than that the time has passed. */
const NOTHING: Wake = { memo: "null", isFailure: false };

/**
 * What ends a pause (wire-protocol 5.4, 15.1 to 15.3): the event that came, what a signal brought, or the time. Pure.
 *
 * @param event the event of the item's cause, where the cause is one
 */
export function wakeOf(item: QueueItem, event: EventRecord | null): Wake {
  if (item.cause?.kind === "memo") {
    return { memo: item.cause.memo, isFailure: item.kind === "invoke" };
  }
  switch (item.kind) {
    case "wait":
      return event === null ? NOTHING : { memo: event.body, isFailure: false };
    case "invoke":
      return event === null ? INVOKE_TIMED_OUT : childResult(event.body);
    default:
      return NOTHING;
  }
}

const TIMED_OUT = "Timed out waiting for invoked function to complete";
const INVOKE_TIMED_OUT: Wake = {
  memo: `{"error":{"error":"${TIMED_OUT}","message":"${TIMED_OUT}","name":"InngestInvokeTimeoutError"}}`,
  isFailure: true,
};

/** The end of a child, as its parent gets it. The event is our own (`lifecycle-events.ts`). */
function childResult(finished: string): Wake {
  const { data } = JSON.parse(finished) as {
    readonly data: { readonly error?: unknown; readonly result?: unknown };
  };
  return data.error === undefined
    ? { memo: `{"data":${canonicalJson(data.result ?? null)}}`, isFailure: false }
    : { memo: `{"error":${canonicalJson(data.error)}}`, isFailure: true };
}
