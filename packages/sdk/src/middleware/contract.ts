import type { EventPayload, ReceivedEvent } from "../events/contract.ts";
import type { PayloadStage } from "../payloads/contract.ts";

/** Kinds of steps, as hooks see them. */
export type StepKind =
  | "run"
  | "sendEvent"
  | "sleep"
  | "waitForEvent"
  | "waitForSignal"
  | "sendSignal"
  | "invoke"
  | "fetch"
  | "ai.infer"
  | "ai.wrap"
  | "group.experiment"
  | "realtime.publish";

export interface FunctionInfo {
  readonly app: string;
  /** Without the app's. */
  readonly functionId: string;
}

export interface RunInfo extends FunctionInfo {
  readonly runId: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly event: ReceivedEvent;
}

export interface StepInfo extends RunInfo {
  readonly stepId: string;
  readonly hashedId: string;
  readonly name: string;
  readonly kind: StepKind;
  readonly isMemoised: boolean;
}

export interface FailureInfo {
  readonly error: unknown;
  readonly isFinalAttempt: boolean;
}

type Maybe<T> = T | Promise<T>;
type Next<T> = () => Promise<T>;

/**
 * Hooks around what the SDK does, in a fixed order: the client's middleware first, then the function's, each list from
 * first to last; `wrap…` hooks as onions, the first outermost. They are called by the core, so that no adapter can leave
 * one out, and never for a request that was not verified. What a `transform…` or `wrap…` hook throws ends the attempt; what
 * an `on…` hook throws is logged.
 */
export interface Middleware<Added extends object = object> {
  readonly id: string;
  /** Once for a client, and once for each of its functions. */
  onRegister?(info: { readonly app: string; readonly functionId?: string }): void;
  /** Around each verified call of the server. */
  wrapRequest?<T>(info: { readonly slug: string; readonly runId: string }, next: Next<T>): Promise<T>;
  /** What is added to the handler's context. Events are opened by now. */
  transformFunctionInput?(info: RunInfo): Maybe<Added>;
  wrapFunctionHandler?<T>(info: RunInfo, next: Next<T>): Promise<T>;
  /** A step's arguments, before the step is run or reported. */
  transformStepInput?(info: StepInfo, input: readonly unknown[]): Maybe<readonly unknown[]>;
  /** Around each step in each call, finished ones too. */
  wrapStep?<T>(info: StepInfo, next: Next<T>): Promise<T>;
  /** Around the author's function of a step, for each attempt. */
  wrapStepHandler?<T>(info: StepInfo, next: Next<T>): Promise<T>;
  /** Before events are validated and sealed. */
  transformSendEvent?(events: readonly EventPayload[]): Maybe<readonly EventPayload[]>;
  wrapSendEvent?<T>(events: readonly EventPayload[], next: Next<T>): Promise<T>;
  onRunStart?(info: RunInfo): Maybe<void>;
  onRunComplete?(info: RunInfo, output: unknown): Maybe<void>;
  onRunError?(info: RunInfo, failure: FailureInfo): Maybe<void>;
  onStepStart?(info: StepInfo): Maybe<void>;
  onStepComplete?(info: StepInfo, output: unknown): Maybe<void>;
  onStepError?(info: StepInfo, failure: FailureInfo): Maybe<void>;
  /** The stage through which everything passes that leaves or enters. At most one middleware may bring one. */
  readonly payloads?: (info: { readonly app: string; readonly environment: string }) => PayloadStage;
}

/** Middleware as it is listed: one object for all calls, or a function that makes a fresh one for each. */
export type MiddlewareEntry<Added extends object = object> = Middleware<Added> | (() => Middleware<Added>);

/** The middleware of one call or one send, in order, as the core calls it. */
export interface MiddlewareStack {
  wrapRequest<T>(info: { readonly slug: string; readonly runId: string }, act: Next<T>): Promise<T>;
  functionInput(info: RunInfo): Promise<Readonly<Record<string, unknown>>>;
  wrapFunctionHandler<T>(info: RunInfo, act: Next<T>): Promise<T>;
  stepInput(info: StepInfo, input: readonly unknown[]): Promise<readonly unknown[]>;
  wrapStep<T>(info: StepInfo, act: Next<T>): Promise<T>;
  wrapStepHandler<T>(info: StepInfo, act: Next<T>): Promise<T>;
  sendEvents(events: readonly EventPayload[]): Promise<readonly EventPayload[]>;
  wrapSendEvent<T>(events: readonly EventPayload[], act: Next<T>): Promise<T>;
  runStart(info: RunInfo): Promise<void>;
  runComplete(info: RunInfo, output: unknown): Promise<void>;
  runError(info: RunInfo, failure: FailureInfo): Promise<void>;
  stepStart(info: StepInfo): Promise<void>;
  stepComplete(info: StepInfo, output: unknown): Promise<void>;
  stepError(info: StepInfo, failure: FailureInfo): Promise<void>;
}
