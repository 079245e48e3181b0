import { isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { Expression, Purpose } from "#expressions";
import { compileExpression } from "#expressions";
import { parseCron } from "#schedules";
import type { CancelRule, ConcurrencyRule, CronTrigger, EventTrigger, FlowControl } from "./contract.ts";
import type { FunctionConfig } from "./function-config.ts";

/** A stored configuration, ready to be used. */
export interface CompiledConfig {
  readonly configuration: FunctionConfig;
  readonly triggers: readonly EventTrigger[];
  readonly crons: readonly CronTrigger[];
  readonly flowControl: FlowControl;
  readonly cancels: readonly CancelRule[];
}

/** Hears which part of a configuration is left out, and why. */
type Note = (option: string, reason: string) => void;

/**
 * Compiles a stored configuration. What was stored by another version may not compile any more, and a server must start
 * all the same: `note` hears of it, and the part is left out, which is what the protocol makes of an expression that
 * fails. A trigger never matches, a schedule never ticks, a limit or a cancel rule is off (wire-protocol 12.1, 12.4).
 */
export function compileConfig(configuration: FunctionConfig, note: Note): CompiledConfig {
  const { triggers, concurrency = [], cancel = [] } = configuration;
  return {
    configuration,
    triggers: triggers.flatMap((trigger, index): readonly EventTrigger[] =>
      "cron" in trigger
        ? []
        : withExpression(trigger.expression, "filter", `triggers[${index}].expression`, note, (filter) => ({
            event: trigger.event,
            filter,
          })),
    ),
    crons: triggers.flatMap((trigger, index): readonly CronTrigger[] =>
      "cron" in trigger
        ? attempt(`triggers[${index}].cron`, note, () => ({
            cron: parseCron(trigger.cron),
            jitterMs: trigger.jitterMs ?? 0,
          }))
        : [],
    ),
    flowControl: {
      concurrency: concurrency.flatMap(
        ({ level, scope, key, limit, rule }, index): readonly ConcurrencyRule[] =>
          withExpression(key, "key", `concurrency[${index}].key`, note, (compiled) => ({
            level,
            scope,
            key: compiled,
            max: limit,
            rule,
          })),
      ),
      ...compileStarts(configuration, note),
      ...compileRateLimit(configuration, note),
    },
    cancels: cancel.flatMap(({ event, if: source, timeoutMs = null }, index): readonly CancelRule[] =>
      withExpression(source, "cancel", `cancel[${index}].if`, note, (filter) => ({
        event,
        filter,
        timeoutMs,
      })),
    ),
  };
}

/** What decides when runs start. */
function compileStarts(
  { throttle, debounce, batchEvents, priority, singleton }: FunctionConfig,
  note: Note,
): Omit<FlowControl, "concurrency" | "rateLimit" | "hasIdempotencyKey"> {
  const keyed = <Compiled>(
    option: string,
    source: string | undefined,
    build: (key: Expression | null) => Compiled,
  ): Compiled | null => withExpression(source, "key", `${option}.key`, note, build)[0] ?? null;
  return {
    throttle:
      throttle === undefined ? null : keyed("throttle", throttle.key, (key) => ({ ...throttle, key })),
    debounce:
      debounce === undefined
        ? null
        : keyed("debounce", debounce.key, (key) => ({
            periodMs: debounce.periodMs,
            timeoutMs: debounce.timeoutMs ?? null,
            key,
          })),
    batch: batchEvents === undefined ? null : compileBatch(batchEvents, note),
    priority:
      withExpression(priority, "priority", "priority.run", note, (expression) => expression)[0] ?? null,
    singleton:
      singleton === undefined ? null : keyed("singleton", singleton.key, (key) => ({ ...singleton, key })),
  };
}

/** An idempotency key is one run in 24 hours for each of its values, in place of the function's rate limit (14.7). */
function compileRateLimit(
  { rateLimit, idempotency }: FunctionConfig,
  note: Note,
): Pick<FlowControl, "rateLimit" | "hasIdempotencyKey"> {
  if (idempotency !== undefined) {
    const [limit = null] = withExpression(idempotency, "key", "idempotency", note, (key) => ({
      limit: 1,
      periodMs: LIMITS.idempotencyMs,
      key,
    }));
    return { rateLimit: limit, hasIdempotencyKey: limit !== null };
  }
  if (rateLimit === undefined) return { rateLimit: null, hasIdempotencyKey: false };
  const [limit = null] = withExpression(rateLimit.key, "key", "rateLimit.key", note, (key) => ({
    ...rateLimit,
    key,
  }));
  return { rateLimit: limit, hasIdempotencyKey: false };
}

function compileBatch(
  { maxSize, timeoutMs, key: keySource, if: filterSource }: NonNullable<FunctionConfig["batchEvents"]>,
  note: Note,
): FlowControl["batch"] {
  const [key] = withExpression(keySource, "key", "batchEvents.key", note, (compiled) => compiled);
  const [filter] = withExpression(filterSource, "filter", "batchEvents.if", note, (compiled) => compiled);
  return key === undefined || filter === undefined ? null : { sizeMax: maxSize, timeoutMs, key, filter };
}

/** What is built around an expression, or around null where there is none; empty when it does not compile. */
function withExpression<Built>(
  source: string | undefined,
  purpose: Purpose,
  option: string,
  note: Note,
  build: (expression: Expression | null) => Built,
): readonly [] | readonly [Built] {
  if (source === undefined) return [build(null)];
  return attempt(option, note, () => build(compileExpression(source, purpose)));
}

function attempt<Built>(option: string, note: Note, build: () => Built): readonly [] | readonly [Built] {
  try {
    return [build()];
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    note(option, error.message);
    return [];
  }
}
