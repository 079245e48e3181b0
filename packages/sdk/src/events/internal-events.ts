/** Names of the events that the server sends by itself. Functions may be started by any of them. */
export const internalEvents = {
  /** A function was invoked. */
  functionInvoked: "inngest/function.invoked",
  /** A run ended, however it did. */
  functionFinished: "inngest/function.finished",
  /** A run failed. */
  functionFailed: "inngest/function.failed",
  /** A run was cancelled. */
  functionCancelled: "inngest/function.cancelled",
  /** A schedule is due. */
  scheduledTimer: "inngest/scheduled.timer",
  /** A durable endpoint was called. */
  httpRequest: "inngest/http.request",
  /** A deferred function is due. */
  deferredSchedule: "inngest/deferred.schedule",
} as const;

/** The beginning of all of them, which no event of a user's may have. */
export const INTERNAL_PREFIX = "inngest/";
