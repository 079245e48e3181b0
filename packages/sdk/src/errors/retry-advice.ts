import { NonRetriableError } from "./non-retriable-error.ts";
import { RetryAfterError } from "./retry-after-error.ts";
import { isStepError } from "./step-error.ts";

/** What an error says about the attempt after it. */
export interface RetryAdvice {
  readonly isRetriable: boolean;
  /** As a `retry-after` header says it; null for the server's own back-off. */
  readonly retryAfter: string | null;
}

/**
 * What an error says about the attempt after it: by its class, by its name, so that a second copy of this package in a
 * program counts too, or by `noRetry: true`, as a payload stage's errors have it.
 */
export function retryAdvice(error: unknown): RetryAdvice {
  if (isFinal(error)) return { isRetriable: false, retryAfter: null };
  return { isRetriable: true, retryAfter: isRetryAfter(error) ? error.retryAfter : null };
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof NonRetriableError || isStepError(error) || error.name === "NonRetriableError")
    return true;
  return "noRetry" in error && error.noRetry === true;
}

function isRetryAfter(error: unknown): error is RetryAfterError {
  if (error instanceof RetryAfterError) return true;
  return (
    error instanceof Error &&
    error.name === "RetryAfterError" &&
    "retryAfter" in error &&
    typeof error.retryAfter === "string"
  );
}
