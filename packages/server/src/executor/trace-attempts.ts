import type { JournalEntry } from "#store";
import type { Span, SpanStatus } from "./trace-span.ts";
import { fieldsOf, numberOf, plainSpan } from "./trace-span.ts";

/** A call that was made: its number, and its instants in Unix ms. */
export interface Attempt extends Pick<
  Span,
  "attempt" | "status" | "queuedAt" | "startedAt" | "endedAt" | "retryAt" | "error"
> {
  /** The step it was about, as far as the app said. */
  readonly label: string | null;
}

/**
 * An attempt that failed, from its entry.
 *
 * @param begunAt when it began within its call, Unix ms; null for with the call itself
 */
export function failedAttempt(
  entry: JournalEntry,
  earlier: readonly Attempt[],
  begunAt: number | null,
): Attempt {
  const data = fieldsOf(JSON.parse(entry.data ?? "null"));
  return {
    label: entry.name,
    attempt: entry.attempt,
    status: "FAILED",
    queuedAt: begunAt ?? queuedFrom(entry.queuedAt ?? entry.at, earlier),
    startedAt: begunAt ?? entry.startedAt,
    endedAt: entry.at,
    retryAt: numberOf(data["retryAt"]),
    error: data["error"],
  };
}

/**
 * Since when an attempt is in the queue: an item keeps the instant of its first queueing, and the pause between two
 * attempts is no waiting for a slot.
 */
export function queuedFrom(queuedAt: number, earlier: readonly Attempt[]): number {
  return Math.max(queuedAt, earlier.at(-1)?.retryAt ?? queuedAt);
}

/** The attempts of a step as its children. A step whose first attempt was its last has none: it says all itself. */
export function attemptSpans(parentId: string, attempts: readonly Attempt[]): readonly Span[] {
  if (attempts.length < 2 && attempts[0]?.status !== "FAILED") return [];
  return attempts.map(({ label: _label, ...attempt }) =>
    plainSpan({
      ...attempt,
      id: `${parentId}:${attempt.attempt ?? 0}`,
      name: `Attempt ${attempt.attempt ?? 0}`,
    }),
  );
}

/** When several attempts make one span: queued with the first, begun with the first, ended with the last. */
export function stretchOf(
  attempts: readonly Attempt[],
  status: SpanStatus,
): Pick<Span, "startedAt" | "endedAt" | "attempt"> {
  const last = attempts.at(-1);
  return {
    startedAt: attempts.find(({ startedAt }) => startedAt !== null)?.startedAt ?? null,
    endedAt: status === "QUEUED" || status === "RUNNING" ? null : (last?.endedAt ?? null),
    attempt: last?.attempt ?? null,
  };
}
