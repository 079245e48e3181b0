import type { MiddlewareEntry } from "../middleware/contract.ts";

declare const types: unique symbol;

/** A function as its author holds it. What it takes and gives is known to the compiler alone. */
export interface HoldfastFunction<Input = unknown, Output = unknown> {
  /** Without the app's. */
  readonly id: string;
  readonly [types]?: { readonly input: Input; readonly output: Output };
}

/** A function that is not at hand, by its id: of this app, or of another. */
export interface FunctionReference<Input = unknown, Output = unknown> {
  readonly functionId: string;
  readonly appId?: string;
  readonly [types]?: { readonly input: Input; readonly output: Output };
}

/** When an app keeps going within one call, and how often it reports meanwhile. */
export interface Checkpointing {
  /** Longest a call goes on, ms. */
  readonly maxRuntimeMs: number;
  /** Finished steps that may wait to be reported. */
  readonly bufferedSteps: number;
  /** Longest a finished step waits to be reported, ms; 0 for no limit of its own. */
  readonly maxIntervalMs: number;
}

/** A function as the core holds it: checked, and with defaults filled in. */
export interface FunctionRecord {
  readonly app: string;
  /** Without the app's: `ship`. */
  readonly id: string;
  /** `<app>-<id>`, by which the server calls it. */
  readonly slug: string;
  /**
   * `failure`: the handler of another function's failure, of which `id` is `<function>-failure`. `deferred`: started by
   * `defer` alone. `endpoint`: a durable endpoint, started by a request and never registered.
   */
  readonly kind: "function" | "failure" | "deferred" | "endpoint";
  /** Attempts after the first. */
  readonly retries: number;
  /** Null when it reports each step by itself. */
  readonly checkpointing: Checkpointing | null;
  /** Its own, which come after the client's. */
  readonly middleware: readonly MiddlewareEntry[];
  /** The author's function. */
  readonly handler: (context: Readonly<Record<string, unknown>>) => unknown;
  /** Checks what starts it; throws a non-retriable error that names the fault and not the value. */
  validate(event: { readonly name: string; readonly data: unknown }): Promise<void>;
  /** The object of a registration (wire-protocol 4.4) for an app at this address. */
  registration(appUrl: string): Readonly<Record<string, unknown>>;
}
