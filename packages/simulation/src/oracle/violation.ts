/** What the simulation holds the server to; the first five are the invariants 1 to 5 of the design, taken apart. */
export type Invariant =
  | "event-lost"
  | "run-missing"
  | "run-doubled"
  | "step-repeated"
  | "handed-out-twice"
  | "called-after-end"
  | "ended-twice"
  | "never-ended"
  | "limit-exceeded"
  | "throttle-exceeded"
  | "wait-wrong"
  | "memo-changed"
  | "memo-wrong"
  | "output-wrong"
  | "failed-without-cause"
  | "journal-gap"
  | "finished-events-wrong"
  | "work-left"
  | "unexpected-error";

/** The first thing that went against an invariant. */
export interface Violation {
  readonly invariant: Invariant;
  /** What was seen, with the ids to look for. */
  readonly message: string;
  /** Milliseconds since the world began. */
  readonly at: number;
}
