/** A duration in words (`90s`, `1h30m`, `2d`) or in milliseconds. */
export type Duration = string | number;

/** What a step is called. The id is hashed; a repeat of the same id in one run is another step. */
export interface StepOptions {
  readonly id: string;
  /** For people. */
  readonly name?: string;
  /** Attempts after the first; at most the function's. */
  readonly retries?: number;
  /** How long to wait before the attempt after `attempt` (from 0): ms or words, or a function of it. */
  readonly backoff?: Duration | ((attempt: number) => Duration);
  /** After this long an attempt has failed, and `signal` is aborted. */
  readonly timeout?: Duration;
}

/** A step's name: its id, or its id and more. */
export type StepName = string | StepOptions;

/** What a step's function receives after its own arguments. */
export interface StepContext {
  /** Aborted when the step times out, or when the attempt is given up. */
  readonly signal: AbortSignal;
  /** From 0. */
  readonly attempt: number;
}
