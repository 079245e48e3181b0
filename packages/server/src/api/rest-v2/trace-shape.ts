import type { RunId } from "@holdfast/protocol";
import type { Pause, Span, SpanOp } from "#executor";
import type { PayloadView } from "../payload-view.ts";
import { int64, message, payload, timestamp } from "./message.ts";

/** Step kinds that v2 has a word for. */
const STEP_OPS: ReadonlySet<SpanOp> = new Set([
  "RUN",
  "SLEEP",
  "WAIT_FOR_EVENT",
  "WAIT_FOR_SIGNAL",
  "INVOKE",
  "AI_GATEWAY",
]);

export interface TraceShapeOptions {
  /** Whether inputs and outputs are shown. */
  readonly includeOutput: boolean;
  /** The run that a step invoked, by the id of the step's span. */
  readonly invoked: ReadonlyMap<string, RunId>;
  readonly view: PayloadView;
}

/**
 * A span as v2 shows it (20.1 `TraceSpan`). Ours beside it: `attempt`, `queueMs` (in the queue before the call), `callMs`
 * (from the call to the stored result), `retryAt`, and `wait` with what a paused step waits for.
 */
export function traceShape(span: Span, options: TraceShapeOptions): Record<string, unknown> {
  const { attempt, children, endedAt, error, input, op, output, pause, queuedAt, startedAt } = span;
  const { includeOutput, view } = options;
  const isCall = attempt !== null && startedAt !== null;
  return {
    ...message({
      id: span.id,
      name: span.name,
      status: span.status,
      stepOp: op !== null && STEP_OPS.has(op) ? op : undefined,
      stepId: span.stepId,
      durationMs: int64(startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt)),
      queuedAt: timestamp(queuedAt),
      startedAt: timestamp(startedAt),
      endedAt: timestamp(endedAt),
      queueMs: int64(isCall ? Math.max(0, startedAt - queuedAt) : null),
      callMs: int64(isCall && children.length === 0 && endedAt !== null ? endedAt - startedAt : null),
      retryAt: timestamp(span.retryAt),
      input: includeOutput ? payload(view.value(input)) : undefined,
      output: includeOutput ? payload(view.value(output === undefined ? error : output)) : undefined,
      wait: pause === null ? undefined : waitShape(pause, options.invoked.get(span.id), view),
      metadata: span.metadata.map(({ kind, scope, updatedAt, values }) => ({
        scope,
        kind,
        values: view.value(values),
        updatedAt: timestamp(updatedAt),
      })),
      children: children.map((child) => traceShape(child, options)),
    }),
    // Zero is the first attempt, and no attempt is none.
    ...(attempt === null ? {} : { attempt }),
  };
}

function waitShape(pause: Pause, runId: RunId | undefined, view: PayloadView): Record<string, unknown> {
  return message({
    kind: pause.kind,
    event: pause.kind === "event" ? pause.target : undefined,
    signal: pause.kind === "signal" ? pause.target : undefined,
    functionId: pause.kind === "invoke" ? pause.target : undefined,
    // An expression may hold a value that it compares with.
    if: view.value(pause.filter ?? undefined),
    until: timestamp(pause.until),
    outcome: pause.outcome,
    eventId: pause.eventId ?? pause.resumedBy,
    runId,
  });
}
