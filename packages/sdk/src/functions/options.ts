import type { EventType } from "../events/event-type.ts";
import type { StandardSchema } from "../events/standard-schema.ts";
import type { MiddlewareEntry } from "../middleware/contract.ts";
import type { Duration } from "../steps/contract.ts";
import type { FailureContext } from "./context.ts";
import type { EventOf } from "./inference.ts";
import type { Triggers } from "./triggers.ts";

/** Whether a call goes on after a step and reports on the side, and how often. `true`: 10 s, each step at once. */
export type CheckpointingOption =
  | boolean
  | {
      /** Longest a call goes on. */
      readonly maxRuntime?: Duration;
      /** Finished steps that may wait to be reported; 1 reports each at once. */
      readonly bufferedSteps?: number;
      /** Longest that a finished step waits to be reported; 0 for no limit of its own. */
      readonly maxInterval?: Duration;
    };

/** At most so many steps at once: of this function, or of all in the environment or account that have the same key. */
export interface ConcurrencyRule {
  readonly limit: number;
  /** CEL over `event`: each value has its own limit. */
  readonly key?: string;
  readonly scope?: "fn" | "env" | "account";
}

/** An event that cancels runs. */
export interface CancelRule {
  readonly event: string | EventType;
  /** CEL over `event`, which started the run, and `async`, which cancels it. */
  readonly if?: string;
  /** A path that must be equal in both events: `data.orderId`. Shorthand for an `if`. */
  readonly match?: string;
  /** For so long after the run was queued. */
  readonly timeout?: Duration;
}

/** How runs are started and how many at once. Keys are CEL over `event`. */
export interface FlowOptions {
  readonly concurrency?:
    | number
    | ConcurrencyRule
    | readonly [ConcurrencyRule]
    | readonly [ConcurrencyRule, ConcurrencyRule];
  /** Delays runs that are too many. */
  readonly throttle?: {
    readonly limit: number;
    readonly period: Duration;
    readonly burst?: number;
    readonly key?: string;
  };
  /** Drops runs that are too many. */
  readonly rateLimit?: { readonly limit: number; readonly period: Duration; readonly key?: string };
  /** Starts one run once events stay away for `period`, at the latest after `timeout`. */
  readonly debounce?: { readonly period: Duration; readonly key?: string; readonly timeout?: Duration };
  readonly priority?: { readonly run: string };
  /** One run at a time: another is skipped, or takes its place. */
  readonly singleton?: { readonly mode: "skip" | "cancel"; readonly key?: string };
  /** CEL over `event`: one run for each value in 24 hours. */
  readonly idempotency?: string;
  readonly cancelOn?: readonly CancelRule[];
  /** How long a run may wait to start, and run. */
  readonly timeouts?: { readonly start?: Duration; readonly finish?: Duration };
}

/** What every kind of function has. */
interface CommonOptions<Entries extends readonly MiddlewareEntry[]> {
  /** Stays the same as long as runs of it are under way. */
  readonly id: string;
  /** For people. */
  readonly name?: string;
  readonly description?: string;
  /** Attempts after the first, of every step and of the function: 0 to 20, 3 unless said otherwise. */
  readonly retries?: number;
  /** Comes after the client's. */
  readonly middleware?: Entries;
  readonly checkpointing?: CheckpointingOption;
}

/** What a function is made of. */
export interface FunctionOptions<
  Own extends Triggers = Triggers,
  Entries extends readonly MiddlewareEntry[] = readonly MiddlewareEntry[],
  Added = unknown,
>
  extends CommonOptions<Entries>, FlowOptions {
  /** What starts it. Without any it is started by `step.invoke` alone. */
  readonly triggers?: Own;
  /** Collects events, and starts one run with them. */
  readonly batchEvents?: {
    readonly maxSize: number;
    readonly timeout: Duration;
    readonly key?: string;
    readonly if?: string;
  };
  /** Called once a run has failed for good, as a function of its own with one more attempt. */
  readonly onFailure?: (context: FailureContext<EventOf<Own>> & Added) => unknown;
}

/** What a deferred function is made of. */
export interface DeferredOptions<
  Data = unknown,
  Entries extends readonly MiddlewareEntry[] = readonly MiddlewareEntry[],
>
  extends CommonOptions<Entries>, FlowOptions {
  /** Checks what it is deferred with. */
  readonly schema?: StandardSchema<Data>;
}
