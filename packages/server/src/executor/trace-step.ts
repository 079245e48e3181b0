import type { StepId } from "@holdfast/protocol";
import type { JournalEntry, QueueItem } from "#store";
import type { Attempt } from "./trace-attempts.ts";
import { attemptSpans, queuedFrom, stretchOf } from "./trace-attempts.ts";
import { mergedMetadata } from "./trace-metadata.ts";
import { pauseOf } from "./trace-pause.ts";
import type { Span, SpanOp, SpanStatus } from "./trace-span.ts";
import { fieldsOf, plainSpan, textOf } from "./trace-span.ts";

/** Everything the journal and the queue say about one step. */
export interface StepFacts {
  readonly id: StepId;
  /** In the order in which they were written; those of failed attempts apart. */
  readonly entries: JournalEntry[];
  readonly metadata: JournalEntry[];
  readonly attempts: Attempt[];
  /** When the step began within the call it was found in: when the one before was stored. Null for the first of a call. */
  begunAt: number | null;
  item: QueueItem | null;
}

/** What a step that goes on is doing. */
export function openStatus(item: QueueItem | null, now: number): SpanStatus {
  // An item that is due has been handed out once its generation says so; before that it waits for its time or for room.
  return item !== null && item.generation > 0 && item.dueAt <= now ? "RUNNING" : "QUEUED";
}

/**
 * The span of one step.
 *
 * @param endedAt when the run ended, Unix ms; null while it goes on
 */
export function stepSpan(facts: StepFacts, endedAt: number | null, now: number): Span {
  const done = facts.entries.find(({ kind }) => kind === "step.completed" || kind === "step.failed") ?? null;
  const begun = facts.entries.find(({ kind }) => BEGUN.has(kind)) ?? null;
  const first = facts.entries[0] ?? done;
  const memo: unknown = done === null ? undefined : JSON.parse(done.data ?? "null");
  const pause = begun === null ? null : pauseOf(begun, memo, endedAt !== null);
  const op = opOf(begun, done);
  const status = statusOf(facts, done, pause?.kind ?? null, endedAt, now);
  const attempts = attemptsOf(facts, done, status, pause !== null, now);
  const queuedAt = attempts[0]?.queuedAt ?? begun?.at ?? first?.at ?? now;
  const stretch =
    pause === null
      ? stretchOf(attempts, status)
      : { startedAt: begun?.at ?? null, endedAt: done?.at ?? null, attempt: null };
  return plainSpan({
    id: facts.id,
    stepId: facts.id,
    name: facts.entries.findLast(({ name }) => name !== null)?.name ?? facts.id,
    op,
    status,
    queuedAt: pause === null ? Math.min(queuedAt, first?.at ?? queuedAt) : queuedAt,
    ...stretch,
    endedAt: done?.at ?? (status === "CANCELLED" ? endedAt : stretch.endedAt),
    retryAt: done === null && status === "QUEUED" ? (facts.attempts.at(-1)?.retryAt ?? null) : null,
    input: inputOf(facts, begun),
    ...resultOf(memo, pause !== null),
    pause,
    metadata: mergedMetadata(facts.metadata, "step"),
    children: attemptSpans(facts.id, attempts),
  });
}

/** Entries with which a step begins that does not run in the app. */
const BEGUN: ReadonlySet<JournalEntry["kind"]> = new Set([
  "step.sleeping",
  "step.waiting",
  "step.invoking",
  "step.requesting",
]);

function statusOf(
  facts: StepFacts,
  done: JournalEntry | null,
  pause: string | null,
  endedAt: number | null,
  now: number,
): SpanStatus {
  if (done !== null) return done.kind === "step.failed" ? "FAILED" : "COMPLETED";
  if (endedAt !== null) return "CANCELLED";
  if (pause === "invoke") return "RUNNING";
  return pause === null ? openStatus(facts.item, now) : "WAITING";
}

/** Failed attempts, and the one that ended the step or is under way. */
function attemptsOf(
  facts: StepFacts,
  done: JournalEntry | null,
  status: SpanStatus,
  isPause: boolean,
  now: number,
): readonly Attempt[] {
  const last = done;
  if (last !== null && last.startedAt !== null && !isPause) {
    const ended: Attempt = {
      label: null,
      attempt: last.attempt,
      status,
      queuedAt: facts.begunAt ?? queuedFrom(last.queuedAt ?? last.at, facts.attempts),
      startedAt: facts.begunAt ?? last.startedAt,
      endedAt: last.at,
      retryAt: null,
      error: fieldsOf(JSON.parse(last.data ?? "null"))["error"],
    };
    return [...facts.attempts, ended];
  }
  if (facts.item === null || isPause || facts.item.dueAt > now) return facts.attempts;
  return [...facts.attempts, openAttempt(facts.item, facts.attempts, status)];
}

/** The attempt that an item stands for, queued or under way. When its call began is not stored. */
export function openAttempt(item: QueueItem, earlier: readonly Attempt[], status: SpanStatus): Attempt {
  return {
    label: null,
    attempt: item.attempt,
    status,
    queuedAt: queuedFrom(item.enqueuedAt, earlier),
    startedAt: null,
    endedAt: null,
    retryAt: null,
    error: undefined,
  };
}

function opOf(begun: JournalEntry | null, done: JournalEntry | null): SpanOp {
  switch (begun?.kind) {
    case "step.sleeping":
      return "SLEEP";
    case "step.waiting":
      return textOf(fieldsOf(JSON.parse(begun.data ?? "null"))["signal"]) === null
        ? "WAIT_FOR_EVENT"
        : "WAIT_FOR_SIGNAL";
    case "step.invoking":
      return "INVOKE";
    case "step.requesting":
      return begun.op === "AIGateway" ? "AI_GATEWAY" : "GATEWAY";
    default:
      return done?.op === "Sleep" ? "SLEEP" : "RUN";
  }
}

/** Arguments that replaced the step's own, or of a request what may be shown: keys travel in headers and queries. */
function inputOf(facts: StepFacts, begun: JournalEntry | null): unknown {
  const replaced = facts.entries.find(({ kind }) => kind === "step.input");
  if (replaced !== undefined) return fieldsOf(JSON.parse(replaced.data ?? "null"))["input"];
  if (begun?.kind !== "step.requesting") return undefined;
  const { url, method, format, body } = fieldsOf(JSON.parse(begun.data ?? "null"));
  const shown = { url: withoutQuery(url), method, format, body };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

function withoutQuery(url: unknown): string | undefined {
  const parsed = URL.parse(textOf(url) ?? "");
  return parsed === null ? undefined : parsed.origin + parsed.pathname;
}

/** A memo is `{"data"}` or `{"error"}`; of a wait it is the event itself, or null for one that timed out (5.4). */
function resultOf(memo: unknown, isPause: boolean): Pick<Span, "output" | "error"> {
  const fields = fieldsOf(memo);
  if (Object.hasOwn(fields, "error")) return { output: undefined, error: fields["error"] };
  if (isPause && Object.hasOwn(fields, "name")) return { output: memo, error: undefined };
  return { output: fields["data"], error: undefined };
}
