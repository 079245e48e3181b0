import type { RequestListener } from "node:http";
import type { EventId } from "@holdfast/protocol";

/**
 * What tests use of a function's tools, in the words both versions of the SDK share. The SDKs' own types differ from
 * each other and infer from triggers; a table of stories needs one type for all.
 */
export interface StepTools {
  run<T>(id: StepName, fn: () => T | Promise<T>): Promise<T>;
  /** With arguments that are kept beside the result, and may be replaced when the run is repeated. */
  run<T, Input extends readonly unknown[]>(
    id: StepName,
    fn: (...input: Input) => T | Promise<T>,
    ...input: Input
  ): Promise<T>;
  sleep(id: string, time: string | number): Promise<void>;
  sleepUntil(id: string, time: Date | string): Promise<void>;
  sendEvent(id: string, events: EventPayload | readonly EventPayload[]): Promise<{ ids: readonly string[] }>;
  waitForEvent(
    id: string,
    options: { event: string; timeout: string | number | Date; if?: string },
  ): Promise<unknown>;
  waitForSignal(
    id: string,
    options: { signal: string; timeout: string; onConflict: "fail" | "replace" },
  ): Promise<unknown>;
  invoke(
    id: string,
    options: {
      function: unknown;
      data?: Readonly<Record<string, unknown>>;
      v?: string;
      timeout?: string | number | Date;
    },
  ): Promise<unknown>;
  sendSignal(id: string, options: { signal: string; data?: unknown }): Promise<unknown>;
  fetch(url: string): Promise<unknown>;
  readonly ai: {
    infer(id: string, options: { model: unknown; body: unknown }): Promise<unknown>;
    readonly models: { openai(options: { model: string; apiKey: string; baseUrl?: string }): unknown };
  };
}

/** What a step is called: by its id, or by an id and a name for people. */
export type StepName = string | { readonly id: string; readonly name: string };

export interface EventPayload {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly ts?: number;
  readonly v?: string;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly meta?: { readonly sessions?: Readonly<Record<string, string>> };
}

/** What a function is called with. */
export interface FunctionContext {
  readonly event: EventPayload & { readonly data: Readonly<Record<string, unknown>> };
  readonly events: readonly EventPayload[];
  readonly runId: string;
  /** Zero-based. */
  readonly attempt: number;
  readonly maxAttempts?: number;
  /** From version 4 on. */
  readonly jobId?: string;
  readonly requestId?: string;
  readonly step: StepTools;
  /** From version 4 on. */
  readonly group: {
    parallel<T>(options: { mode: "race" | "wait" }, body: () => Promise<T>): Promise<T>;
    experiment(
      id: string,
      options: { variants: Readonly<Record<string, () => Promise<unknown>>>; select: unknown },
    ): Promise<unknown>;
  };
  /** From version 4 on: has a deferred function of the same app run once this run has ended. */
  readonly defer: (
    id: string,
    options: {
      readonly functionId: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly meta?: EventPayload["meta"];
    },
  ) => { abort(): void };
  /** Of a deferred function: the runs that asked for it. */
  readonly parents?: readonly { readonly fnSlug: string; readonly runId: string }[];
}

/** A function as a test writes it down; each SDK makes its own of it. */
export interface FunctionSpec {
  readonly id: string;
  /** `<id>/go` starts the function when nothing else is said. */
  readonly triggers?: readonly Readonly<Record<string, string>>[];
  /** Passed to `createFunction` as they are: `retries`, `checkpointing`, `concurrency`, … */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether it is started by `defer`, and by nothing else. From version 4 on. */
  readonly isDeferred?: boolean;
  readonly handler: (context: FunctionContext) => unknown;
}

/** The event that starts a function of a test. */
export function eventOf(functionId: string): string {
  return `${functionId}/go`;
}

/** Two generations of the official SDK, and Holdfast's own. */
export type SdkVersion = "v4" | "v3" | "own";
export type Adapter = "node" | "express";

/** Everything an SDK needs to know, so that it reads nothing from the process's environment. */
export interface AppIdentity {
  readonly id: string;
  readonly baseUrl: string;
  readonly eventKey: string;
  readonly signingKey: string | null;
  readonly signingKeyFallback: string | null;
  readonly isDev: boolean;
  readonly streaming: boolean;
  /** Further options of the SDK's client, such as `checkpointing`. */
  readonly clientOptions: Readonly<Record<string, unknown>>;
  readonly fetch: typeof fetch;
  readonly log: (line: string) => void;
}

/** What sending gives back: one id per event, in order. */
export interface SentEvents {
  readonly ids: readonly EventId[];
}

/** An app of one SDK, before it listens. */
export interface SdkApp {
  send(events: EventPayload | readonly EventPayload[]): Promise<SentEvents>;
  listener(functions: readonly FunctionSpec[], adapter: Adapter): RequestListener;
}

/** An SDK as tests use it. */
export interface Sdk {
  readonly version: SdkVersion;
  readonly NonRetriableError: new (message: string, options?: { cause?: unknown }) => Error;
  readonly RetryAfterError: new (message: string, retryAfter: number | string | Date) => Error;
  readonly referenceFunction: (options: { functionId: string; appId?: string }) => unknown;
  /** How an experiment is told to choose one variant always; null where the SDK has no experiments. */
  readonly fixedVariant: ((variant: string) => unknown) | null;
  createApp(identity: AppIdentity): SdkApp;
}
