import type { StepId } from "@holdfast/protocol";
import type { JournalEntry } from "#store";
import type { RunHistory } from "./contract.ts";
import type { Attempt } from "./trace-attempts.ts";
import { attemptSpans, failedAttempt, queuedFrom, stretchOf } from "./trace-attempts.ts";
import { mergedMetadata } from "./trace-metadata.ts";
import type { Span, SpanStatus } from "./trace-span.ts";
import { fieldsOf, plainSpan, textOf } from "./trace-span.ts";
import type { StepFacts } from "./trace-step.ts";
import { openAttempt, openStatus, stepSpan } from "./trace-step.ts";

/**
 * A run's history as a tree (wire-protocol 20.1, 23.3): the run, under it its steps in the order in which they were first
 * heard of, under each its attempts where there was more than one. Steps that are queued or under way are in it, and a
 * call of the app that has not named a step yet is `execute`. A call that ended the run without a step is `function error`
 * or `function success`.
 *
 * @param name what to call the run: its function's name
 * @param now Unix ms
 */
export function traceOf(history: RunHistory, name: string, now: number): Span {
  const { run, end } = history;
  const reader = new JournalReader();
  for (const entry of history.journal) reader.read(entry);
  for (const item of history.items) {
    if (item.stepId !== null && item.kind !== "cancel") reader.step(item.stepId).item = item;
  }
  const endedAt = run.endedAt;
  const steps = [...reader.steps.values()].map((facts) => stepSpan(facts, endedAt, now));
  const result = fieldsOf(JSON.parse(end?.data ?? "null"));
  return plainSpan({
    id: run.id,
    name,
    status: runStatus(history),
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt,
    input: inputOf(history),
    output: result["output"],
    error: result["error"],
    metadata: mergedMetadata(reader.metadata, "run"),
    children: [...steps, ...reader.defers.values(), ...functionSpans(history, reader.loose, now)],
  });
}

/** Sorts a journal's entries by the step they are about. */
class JournalReader {
  readonly steps = new Map<StepId, StepFacts>();
  readonly defers = new Map<StepId, Span>();
  /** All there are: a step may report facts of its run. */
  readonly metadata: JournalEntry[] = [];
  /** Failed attempts of calls that had not named a step. */
  loose: Attempt[] = [];
  /** The last result that came out of a call, by when the call was queued. */
  readonly #lastOfCall = new Map<number, { readonly at: number; readonly begunAt: number }>();

  step(id: StepId): StepFacts {
    const known = this.steps.get(id);
    if (known !== undefined) return known;
    const facts: StepFacts = { id, entries: [], metadata: [], attempts: [], begunAt: null, item: null };
    this.steps.set(id, facts);
    return facts;
  }

  read(entry: JournalEntry): void {
    const { kind, stepId } = entry;
    if (kind === "run.ended") return;
    if (kind === "metadata") {
      this.metadata.push(entry);
      if (stepId !== null) this.step(stepId).metadata.push(entry);
      return;
    }
    if (kind === "attempt.failed") {
      const list = stepId === null ? this.loose : this.step(stepId).attempts;
      list.push(failedAttempt(entry, list, stepId === null ? this.#begunWithin(entry) : null));
      return;
    }
    if (stepId === null) return;
    if (kind === "defer.added" || kind === "defer.aborted") this.#defer(entry, stepId);
    else this.#step(entry, stepId);
  }

  #step(entry: JournalEntry, id: StepId): void {
    const facts = this.step(id);
    const isPlanned = facts.entries.length > 0;
    facts.entries.push(entry);
    if (isPlanned || (entry.kind !== "step.completed" && entry.kind !== "step.failed")) return;
    // It ran in the call in which it was found. What failed in that call before, failed on the way to this step.
    facts.attempts.push(...this.loose);
    this.loose = [];
    facts.begunAt = this.#begunWithin(entry);
  }

  /**
   * Of several steps of one call, each begins when the one before was stored, and has not waited in any queue; those
   * stored at once share the time. Null for the first.
   */
  #begunWithin({ at, queuedAt, startedAt }: JournalEntry): number | null {
    if (startedAt === null) return null;
    const call = queuedAt ?? startedAt;
    const last = this.#lastOfCall.get(call);
    const begunAt =
      last === undefined ? startedAt : Math.max(startedAt, last.at < at ? last.at : last.begunAt);
    this.#lastOfCall.set(call, { at, begunAt });
    return begunAt > startedAt ? begunAt : null;
  }

