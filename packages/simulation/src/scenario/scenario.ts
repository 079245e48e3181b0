import type { FaultKind } from "../world/faults.ts";
import type { Program } from "./program.ts";

/** Everything that one seed decides beforehand, as plain data: a failure is shrunk by taking parts of it away. */
export interface Scenario {
  readonly seed: string;
  readonly settings: Settings;
  readonly functions: readonly FunctionSpec[];
  readonly acts: readonly Act[];
}

export interface Settings {
  /** How long things are sent and go wrong; then the faults cease, and everything must come to its end. */
  readonly activeMs: number;
  readonly retryIntervalMs: number | null;
  readonly callSlots: number;
  /** How long the server may sleep without a wake-up. So long that a lost one is seen. */
  readonly tickMs: number;
  readonly sessionMs: number;
  readonly beatMs: number;
  /** Whether a second process may live beside the first, over one store: then sessions end, and what was held is taken over. */
  readonly hasTwoNodes: boolean;
  /** What a commit takes when the disk is well; 0 for no time at all. */
  readonly commitMs: number;
  /** What a message takes, at least and at most, when the network is well. */
  readonly latencyMs: readonly [number, number];
  readonly chances: Readonly<Partial<Record<FaultKind, number>>>;
}

/** At most so many calls, or runs, at once. */
export interface Limit {
  readonly level: "step" | "run";
  readonly max: number;
  /** By the event's `k`, or one for all. */
  readonly isKeyed: boolean;
  /** Shared with every function that has the same limit. */
  readonly isShared: boolean;
}

/** One function of the one simulated app. */
export interface FunctionSpec {
  readonly name: string;
  /** What starts it; null for one that is only invoked. */
  readonly event: string | null;
  /** Starts only for events with this `k`. */
  readonly onlyKey: number | null;
  readonly program: Program;
  readonly retries: number;
  readonly requestVersion: 1 | 2;
  readonly checkpoints: boolean;
  readonly options: FunctionOptions;
}

export interface FunctionOptions {
  readonly limits: readonly Limit[];
  readonly throttle: {
    readonly limit: number;
    readonly periodMs: number;
    readonly burst: number;
    readonly isKeyed: boolean;
  } | null;
  readonly rateLimit: { readonly limit: number; readonly periodMs: number; readonly isKeyed: boolean } | null;
  readonly debounce: {
    readonly periodMs: number;
    readonly timeoutMs: number | null;
    readonly isKeyed: boolean;
  } | null;
  readonly batch: { readonly sizeMax: number; readonly timeoutMs: number; readonly isKeyed: boolean } | null;
  readonly singleton: { readonly mode: "skip" | "cancel"; readonly isKeyed: boolean } | null;
  /** By the event's `n`. */
  readonly hasPriority: boolean;
  /** By the event's `k`. */
  readonly isIdempotent: boolean;
  /** An event that cancels runs with the same `k`. */
  readonly cancelOn: string | null;
  readonly startTimeoutMs: number | null;
  readonly finishTimeoutMs: number | null;
  readonly cron: string | null;
}

export const NO_OPTIONS: FunctionOptions = {
  limits: [],
  throttle: null,
  rateLimit: null,
  debounce: null,
  batch: null,
  singleton: null,
  hasPriority: false,
  isIdempotent: false,
  cancelOn: null,
  startTimeoutMs: null,
  finishTimeoutMs: null,
  cron: null,
};

/** Something that is done to the world at an instant, from the end of its setting up. */
export type Act = { readonly id: string; readonly atMs: number } & (
  | { readonly kind: "send"; readonly events: readonly SentEvent[] }
  | { readonly kind: "signal"; readonly name: string; readonly n: number }
  /** Cancels the newest run there is. */
  | { readonly kind: "cancel" }
  | { readonly kind: "pause"; readonly functionName: string; readonly forMs: number }
  | { readonly kind: "server-crash"; readonly downMs: number }
  /** The process stands still, and nobody takes its place. */
  | { readonly kind: "server-stall"; readonly forMs: number }
  /** The process stands still; another takes its place before it goes on. */
  | { readonly kind: "server-zombie"; readonly forMs: number }
  | { readonly kind: "app-down"; readonly forMs: number }
  | { readonly kind: "clock-jump"; readonly byMs: number }
);

export interface SentEvent {
  readonly name: string;
  readonly n: number;
  readonly k: number;
  /** The id a sender chose, to have no second run for a day. */
  readonly id: string | null;
  /** When it says it happened, from the instant it is sent. */
  readonly laterMs: number;
}
