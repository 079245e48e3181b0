import type { ReceivedEvent } from "../events/contract.ts";

/** A finished step as the server hands it back (wire-protocol 5.4), not yet opened. */
export type Memo = unknown;

/** One call of the server, parsed and verified: what to run, and everything that already happened. */
export interface Call {
  /** The function's id in this app: `<app>-<function>`. */
  readonly slug: string;
  readonly runId: string;
  readonly requestId: string;
  readonly jobId: string;
  /** From 0. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly event: ReceivedEvent;
  readonly events: readonly ReceivedEvent[];
  readonly memos: ReadonlyMap<string, Memo>;
  /** Ids of the finished steps in the order in which they finished. */
  readonly stack: readonly string[];
  /** Hashed ids of deferred runs that may still be called off. */
  readonly abortable: ReadonlySet<string>;
  /** The one step to run, or null to run whatever comes next. */
  readonly targetStepId: string | null;
  /** Whether new steps are only reported, never run in this call. */
  readonly isPlanOnly: boolean;
  /** -1 on a run's first call, then what was answered. */
  readonly requestVersion: number;
  /** What a checkpoint quotes; null when the server takes none for this call. */
  readonly checkpoint: {
    readonly functionId: string;
    readonly queueItemId: string;
    readonly generationId: number | null;
  } | null;
}

/** The answer to a call, before it is signed or streamed (wire-protocol 6.5). */
export interface CallAnswer {
  readonly status: number;
  /** JSON text; already sealed. */
  readonly body: string;
  /** Without framework, platform, version and signature, which `serve/` adds to every answer. */
  readonly headers: Readonly<Record<string, string>>;
}
