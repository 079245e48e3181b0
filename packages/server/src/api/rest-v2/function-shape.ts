import { formatDuration, LIMITS } from "@holdfast/protocol";
import type { FunctionConfig, FunctionDefinition, Registry, TriggerConfig } from "#registry";
import { publicFunctionId } from "./lookup.ts";
import { message } from "./message.ts";

/** What an SDK puts behind a function's id to name the function that is told of its failures. */
const FAILURE_SUFFIX = "-failure";

const SCOPES = { fn: "FUNCTION", env: "ENVIRONMENT", account: "ACCOUNT" } as const;

/** A function as v2 shows it (20.1 `Function`). */
export function functionShape(
  definition: FunctionDefinition,
  registry: Registry,
  isPaused: boolean,
): Record<string, unknown> {
  const handler = registry.functionBySlug(`${definition.slug}${FAILURE_SUFFIX}`);
  return message({
    id: publicFunctionId(definition),
    name: definition.name,
    slug: definition.slug,
    isPaused,
    isArchived: definition.archived,
    app: { id: definition.appName },
    triggers: definition.configuration.triggers.map(triggerShape),
    failureHandler:
      handler === null || handler.archived
        ? undefined
        : { id: publicFunctionId(handler), name: handler.name, slug: handler.slug },
    configuration: configurationShape(definition.configuration),
  });
}

function triggerShape(trigger: TriggerConfig): Record<string, unknown> {
  return "cron" in trigger
    ? message({ type: "CRON", value: trigger.cron, jitter: duration(trigger.jitterMs) })
    : message({ type: "EVENT", value: trigger.event, if: trigger.expression });
}

/** The options of a function. Beside what the protocol shows: `idempotency`, `timeouts`, and the level of a limit. */
function configurationShape(config: FunctionConfig): Record<string, unknown> {
  const { batchEvents, debounce, rateLimit, retries, singleton, throttle, timeouts } = config;
  return message({
    cancellations: config.cancel?.map((rule) =>
      message({ event: rule.event, timeout: duration(rule.timeoutMs), condition: rule.if }),
    ),
    retries: message({ value: retries, isDefault: retries === LIMITS.retriesDefault }),
    priority: config.priority,
    idempotency: config.idempotency,
    concurrency: config.concurrency?.map(({ key, level, limit, scope }) =>
      message({ scope: SCOPES[scope], level: level.toUpperCase(), limit: { value: limit }, key }),
    ),
    eventsBatch:
      batchEvents &&
      message({
        maxSize: batchEvents.maxSize,
        timeout: duration(batchEvents.timeoutMs),
        key: batchEvents.key,
        if: batchEvents.if,
      }),
    rateLimit:
      rateLimit &&
      message({ limit: rateLimit.limit, period: duration(rateLimit.periodMs), key: rateLimit.key }),
    debounce:
      debounce &&
      message({
        period: duration(debounce.periodMs),
        timeout: duration(debounce.timeoutMs),
        key: debounce.key,
      }),
    throttle:
      throttle &&
      message({
        limit: throttle.limit,
        period: duration(throttle.periodMs),
        burst: throttle.burst,
        key: throttle.key,
      }),
    singleton: singleton && message({ mode: singleton.mode.toUpperCase(), key: singleton.key }),
    timeouts: timeouts && message({ start: duration(timeouts.startMs), finish: duration(timeouts.finishMs) }),
  });
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms);
}
