import type { EventPayload, ReceivedEvent } from "../events/contract.ts";
import type { EventType } from "../events/event-type.ts";
import type { StandardSchema } from "../events/standard-schema.ts";
import type { FunctionReference, HoldfastFunction } from "../functions/contract.ts";
import type { AiModels, ModelAdapter } from "./ai-model.ts";
import type { StepContext, StepName } from "./contract.ts";
import type { Selection } from "./experiment.ts";
import type { JsonForm } from "./json-form.ts";
import type { Instant, Span } from "./time-text.ts";

/**
 * What a function does in steps. Each is done once: a later call of the same run finds its result and goes on from there.
 * Results are what JSON keeps of them. A step that failed for good throws a `StepError` where it is awaited.
 */
export interface StepTools {
  /** Runs a function of the app's; `input` is handed to it, reported, and may be changed when a run is repeated. */
  run<Input extends readonly unknown[], Result>(
    name: StepName,
    work: (...input: [...Given<Input>, StepContext]) => Result,
    ...input: Input
  ): Promise<JsonForm<Awaited<Result>>>;
  /** Waits. No call is open meanwhile. The server reads how long. */
  sleep(name: StepName, span: Span): Promise<void>;
  sleepUntil(name: StepName, instant: Instant): Promise<void>;
  /**
   * Waits for an event, and gives it, or null when the time is over. `if` is CEL over `event`, which started the run, and
   * `async`, which is the one waited for: write values into it with `expression`. The server reads name, condition and
   * times.
   */
  waitForEvent<Name extends string, Data>(
    name: StepName,
    options: EventWait & { readonly event: EventType<Name, Data> },
  ): Promise<ReceivedEvent<Name, Data> | null>;
  waitForEvent<Name extends string>(
    name: StepName,
    options: EventWait & { readonly event: Name },
  ): Promise<ReceivedEvent<Name> | null>;
  /** Waits for the first of several events; null when the time is over. The others are not waited for any more. */
  waitForAny<const Awaited extends readonly AwaitedEvent[]>(
    name: StepName,
    options: { readonly events: Awaited; readonly timeout: Span | Instant; readonly lookBack?: Span },
  ): Promise<EventOf<Awaited[number]["event"]> | null>;
  /** Waits for a signal, which one run of the environment can at a time; null when the time is over. */
  waitForSignal(
    name: StepName,
    options: {
      readonly signal: string;
      readonly timeout: Span | Instant;
      /** What happens to a run that waits for it already. */
      readonly onConflict?: "replace" | "fail";
    },
  ): Promise<{ readonly signal: string; readonly data: unknown } | null>;
  /** Wakes the run that waits for a signal, and says which; null when none does. */
  sendSignal(
    name: StepName,
    options: { readonly signal: string; readonly data?: unknown },
  ): Promise<{ readonly runId: string | null }>;
  /** Runs another function and gives its result. */
  invoke<Input, Output>(
    name: StepName,
    options: {
      readonly function: HoldfastFunction<Input, Output> | FunctionReference<Input, Output>;
      readonly timeout?: Span | Instant;
      readonly v?: string;
      readonly meta?: EventPayload["meta"];
    } & InvokeData<Input>,
  ): Promise<JsonForm<Output>>;
  /** Sends events, once. */
  sendEvent(
    name: StepName,
    events: EventPayload | readonly EventPayload[],
  ): Promise<{ readonly ids: readonly string[] }>;
  /**
   * The global `fetch`, as a step: its body is text, and it is done once. The server asks in the app's place, so that no
   * call is open meanwhile; in an app that seals, the app asks by itself. Inside another step it is an ordinary request.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  readonly ai: {
    /**
     * Asks a model. The server asks in the app's place, and so learns the model's address, the body and the provider's
     * key; in an app that seals, the app asks by itself.
     */
    infer<Body, Output>(
      name: StepName,
      options: { readonly model: ModelAdapter<Body, Output>; readonly body: Body },
    ): Promise<Output>;
    /** `run`, for a call of a model made by the app's own library. */
    wrap<Input extends readonly unknown[], Result>(
      name: StepName,
      work: (...input: [...Given<Input>, StepContext]) => Result,
      ...input: Input
    ): Promise<JsonForm<Awaited<Result>>>;
    readonly models: AiModels;
  };
  readonly realtime: {
    /** Publishes a message, once, and gives back its data. */
    publish<Data>(name: StepName, topic: TopicReference<Data>, data: Data): Promise<JsonForm<Data>>;
  };
}

/** Arguments by the types of what is given, whatever the function would take. */
type Given<Input extends readonly unknown[]> = { [Place in keyof Input]: NoInfer<Input[Place]> };

/** When a wait for an event ends, and which event ends it. */
export interface EventWait {
  readonly timeout: Span | Instant;
  /** CEL. */
  readonly if?: string;
  /**
   * How long before the step an event may have come and still count. Holdfast's server alone reads it; others look back a
   * few seconds.
   */
  readonly lookBack?: Span;
}

/** One of several events that are waited for. */
export interface AwaitedEvent {
  readonly event: string | EventType;
  readonly if?: string;
}

/** The event that is received for a name or a type. */
export type EventOf<Event> =
  Event extends EventType<infer Name, infer Data>
    ? ReceivedEvent<Name, Data>
    : Event extends string
      ? ReceivedEvent<Event>
      : never;

/** `data` may be left out where the function takes nothing in particular. */
type InvokeData<Input> = unknown extends Input
  ? { readonly data?: Readonly<Record<string, unknown>> }
  : { readonly data: Input };

/** Where a message is published. */
export interface TopicReference<Data = unknown> {
  readonly channel: string;
  readonly topic: string;
  readonly schema?: StandardSchema<Data> | null;
}

/** Steps as groups. */
export interface GroupTools {
  /**
   * Marks the steps that `act` asks for as parallel. In a `race`, which is the default, the function is called again after
   * each of them, so that `Promise.race` goes on with the first; to `wait` is to be called again when all are done.
   */
  parallel<Result>(act: () => Promise<Result>): Promise<Result>;
  parallel<Result>(options: { readonly mode?: "race" | "wait" }, act: () => Promise<Result>): Promise<Result>;
  /** Runs one of several variants, chosen once for the run, and notes which. A variant is made of steps. */
  experiment<Variants extends Readonly<Record<string, () => unknown>>>(
    name: StepName,
    options: { readonly variants: Variants; readonly select: Selection },
  ): Promise<ExperimentOutcome<Variants>>;
}

export interface ExperimentOutcome<Variants extends Readonly<Record<string, () => unknown>>> {
  readonly result: Awaited<ReturnType<Variants[keyof Variants]>>;
  readonly variant: keyof Variants & string;
  readonly experimentRef: { readonly experimentName: string; readonly variant: string };
}

/**
 * Has a function start when this run has ended, however it ends. `id` is unique in the run. Nothing is waited for; the
 * handle calls it off.
 */
export type Defer = <Input>(
  id: StepName,
  options: {
    readonly function: HoldfastFunction<Input>;
    readonly meta?: EventPayload["meta"];
  } & InvokeData<Input>,
) => { abort(): void };
