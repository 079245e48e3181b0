/**
 * The server inside a test, as this package sees it. It is `@holdfast/server/testing`, which is loaded when a test engine
 * starts and is no dependency of an app.
 */

/** A request that the server makes. */
export interface ServerCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What somebody answered. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a step went, as the server stored it. Instants are Unix ms. */
export interface StepReport {
  /** Hashed. */
  readonly id: string;
  readonly name: string;
  readonly op: string | null;
  readonly status: string;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly output: unknown;
  readonly error: unknown;
}

/** How a run went, as the server stored it. Instants are Unix ms. */
export interface RunReport {
  readonly id: string;
  readonly slug: string;
  readonly status: "Scheduled" | "Running" | "Completed" | "Failed" | "Cancelled" | "Skipped";
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly output: unknown;
  readonly error: unknown;
  readonly attempts: number;
  readonly events: readonly unknown[];
  readonly steps: readonly StepReport[];
  /** In the order in which the steps finished. */
  readonly memos: readonly { readonly id: string; readonly memo: unknown }[];
}

/** Why time stopped going on: see `goOnUntil`. */
export type Progress = "held" | "nothing_left" | "limit" | "hanging";

/** A server that runs inside a test. */
export interface ServerPort {
  /** Unix ms of virtual time. */
  now(): number;
  after(ms: number, act: () => void): { cancel(): void };
  random(count: number): Uint8Array;
  /** Time does not go on by itself until the work has settled. */
  track<Value>(work: Promise<Value>): Promise<Value>;
  request(request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Uint8Array | null;
  }): Promise<PlainAnswer>;
  sync(
    url: string,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }>;
  settle(): Promise<void>;
  advanceTo(at: number): Promise<void>;
  /** Goes on from one thing to the next until the condition holds, and no further than `limit`, Unix ms. */
  goOnUntil(holds: () => boolean, limit: number): Promise<Progress>;
  report(runId: string): Promise<RunReport | null>;
  runs(slug?: string): Promise<readonly RunReport[]>;
  runsOf(eventId: string, slug?: string): Promise<readonly string[]>;
  hasEnded(runId: string): boolean;
  readonly runCount: number;
  events(): Promise<readonly unknown[]>;
  cancel(runId: string): Promise<"cancelled" | "ended" | "unknown">;
  pause(slug: string): Promise<boolean>;
  resume(slug: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What a server inside a test is made with. */
export interface ServerPortOptions {
  readonly call: (call: ServerCall) => Promise<PlainAnswer>;
  readonly start: number;
  readonly seed: string;
  readonly signingKeys: readonly string[];
  readonly eventKeys: readonly string[];
  readonly patienceMs?: number;
  readonly hangingMs?: number;
}

/** The part of `@holdfast/server/testing` that is used. */
export interface ServerModule {
  readonly createInProcessServer: (options: ServerPortOptions) => Promise<ServerPort>;
}
