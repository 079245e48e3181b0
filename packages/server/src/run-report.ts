import type { RunStatus, StepId } from "@holdfast/protocol";
import type { RunHistory, Span, SpanOp, SpanStatus } from "#executor";
import { traceOf } from "#executor";

/** A step of a run, as it was stored. */
export interface StepReport {
  /** Hashed. */
  readonly id: StepId;
  readonly name: string;
  readonly op: SpanOp | null;
  readonly status: SpanStatus;
  /** How often the app was called for it; 0 for a pause, which needs no call. */
  readonly attempts: number;
  /** Unix ms. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly output: unknown;
  readonly error: unknown;
}

/** A run and everything that happened to it, as it was stored. */
export interface RunReport {
  readonly id: string;
  /** `<app>-<function>`. */
  readonly slug: string;
  readonly status: RunStatus;
  /** Unix ms. */
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly output: unknown;
  readonly error: unknown;
  /** Calls that ended the run or failed on the way, beside those for its steps. */
  readonly attempts: number;
  /** The events it started with, as its app received them. */
  readonly events: readonly unknown[];
  /** In the order in which they were first heard of. */
  readonly steps: readonly StepReport[];
  /** What its app is given back for finished steps, in the order in which they finished (wire-protocol 5.4). */
  readonly memos: readonly { readonly id: string; readonly memo: unknown }[];
}

/** What a run's history says about it. */
export function runReport(history: RunHistory, slug: string, now: number): RunReport {
  const { run } = history;
  const trace = traceOf(history, slug, now);
  const steps = trace.children.filter(({ op, stepId }) => stepId !== null && op !== "DEFER");
  const calls = trace.children.filter(({ stepId }) => stepId === null);
  return {
    id: run.id,
    slug,
    status: run.status,
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    output: trace.output,
    error: trace.error,
    attempts: calls.reduce((count, span) => count + Math.max(1, span.children.length), 0),
    // Canonical JSON of our own making.
    events: history.events.map(({ body }) => JSON.parse(body) as unknown),
    steps: steps.flatMap((span) => stepReport(span)),
    memos: history.journal.flatMap(({ data, kind, stepId }) =>
      stepId !== null && (kind === "step.completed" || kind === "step.failed")
        ? [{ id: stepId, memo: JSON.parse(data ?? "null") as unknown }]
        : [],
    ),
  };
}

function stepReport(span: Span): readonly StepReport[] {
  const { children, endedAt, error, name, op, output, startedAt, status, stepId } = span;
  if (stepId === null) return [];
  const attempts = op === "RUN" ? Math.max(startedAt === null ? 0 : 1, children.length) : 0;
  return [{ id: stepId, name, op, status, attempts, startedAt, endedAt, output, error }];
}
