import type { FunctionRecord } from "#store";

/** A trigger as it is stored: an event's name or pattern with the source of its filter, or a cron expression. */
export type TriggerConfig =
  | { readonly event: string; readonly expression?: string | undefined }
  | { readonly cron: string; readonly jitterMs?: number | undefined };

/** A concurrency rule as it is stored; `rule` is `ConcurrencyRule.rule`. */
export interface ConcurrencyConfig {
  readonly level: "step" | "run";
  readonly scope: "fn" | "env" | "account";
  readonly limit: number;
  readonly key?: string | undefined;
  readonly rule: string;
}

/** The options of a function in plain form: durations in ms, expressions as their source, what was not given left out. */
export interface FunctionOptions {
  readonly concurrency?: readonly ConcurrencyConfig[] | undefined;
  readonly throttle?:
    | {
        readonly limit: number;
        readonly periodMs: number;
        readonly burst: number;
        readonly key?: string | undefined;
      }
    | undefined;
  readonly rateLimit?:
    | { readonly limit: number; readonly periodMs: number; readonly key?: string | undefined }
    | undefined;
  /** Source of the key that goes before `rateLimit`. */
  readonly idempotency?: string | undefined;
  readonly debounce?:
    | {
        readonly periodMs: number;
        readonly timeoutMs?: number | undefined;
        readonly key?: string | undefined;
      }
    | undefined;
  readonly batchEvents?:
    | {
        readonly maxSize: number;
        readonly timeoutMs: number;
        readonly key?: string | undefined;
        readonly if?: string | undefined;
      }
    | undefined;
  /** Source of the expression that says by how many seconds a run goes ahead of others. */
  readonly priority?: string | undefined;
  readonly singleton?: { readonly mode: "skip" | "cancel"; readonly key?: string | undefined } | undefined;
  readonly cancel?:
    | readonly {
        readonly event: string;
        readonly if?: string | undefined;
        readonly timeoutMs?: number | undefined;
      }[]
    | undefined;
  readonly timeouts?:
    | { readonly startMs?: number | undefined; readonly finishMs?: number | undefined }
    | undefined;
}

/**
 * What `FunctionRecord.config` holds as canonical JSON. A function without options has the text that it had before there
 * were any, so that taking a newer server changes no function's version.
 */
export interface FunctionConfig extends FunctionOptions {
  /** Path and query of the function's step URL, on its app's origin. */
  readonly path: string;
  readonly retries: number;
  readonly triggers: readonly TriggerConfig[];
  /** A durable endpoint (16.2): a call repeats the request that started the run, and `path` says only where its app is. */
  readonly endpoint?: true | undefined;
}

/** The configuration of a stored function. */
export function storedConfig(record: FunctionRecord): FunctionConfig {
  // Written by this room, from a registration that was checked.
  return JSON.parse(record.config) as FunctionConfig;
}
