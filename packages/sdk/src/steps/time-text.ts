import { formatDuration, HoldfastError, isHoldfastError, parseDuration } from "@holdfast/protocol";
import type { Duration } from "./contract.ts";

/** A `Temporal.Duration`, as far as it is used here. */
export interface TemporalDuration {
  total(options: { unit: "milliseconds" }): number;
}

/** A `Temporal.Instant` or `Temporal.ZonedDateTime`, as far as it is used here. */
export interface TemporalInstant {
  readonly epochMilliseconds: number;
}

/** How long: in words, in milliseconds, or as Temporal has it. */
export type Span = Duration | TemporalDuration;
/** Until when: an instant, or a text of one (RFC 3339). */
export type Instant = Date | string | TemporalInstant;

/**
 * Milliseconds of a duration.
 *
 * @param of names the step in the error.
 * @throws HoldfastError `step_invalid` for what is none.
 */
export function spanMs(span: Span, of: string): number {
  const ms = milliseconds(span, of);
  if (!Number.isFinite(ms)) throw invalid(of, "a time that is no finite number of milliseconds");
  return Math.max(0, Math.ceil(ms));
}

/** A duration as the wire has it. Less than nothing is nothing. */
export function spanText(span: Span, of: string): string {
  return formatDuration(spanMs(span, of));
}

/** A duration or an instant as the wire has it: `1h30m`, or RFC 3339. */
export function endText(end: Span | Instant, of: string): string {
  if (end instanceof Date || (typeof end === "object" && "epochMilliseconds" in end))
    return instantText(end, of);
  return spanText(end, of);
}

/** An instant in RFC 3339. */
export function instantText(instant: Instant, of: string): string {
  const date =
    typeof instant === "object" && "epochMilliseconds" in instant ? instant.epochMilliseconds : instant;
  const at = new Date(date);
  if (Number.isNaN(at.getTime())) throw invalid(of, "an instant that is none");
  return at.toISOString();
}

function milliseconds(span: Span, of: string): number {
  if (typeof span === "number") return span;
  if (typeof span === "object" && span !== null) return span.total({ unit: "milliseconds" });
  try {
    return parseDuration(span);
  } catch (error) {
    if (!isHoldfastError(error, "duration_invalid")) throw error;
    throw invalid(of, `a time that cannot be read: ${error.message}`);
  }
}

function invalid(of: string, what: string): HoldfastError {
  return new HoldfastError("step_invalid", `Step "${of}" has ${what}.`);
}
