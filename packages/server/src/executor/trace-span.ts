import type { StepId } from "@holdfast/protocol";

export type SpanStatus = "QUEUED" | "RUNNING" | "WAITING" | "COMPLETED" | "FAILED" | "CANCELLED" | "SKIPPED";

/** What a step is, as traces name it (wire-protocol 20.1). `DEFER` is ours. */
export type SpanOp =
  | "RUN"
  | "SLEEP"
  | "WAIT_FOR_EVENT"
  | "WAIT_FOR_SIGNAL"
  | "INVOKE"
  | "AI_GATEWAY"
  | "GATEWAY"
  | "DEFER";

/** What a step waits for, and what ended it. Instants are Unix ms. */
export interface Pause {
  readonly kind: "sleep" | "event" | "signal" | "invoke";
  /** Name of the event or signal; id of the invoked function. */
  readonly target: string | null;
  /** The expression an event must meet. */
  readonly filter: string | null;
  readonly until: number | null;
  /** The event that asked for the invoked function. */
  readonly eventId: string | null;
  readonly outcome: "open" | "resumed" | "timed_out" | "cancelled";
  /** Id of the event that ended the wait. */
  readonly resumedBy: string | null;
}

/** Facts that an app attached to a run or a step, merged from all it reported. */
export interface SpanMetadata {
  readonly scope: string;
  readonly kind: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly updatedAt: number;
}

/**
 * One stretch of a run: the run itself, a step, an attempt. Instants are Unix ms. It was queued at `queuedAt`, its app was
 * called at `startedAt`, and the result was stored at `endedAt`.
 */
export interface Span {
  readonly id: string;
  readonly name: string;
  readonly status: SpanStatus;
  readonly op: SpanOp | null;
  readonly stepId: StepId | null;
  /** Zero-based; null where no call is made. Of a step with several attempts, the last. */
  readonly attempt: number | null;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** When it is tried again; null when it is not going to be. */
  readonly retryAt: number | null;
  /** Parsed JSON; undefined where there is none. */
  readonly input: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly pause: Pause | null;
  readonly metadata: readonly SpanMetadata[];
  readonly children: readonly Span[];
}

/** A span of which nothing is known yet but its name and place. */
export function plainSpan(fields: Pick<Span, "id" | "name" | "status" | "queuedAt"> & Partial<Span>): Span {
  return {
    op: null,
    stepId: null,
    attempt: null,
    startedAt: null,
    endedAt: null,
    retryAt: null,
    input: undefined,
    output: undefined,
    error: undefined,
    pause: null,
    metadata: [],
    children: [],
    ...fields,
  };
}

/** The members of what should be an object; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  // Any object's members may be looked up by name.
  return value as Readonly<Record<string, unknown>>;
}

/** A member that is a text, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A member that is a number, or null. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
