import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { EgressRequest } from "./contract.ts";
import type { EgressLimits } from "./policy-contract.ts";

/** Nothing but what each request says itself. */
export const NO_LIMITS: EgressLimits = { timeoutMs: null, answerBytes: null, concurrency: null };

const RANGES = {
  timeoutMs: { min: 1000, max: LIMITS.callMs, words: "The time an answer may take", unit: "milliseconds" },
  answerBytes: { min: 1024, max: LIMITS.responseBytes, words: "The size of an answer", unit: "bytes" },
  concurrency: { min: 1, max: 100_000, words: "The number of requests at once", unit: "requests" },
} as const;

/** @throws HoldfastError `request_invalid` naming the limit that is none */
export function checkLimits(limits: EgressLimits): void {
  for (const name of ["timeoutMs", "answerBytes", "concurrency"] as const) {
    const value = limits[name];
    const { max, min, unit, words } = RANGES[name];
    if (value === null || (Number.isInteger(value) && value >= min && value <= max)) continue;
    throw new HoldfastError(
      "request_invalid",
      `${words} must be a whole number from ${min} to ${max} ${unit}.`,
    );
  }
}

/** A request as the policy lets it out. */
export interface BoundRequest extends EgressRequest {
  /** The limits of the policy that are narrower than the request's own: named when one is met. */
  readonly ruled: { readonly time: boolean; readonly size: boolean };
}

/** Narrows a request to the limits. Pure. */
export function bound(request: EgressRequest, { answerBytes, timeoutMs }: EgressLimits): BoundRequest {
  const time = timeoutMs !== null && timeoutMs < request.timeoutMs;
  const size = answerBytes !== null && answerBytes < request.responseBytesMax;
  return {
    ...request,
    timeoutMs: time ? timeoutMs : request.timeoutMs,
    responseBytesMax: size ? answerBytes : request.responseBytesMax,
    ruled: { time, size },
  };
}
