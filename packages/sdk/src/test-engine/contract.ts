import type { WireError } from "@holdfast/protocol";
import type { Holdfast } from "../client/client.ts";
import type { EventPayload, ReceivedEvent } from "../events/contract.ts";
import type { HoldfastFunction } from "../functions/contract.ts";
import type { OutboundMessage } from "./outbound.ts";
import type { StepMock } from "./step-mocks.ts";

/** A length of time in words (`90s`, `1h30m`, `2d`) or in ms. */
export type Span = string | number;
/** An instant: a date, Unix ms, or a text that `Date` reads. */
export type Instant = Date | number | string;

/** How a test engine is set up. */
export interface TestEngineOptions {
  /**
   * The app's client: the one that the functions were made with, when absent. For as long as the engine lives it speaks
   * with the engine's server, on the engine's time.
   */
  readonly client?: Holdfast;
  /** What is served, as in the app. */
  readonly functions: readonly HoldfastFunction[];
  /** When time begins: 2030-01-01 UTC when absent, so that tests say the same on every day. */
  readonly start?: Instant;
  /** Decides every random choice: ids, jitter of retries. */
  readonly seed?: string;
  /**
   * Answers requests to the world outside: of the app's own `fetch` as far as it uses the client's, and of `step.fetch`.
   * When absent each is refused, so that no test reaches the network unseen.
   */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /**
   * How long, in ms of the machine, code may do nothing before time goes on to the next of its own timers, such as the
   * timeout of a step; 1000 when absent. `advance` does not wait for it.
   */
  readonly patienceMs?: number;
  /** After how long, in ms of the machine, code that does nothing and waits for no timer is given up; 10 000 when absent. */
  readonly hangingMs?: number;
}

/** What starts a run of one function. */
export interface StartOptions<Input = unknown> {
  /** The data of the event. */
  readonly data?: Input;
  /** The event itself, when a function has several triggers, or its `id`, `ts` or `v` matter. */
  readonly event?: EventPayload;
}

/** A run that was started. */
export interface StartedRun<Output = unknown> {
  readonly id: string;
  readonly functionId: string;
  readonly [output]?: Output;
}

declare const output: unique symbol;

/** How one step of a run went. */
export interface TestStep {
  /** As the author wrote it. */
  readonly id: string;
  readonly name: string;
  /** `RUN`, `SLEEP`, `WAIT_FOR_EVENT`, `WAIT_FOR_SIGNAL`, `INVOKE`, `GATEWAY`, … */
  readonly op: string | null;
  readonly status: "QUEUED" | "RUNNING" | "WAITING" | "COMPLETED" | "FAILED" | "CANCELLED" | "SKIPPED";
  /** How often the app was called for it; 0 for a sleep or a wait. */
  readonly attempts: number;
  readonly output: unknown;
  readonly error: WireError | undefined;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** How a run went. Values are as the app has them: opened, if they were sealed. */
export interface TestRun<Output = unknown> extends StartedRun<Output> {
  readonly status: "Scheduled" | "Running" | "Completed" | "Failed" | "Cancelled" | "Skipped";
  readonly output: Output | undefined;
  readonly error: WireError | undefined;
  /** Calls that ended the function or failed outside of a step. */
  readonly attempts: number;
  readonly events: readonly ReceivedEvent[];
  /** In the order in which they were first heard of. */
  readonly steps: readonly TestStep[];
  /** What its logger was told. */
  readonly logs: readonly TestLog[];
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** One line of a log. */
export interface TestLog {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly words: readonly unknown[];
  /** The words, as a console would join them. */
  readonly message: string;
  readonly at: Date;
}

/** A run as it was recorded: what it started with, what its steps came to, and how it ended. JSON. */
export interface RunHistory {
  /** `<app>-<function>`. */
  readonly function: string;
  readonly runId?: string;
  readonly events: readonly unknown[];
  /**
   * What is remembered of each finished step, in the order in which they finished: a list, or the members of what
   * `GET /v0/runs/{id}/actions` answers. `id` is the hashed one.
   */
  readonly steps:
    | readonly { readonly id: string; readonly memo: unknown; readonly name?: string }[]
    | Readonly<Record<string, unknown>>;
  /** Absent for a run that had not ended: then nothing is said about what comes after its last step. */
  readonly end?: { readonly status: string; readonly output?: unknown; readonly error?: unknown };
}

/**
 * An app and a whole server in one process, on virtual time. See `createTestEngine`.
 */
export interface TestEngine extends AsyncDisposable {
  /** What time it is. */
  now(): Date;
  /** Sends events, as the app's client does, and gives their ids. Nothing that they start has happened yet. */
  send(events: EventPayload | readonly EventPayload[]): Promise<readonly string[]>;
  /**
   * Starts one function and lets time go on until its run ends.
   *
   * @throws HoldfastError `test_run_stuck` when it starts no run, or the run never ends.
   */
  run<Input, Output>(
    fn: HoldfastFunction<Input, Output>,
    options?: StartOptions<Input>,
  ): Promise<TestRun<Output>>;
  /** Starts one function and does not wait for it: for what has to happen to a run on its way. */
  start<Input, Output>(
    fn: HoldfastFunction<Input, Output>,
    options?: StartOptions<Input>,
  ): Promise<StartedRun<Output>>;
  /** Lets time go on until a run ends, a year at most. */
  end<Output>(run: StartedRun<Output>): Promise<TestRun<Output>>;
  /** How a run goes, as of now. */
  look<Output>(run: StartedRun<Output>): Promise<TestRun<Output>>;
  /** Lets everything happen that is due now; time stands still. */
  settle(): Promise<void>;
  /** Lets so much time pass, and everything happen that is due in it. */
  advance(span: Span): Promise<void>;
  advanceTo(instant: Instant): Promise<void>;
  /** The runs of a function, oldest first; without one all of the app. */
  runs<Output = unknown>(fn?: HoldfastFunction<unknown, Output>): Promise<readonly TestRun<Output>[]>;
  /** Brings a signal. The id of the run that waited for it, or null. */
  signal(name: string, data?: unknown): Promise<string | null>;
  /** Cancels a run. `false`: it had ended. */
  cancel(run: StartedRun): Promise<boolean>;
  /** Holds back a function, as an operator may, and lets it go on. */
  pause(fn: HoldfastFunction): Promise<boolean>;
  resume(fn: HoldfastFunction): Promise<boolean>;
  /**
   * Puts something in place of a step's own function: a value, an error to be thrown, or a function of the attempt. What
   * it gives goes the way of any result: through the middleware, the seal, JSON, the server, and back.
   *
   * @param fn the function; its failure handler's steps are meant too
   * @param stepId as the author wrote it
   */
  mock(fn: HoldfastFunction, stepId: string, replacement: unknown): StepMock;
  /** Events that the app sent by itself, in order, as they were before anything was sealed. */
  readonly sent: readonly EventPayload[];
  /** Everything that left the app. */
  readonly outbound: readonly OutboundMessage[];
  /**
   * Fails when a marked text left the app in the clear, or in an encoding that anybody can undo.
   *
   * @throws HoldfastError `plaintext_leaked`
   */
  assertNothingLeaks(canary: string): void;
  /** A run to be kept, and held against later versions of the function with `replay`. */
  history(run: StartedRun): Promise<RunHistory>;
  /** What the app's logger was told outside of runs, and in all of them. */
  readonly logs: readonly TestLog[];
  /** Ends it, and gives the client back to the world. */
  close(): Promise<void>;
}
