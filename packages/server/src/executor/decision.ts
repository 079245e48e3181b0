import type { JournalEntry, QueueItem } from "#store";
import type { RetryPolicy } from "./backoff.ts";
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
  /** The item was handed out by the queue: its generation is the one that counts from now on. */
  | { readonly kind: "leased"; readonly item: QueueItem }
  /** A sleep is over. */
  | { readonly kind: "wake"; readonly itemKey: string; readonly generation: number }
  /** The app reports finished steps while its call is still open. */
  | {
      readonly kind: "checkpoint";
      readonly itemKey: string;
      /** Absent from SDKs that do not report it. */
      readonly generation: number | null;
      readonly ops: readonly ReportedOp[];
      readonly startedAt: number | null;
    }
  | { readonly kind: "cancel" };

/** What became of one input. Only `applied` changed anything. */
export type Verdict =
  | { readonly kind: "applied" }
  /** The item was finished or handed out again since: what an older hand-out says no longer counts. */
  | { readonly kind: "stale" }
  | { readonly kind: "ended" }
  | { readonly kind: "refused"; readonly message: string };

/** The rules of the function the run belongs to. */
export interface Terms {
  /** First try included. */
  readonly attemptsMax: number;
  readonly retry: RetryPolicy;
}

/** One step forward: what should change. Nothing has changed yet. */
export interface Decision {
  /** The run as it will be; its revision is still the one decided from. */
  readonly state: RunState;
  readonly journal: readonly JournalEntry[];
  readonly finish: readonly string[];
  readonly enqueue: readonly QueueItem[];
  /** One for each input, in order. */
  readonly verdicts: readonly Verdict[];
  /** Whether there is anything to commit. */
  readonly changed: boolean;
}
