import type { EventId, FunctionId } from "@holdfast/protocol";
import type { AuditDraft, JournalEntry, NewSignal, NewWait, QueueItem } from "#store";
import type { RetryPolicy } from "./backoff.ts";
import type { GatewayReply } from "./gateway-reply.ts";
import type { InternalEvent } from "./internal-event.ts";
import type { Reply } from "./reply.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";

/** Something that happened to a run. Randomness (`jitter` in [0, 1)) comes with it: deciding is pure. */
export type Input =
  /** A call ended. */
  | {
      readonly kind: "reply";
      readonly itemKey: string;
      readonly generation: number;
      readonly reply: Reply;
      readonly startedAt: number;
      readonly jitter: number;
    }
  /** A request the server made for the app ended. */
  | {
      readonly kind: "gateway";
      readonly op: "Gateway" | "AIGateway";
      readonly itemKey: string;
      readonly generation: number;
      readonly reply: GatewayReply;
      readonly startedAt: number;
      readonly jitter: number;
    }
  /** The item was handed out by the queue: its generation is the one that counts from now on. */
  | { readonly kind: "leased"; readonly item: QueueItem }
  /** A sleep or a wait is over. `memo` is what the step gets, as it is kept; `isFailure` when that is an error. */
  | {
      readonly kind: "wake";
      readonly itemKey: string;
      readonly generation: number;
      readonly memo: string;
      readonly isFailure: boolean;
    }
  /** The app reports finished steps while its call is still open. */
  | {
      readonly kind: "checkpoint";
      readonly itemKey: string;
      /** Absent from SDKs that do not report it. */
      readonly generation: number | null;
      readonly ops: readonly ReportedOp[];
      readonly startedAt: number | null;
    }
  /** The app of a durable endpoint reports what it did on its own (16.2). */
  | {
      readonly kind: "endpoint";
      readonly ops: readonly ReportedOp[];
      readonly startedAt: number;
      readonly jitter: number;
    }
  /** A first call begins. Told only where a time-out depends on it (14.9); otherwise its reply says so soon enough. */
  | {
      readonly kind: "begun";
      readonly itemKey: string;
      readonly generation: number;
      readonly startedAt: number;
    }
  /** A start or finish time-out passed (14.9). */
  | { readonly kind: "timeout"; readonly itemKey: string; readonly generation: number }
  | { readonly kind: "cancel"; readonly reason: string | null; readonly audit?: readonly AuditDraft[] }
  /** An operator wakes a run that stands still, or gives it up. */
  | {
      readonly kind: "rescue";
      readonly act: "resume" | "fail";
      readonly jitter: number;
      readonly audit?: readonly AuditDraft[];
    };

/** What became of one input. Only `applied` changed anything. */
export type Verdict =
  | { readonly kind: "applied" }
  /** The item was finished or handed out again since: what an older hand-out says no longer counts. */
  | { readonly kind: "stale" }
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly message: string };

/** The function the run belongs to, as far as decisions go by it. */
export interface Terms {
  /** First try included. */
  readonly attemptsMax: number;
  readonly retry: RetryPolicy;
  /** From the first call to the run's end; null for no limit. */
  readonly finishTimeoutMs: number | null;
  /** `<app>-<function>`, and its identity in the events a run emits. */
  readonly slug: string;
  readonly appName: string;
  /** Finds a function to invoke or to defer to, by id or slug; null when there is none in use. */
  target(reference: string): { readonly id: FunctionId; readonly slug: string } | null;
  /** An id for an event of the run's own, for now and a text that no other event of this instant has. */
  eventId(cause: string, now: number): EventId;
  /** Whether this process is at work on the item, under this very hand-out. */
  isUnderWay(item: QueueItem): boolean;
  /** Signals that were found to be taken, when the decision was to be committed (15.3). */
  readonly signalsTaken: ReadonlySet<string>;
}

/** One step forward: what should change. Nothing has changed yet. */
export interface Decision {
  /** The run as it will be; its revision is still the one decided from. */
  readonly state: RunState;
  readonly journal: readonly JournalEntry[];
  readonly finish: readonly string[];
  readonly enqueue: readonly QueueItem[];
  readonly waits: readonly NewWait[];
  readonly signals: readonly NewSignal[];
  readonly emit: readonly InternalEvent[];
  /** One for each input, in order. */
  readonly verdicts: readonly Verdict[];
  /** Whether there is anything to commit. */
  readonly changed: boolean;
}
