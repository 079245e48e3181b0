import type { WireError } from "@holdfast/protocol";

/** What a value is to its run. Each kind of value that leaves an app has its own; none leaves without one. */
export type PayloadKind =
  | "event"
  | "step-input"
  | "step-output"
  | "step-error"
  | "function-output"
  | "function-error"
  | "invoke-input"
  | "deferred-input"
  | "signal"
  | "realtime"
  | "endpoint-request"
  | "endpoint-response"
  | "metadata";

/** The step that asked for a run by an invoke, and to which the run's outcome belongs. */
export interface ReplyTo {
  readonly runId: string;
  /** Hashed. */
  readonly stepId: string;
}

/** Where a value stands. The same value at another place has another position, and so another seal. */
export interface PayloadPosition {
  readonly kind: PayloadKind;
  /** Name of the environment, as far as the app knows one; else empty. */
  readonly environment: string;
  readonly app: string;
  /**
   * The function's id without the app's: of the function that runs, or of the one that is invoked or deferred to.
   * Absent where no function runs, as for an event that is sent from outside.
   */
  readonly functionId?: string;
  /** Absent where there is no run yet. */
  readonly runId?: string;
  /** Hashed id of the step. */
  readonly stepId?: string;
  /** Which of several values at the same place, from 0. */
  readonly index?: number;
  /** The event's name, the signal's, or a realtime topic as `channel/topic`. */
  readonly name?: string;
  /** The `id` its sender gave an event. */
  readonly eventId?: string;
  /** For the outcome of a run that was invoked. */
  readonly replyTo?: ReplyTo;
}

type Maybe<T> = T | Promise<T>;
export type EventData = Readonly<Record<string, unknown>>;

/**
 * The stage of the serialiser that every value passes on its way out, and every stored value on its way in. Without
 * sealing it hands values through. It is no hook: whatever the SDK writes goes through `payloads/`, which calls it.
 *
 * What it throws ends the attempt. An error with `noRetry: true` ends the run; neither travels with content.
 */
export interface PayloadStage {
  /** Whether the server cannot read what this stage writes. What the server would have to read is then done in the app. */
  readonly isSealing: boolean;
  seal(value: unknown, at: PayloadPosition): Maybe<unknown>;
  open(value: unknown, at: PayloadPosition): Maybe<unknown>;
  /**
   * `data` of an event, of an invoke or of a deferred run: an object, of which some members may stay in clear.
   * `replyTo` travels inside, for the run that an invoke starts.
   */
  sealData(data: EventData, at: PayloadPosition, replyTo?: ReplyTo): Maybe<EventData>;
  openData(
    data: EventData,
    at: PayloadPosition,
  ): Maybe<{ readonly data: EventData; readonly replyTo?: ReplyTo }>;
  /** Message, stack, cause and data out of sight; a name from an allow-list may stay. */
  sealError(error: WireError, at: PayloadPosition): Maybe<WireError>;
  openError(error: WireError, at: PayloadPosition): Maybe<WireError>;
  /** A name for people (a step's, a log's), or another text in its place. */
  sealName(name: string, at: PayloadPosition): string;
}
