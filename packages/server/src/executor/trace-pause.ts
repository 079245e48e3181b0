import type { JournalEntry } from "#store";
import type { Pause } from "./trace-span.ts";
import { fieldsOf, numberOf, textOf } from "./trace-span.ts";

/** Name of the error an invoke fails with when the invoked function takes too long (wire-protocol 15.2). */
const INVOKE_TIMEOUT = "InngestInvokeTimeoutError";

/**
 * What a step waits for, from the entry that began it and the memo that ended it.
 *
 * @param memo the step's memo, parsed; undefined while there is none
 */
export function pauseOf(begun: JournalEntry, memo: unknown, runHasEnded: boolean): Pause | null {
  const data = fieldsOf(JSON.parse(begun.data ?? "null"));
  const open = { filter: null, until: numberOf(data["until"]), eventId: null, resumedBy: null };
  const outcome =
    memo === undefined ? (runHasEnded ? "cancelled" : "open") : memo === null ? "timed_out" : "resumed";
  switch (begun.kind) {
    case "step.sleeping":
      // A sleep's memo is null, and it has no other end than its time.
      return { ...open, kind: "sleep", target: null, outcome: memo === null ? "resumed" : outcome };
    case "step.waiting": {
      const signal = textOf(data["signal"]);
      if (signal !== null) return { ...open, kind: "signal", target: signal, outcome };
      const event = fieldsOf(memo);
      return {
        ...open,
        kind: "event",
        target: textOf(data["event"]),
        filter: textOf(data["if"]),
        outcome,
        resumedBy: textOf(event["id"]),
      };
    }
    case "step.invoking": {
      const hasTimedOut = fieldsOf(fieldsOf(memo)["error"])["name"] === INVOKE_TIMEOUT;
      return {
        ...open,
        kind: "invoke",
        target: textOf(data["functionId"]),
        eventId: textOf(data["eventId"]),
        outcome: hasTimedOut ? "timed_out" : outcome,
      };
    }
    default:
      return null;
  }
}
