import { HoldfastError, parseDuration } from "@holdfast/protocol";

/**
 * Thrown by a function or a step that knows when the next attempt may succeed: in so many milliseconds, in a duration in
 * words (`90s`, `1h30m`), or at an instant. The server takes at least a second and at most a day. It does not add to the
 * number of attempts.
 *
 * @example
 * ```ts
 * throw new RetryAfterError("The mail provider is busy.", "5m");
 * ```
 */
export class RetryAfterError extends Error {
  override readonly name: string = "RetryAfterError";
  /** As a `retry-after` header says it: whole seconds, or an instant of RFC 3339. */
  readonly retryAfter: string;

  /** @throws HoldfastError `duration_invalid` for what is neither a duration nor an instant. */
  constructor(message: string, after: number | string | Date, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.retryAfter = retryAfterText(after);
  }
}

/**
 * A delay (milliseconds or words) or an instant as a `retry-after` header says it. Parts of a second become a whole one,
 * and what is past is now.
 *
 * @throws HoldfastError `duration_invalid` for what is neither.
 */
export function retryAfterText(after: number | string | Date): string {
  if (after instanceof Date) {
    if (Number.isNaN(after.getTime())) throw invalid("the date is none");
    return after.toISOString();
  }
  const ms = typeof after === "number" ? after : parseDuration(after);
  if (!Number.isFinite(ms)) throw invalid("a delay must be a finite number of milliseconds");
  return String(Math.max(0, Math.ceil(ms / 1000)));
}

function invalid(reason: string): HoldfastError {
  return new HoldfastError("duration_invalid", `Cannot say when to try again: ${reason}.`);
}
