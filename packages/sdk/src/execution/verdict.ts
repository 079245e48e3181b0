import type { ErrorCode } from "@holdfast/protocol";
import { HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { RetryAdvice } from "../errors/retry-advice.ts";
import { retryAdvice } from "../errors/retry-advice.ts";

/** Faults of the program itself: another attempt runs the same program. */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set([
  "step_invalid",
  "step_nested",
  "value_invalid",
  "checkpoint_stale",
  "client_invalid",
] as const);

/** What an error says about the attempt after it, faults of the program included. */
export function verdictOf(error: unknown): RetryAdvice {
  if (error instanceof HoldfastError && FINAL_CODES.has(error.code))
    return { isRetriable: false, retryAfter: null };
  return retryAdvice(error);
}

/** Whether a step or a function fails for good with this error. `attempt` from 0. */
export function isFinal(
  error: unknown,
  call: { readonly attempt: number; readonly maxAttempts: number },
  retries: number = call.maxAttempts - 1,
): boolean {
  return !verdictOf(error).isRetriable || call.attempt >= Math.min(retries, call.maxAttempts - 1);
}

/** Whether the server has handed this call's work out again, so that nothing of it counts any more. */
export function isStale(error: unknown): boolean {
  return isHoldfastError(error, "checkpoint_stale");
}
