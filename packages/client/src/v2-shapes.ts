import type { RunId } from "@holdfast/protocol";

/**
 * What REST v2 answers with, in the form of protobuf-JSON: what is absent, false, zero or empty is left out, times are
 * RFC 3339, and numbers of milliseconds are texts.
 */

/** A run, as lists show it. */
export interface FunctionRun {
  readonly id: RunId;
  /** The function's id has no app in front. */
  readonly function: { readonly id: string; readonly name: string };
  readonly app: { readonly id?: string };
  readonly status: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
  /** It was stored and will never be called; its status is QUEUED. */
  readonly isSkipped?: boolean;
  readonly queuedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: string;
  readonly trigger: {
    readonly eventIds: readonly string[];
    readonly eventName?: string;
    readonly isBatch?: boolean;
    readonly batchId?: string;
    readonly cronSchedule?: string;
  };
  readonly originalRunId?: RunId;
  /** Why it was cancelled or skipped, where that is known. */
  readonly reason?: string;
  /** The unfinished run for which a singleton's run was skipped. */
  readonly blockedBy?: RunId;
  readonly output?: Readonly<Record<string, unknown>>;
}

/** A run that stands still, and why. */
export interface StrandedRun extends FunctionRun {
  readonly why: "NO_ITEM" | "PARKED_WITH_ROOM" | "WAIT_WITHOUT_END";
}

/** A page of a list, and where the next one begins. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

/** What of the server's runs is asked for. */
export interface RunFilter {
  readonly status?: readonly string[];
  /** Names of apps. */
  readonly appId?: readonly string[];
  /** Functions of these apps. */
  readonly functionId?: readonly string[];
  /** RFC 3339; `from` is inclusive, `until` exclusive. */
  readonly from?: string;
  readonly until?: string;
  readonly timeField?: "queuedAt" | "startedAt" | "endedAt";
  readonly order?: "asc" | "desc";
  readonly limit?: number;
  readonly cursor?: string;
  readonly includeOutput?: boolean;
}

/** One stretch of a run: the run, a step, an attempt. */
export interface TraceSpan {
  readonly id: string;
  readonly name: string;
  readonly status: "QUEUED" | "RUNNING" | "WAITING" | "COMPLETED" | "FAILED" | "CANCELLED" | "SKIPPED";
  readonly stepOp?: string;
  readonly stepId?: string;
  readonly queuedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: string;
  /** Zero-based. */
  readonly attempt?: number;
  /** In the queue, before the app was called; then from the call to the stored result. */
  readonly queueMs?: string;
  readonly callMs?: string;
  readonly retryAt?: string;
  /** What a paused step waits for, and what came of it. */
  readonly wait?: {
    readonly kind: "sleep" | "event" | "signal" | "invoke";
    readonly event?: string;
    readonly signal?: string;
    readonly functionId?: string;
    readonly if?: string;
    readonly until?: string;
    readonly outcome: "open" | "resumed" | "timed_out" | "cancelled";
    readonly eventId?: string;
    readonly runId?: string;
  };
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly metadata?: readonly {
    readonly scope: string;
    readonly kind: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly updatedAt: string;
  }[];
  readonly children?: readonly TraceSpan[];
}

/** A function, as its app registered it. */
export interface FunctionInfo {
  /** Without its app in front. */
  readonly id: string;
  readonly name: string;
  /** `<app>-<function>`. */
  readonly slug: string;
  readonly isPaused?: boolean;
  readonly app: { readonly id: string };
  readonly triggers?: readonly {
    readonly type: "EVENT" | "CRON";
    readonly value: string;
    readonly if?: string;
  }[];
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** A rule that cancels every run of a function that started in a stretch of time (REST v1). */
export interface Cancellation {
  readonly id: string;
  readonly created_at: string;
  /** Name of the app. */
  readonly app_id: string;
  /** Slug of the function. */
  readonly function_id: string;
  readonly started_after: string | null;
  readonly started_before: string;
  readonly if?: string;
}

/** What a new cancellation covers. Times are RFC 3339; `started_before` must not lie in the future. */
export interface NewCancellation {
  readonly app_id: string;
  readonly function_id: string;
  readonly started_before: string;
  readonly started_after?: string;
  /** An expression over `event`, the event that started the run. */
  readonly if?: string;
}

/** A key that values on the server are sealed with. */
export interface SealingKeyUse {
  /** Absent where the format names no key: all such values together. */
  readonly keyId?: string;
  readonly format: "holdfast" | "inngest" | "inngest-v0";
  /** How many stored values it opens, as text. */
  readonly valueCount: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** Apps whose runs hold such values. */
  readonly apps?: readonly string[];
}
