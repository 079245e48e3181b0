import { HoldfastError, parseDuration } from "@holdfast/protocol";
import type { Instant, Span } from "./contract.ts";

/** @throws HoldfastError `request_invalid` for what is no instant. */
export function instantMs(instant: Instant): number {
  const ms = instant instanceof Date ? instant.getTime() : new Date(instant).getTime();
  if (Number.isFinite(ms)) return ms;
  throw new HoldfastError("request_invalid", `Cannot read ${JSON.stringify(instant)} as an instant.`, {
    next: "Give a Date, Unix milliseconds, or a text such as 2030-01-01T12:00:00Z.",
  });
}

/** @throws HoldfastError `duration_invalid`, and `request_invalid` for a number that is no length of time. */
export function spanMs(span: Span): number {
  if (typeof span === "string") return parseDuration(span);
  if (Number.isFinite(span) && span >= 0) return span;
  throw new HoldfastError("request_invalid", `Cannot let ${span} ms pass.`, {
    next: "Give milliseconds, not negative, or a duration such as 90s.",
  });
}
