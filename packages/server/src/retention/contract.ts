import type { Authority, EventId, FunctionId, RunId } from "@holdfast/protocol";

/** For how many days ended runs and old events are kept. */
export interface RetentionPolicy {
  /** Of every function that is not named below, and of events; null: for ever. */
  readonly days: number | null;
  /** By the function's id. */
  readonly functions: Readonly<Record<string, number | null>>;
}

/** What a hold keeps: everything of the environment, a function's runs, or one run. */
export type HoldScope =
  | { readonly kind: "environment" }
  | { readonly kind: "function"; readonly id: FunctionId }
  | { readonly kind: "run"; readonly id: RunId };

/** Something that must be kept until somebody says otherwise, whatever the policy says and whoever asks for erasure. */
export interface LegalHold {
  readonly id: string;
  readonly scope: HoldScope;
  readonly reason: string;
  readonly placedAt: number;
  readonly placedBy: string;
}

/** Whose data is to go. */
export interface Erasure {
  /**
   * Exact values that stand for the subject, such as a customer number or a mail address: whatever holds one of them as a
   * whole text or number goes.
   */
  readonly values: readonly string[];
  /** Events of the subject that values do not find, since their payloads are sealed. */
  readonly events: readonly EventId[];
  readonly reason: string;
}

/** What became of an erasure. Its id is that of the entries in the log. */
export interface ErasureReceipt {
  readonly id: string;
  readonly events: number;
  readonly runs: number;
  /** Entries of the log whose names were erased. */
  readonly names: number;
}

/** What operators decide on how long things are kept. */
export interface RetentionAdministration {
  policy(): RetentionPolicy;
  /**
   * Sets how long ended runs are kept: of one function, or with null of all others, and events.
   *
   * @param days whole days, 1 at least; null: for ever; of a function, `inherit` takes its own rule away
   * @throws HoldfastError `request_invalid`, `conflict`
   */
  setDays(by: Authority, fn: FunctionId | null, days: number | null | "inherit"): Promise<RetentionPolicy>;
  holds(): readonly LegalHold[];
  /** @throws HoldfastError `request_invalid` without a reason */
  placeHold(by: Authority, scope: HoldScope, reason: string): Promise<LegalHold>;
  /** @throws HoldfastError `not_found` */
  liftHold(by: Authority, id: string, reason: string): Promise<void>;
  /** Removes what is older than the policy keeps; how much. */
  sweep(by: Authority): Promise<{ readonly runs: number; readonly events: number }>;
  /**
   * Removes everything that holds a subject's values, and the runs that were made of it, from every file of the store.
   *
   * @throws HoldfastError `request_invalid`; `legal_hold` when something of it must be kept, `conflict` when a run of it goes
   *   on: nothing was removed then
   */
  erase(by: Authority, erasure: Erasure): Promise<ErasureReceipt>;
}