  #defer(entry: JournalEntry, id: StepId): void {
    const known = this.defers.get(id);
    if (entry.kind === "defer.aborted") {
      if (known !== undefined) this.defers.set(id, { ...known, status: "CANCELLED", endedAt: entry.at });
      return;
    }
    const data = fieldsOf(JSON.parse(entry.data ?? "null"));
    const span = plainSpan({
      id,
      stepId: id,
      name: entry.name ?? textOf(data["fnSlug"]) ?? id,
      op: "DEFER",
      status: "COMPLETED",
      queuedAt: entry.at,
      startedAt: entry.at,
      endedAt: entry.at,
      input: data["input"],
    });
    if (known === undefined) this.defers.set(id, span);
  }
}

/** The calls that belong to no step: the one under way, or the one that ended the run. */
function functionSpans(history: RunHistory, loose: readonly Attempt[], now: number): readonly Span[] {
  const { end, run } = history;
  if (end === null) {
    const item = history.items.find(({ kind }) => kind === "discovery") ?? null;
    if (item === null) return [];
    const status = openStatus(item, now);
    const attempts = item.dueAt > now ? loose : [...loose, openAttempt(item, loose, status)];
    const name = loose.at(-1)?.label ?? "execute";
    return [functionSpan(`${run.id}:execute`, name, status, attempts, item.enqueuedAt)];
  }
  if (end.startedAt === null && loose.length === 0) return [];
  const result = fieldsOf(JSON.parse(end.data ?? "null"));
  const status = endStatus(history);
  const last: Attempt = {
    label: null,
    attempt: end.attempt,
    status,
    queuedAt: queuedFrom(end.queuedAt ?? loose[0]?.queuedAt ?? end.at, loose),
    startedAt: end.startedAt,
    endedAt: end.at,
    retryAt: null,
    error: result["error"],
  };
  const name =
    status === "COMPLETED"
      ? "function success"
      : status === "CANCELLED"
        ? "function cancelled"
        : "function error";
  return [functionSpan(`${run.id}:end`, name, status, [...loose, last], last.queuedAt)];
}

function functionSpan(
  id: string,
  name: string,
  status: SpanStatus,
  attempts: readonly Attempt[],
  queuedAt: number,
): Span {
  return plainSpan({
    id,
    name,
    status,
    queuedAt: attempts[0]?.queuedAt ?? queuedAt,
    ...stretchOf(attempts, status),
    retryAt:
      status === "QUEUED" ? (attempts.findLast((one) => one.status === "FAILED")?.retryAt ?? null) : null,
    error: attempts.at(-1)?.error,
    children: attemptSpans(id, attempts),
  });
}

function runStatus(history: RunHistory): SpanStatus {
  switch (history.run.status) {
    case "Scheduled":
      return "QUEUED";
    case "Running":
      return "RUNNING";
    case "Skipped":
      return "SKIPPED";
    default:
      return endStatus(history);
  }
}

function endStatus({ run }: RunHistory): SpanStatus {
  if (run.status === "Completed") return "COMPLETED";
  return run.status === "Cancelled" ? "CANCELLED" : "FAILED";
}

/** The event that started the run; of a batch all of them. */
function inputOf({ run, events }: RunHistory): unknown {
  // Canonical JSON of our own making.
  const bodies = events.map((event) => JSON.parse(event.body) as unknown);
  return run.batchId === null ? bodies[0] : bodies;
}
