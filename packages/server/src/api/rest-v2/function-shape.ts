import { formatDuration, LIMITS } from "@holdfast/protocol";
import type { FunctionDefinition, Registry } from "#registry";
import { publicFunctionId } from "./lookup.ts";
import { message } from "./message.ts";

type FlowControl = FunctionDefinition["flowControl"];

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
    triggers: [
      ...definition.triggers.map(({ event, filter }) =>
        message({ type: "EVENT", value: event, if: filter?.source }),
      ),
      ...definition.crons.map(({ cron }) => ({ type: "CRON", value: cron.source })),
    ],
    failureHandler:
      handler === null || handler.archived
        ? undefined
        : { id: publicFunctionId(handler), name: handler.name, slug: handler.slug },
    configuration: configurationShape(definition),
  });
}

function configurationShape({
  attemptsMax,
  cancels,
  flowControl,
}: FunctionDefinition): Record<string, unknown> {
  const { batch, debounce, priority, rateLimit, singleton, throttle } = flowControl;
  const retries = attemptsMax - 1;
  return message({
    cancellations: cancels.map(({ event, filter, timeoutMs }) =>
      message({ event, timeout: duration(timeoutMs), condition: filter?.source }),
    ),
    retries: message({ value: retries, isDefault: retries === LIMITS.retriesDefault }),
    priority: priority?.source,
    eventsBatch:
      batch === null
        ? undefined
        : message({
            maxSize: batch.sizeMax,
            timeout: duration(batch.timeoutMs),
            key: batch.key?.source,
            if: batch.filter?.source,
          }),
    concurrency: flowControl.concurrency.map(concurrencyShape),
    rateLimit:
      rateLimit === null
        ? undefined
        : message({
            limit: rateLimit.limit,
            period: duration(rateLimit.periodMs),
            key: rateLimit.key?.source,
          }),
    debounce:
      debounce === null
        ? undefined
        : message({
            period: duration(debounce.periodMs),
            timeout: duration(debounce.timeoutMs),
            key: debounce.key?.source,
          }),
    throttle:
      throttle === null
        ? undefined
        : message({
            limit: throttle.limit,
            period: duration(throttle.periodMs),
            burst: throttle.burst,
            key: throttle.key?.source,
          }),
    singleton:
      singleton === null
        ? undefined
        : message({ mode: singleton.mode.toUpperCase(), key: singleton.key?.source }),
  });
}

function concurrencyShape(rule: FlowControl["concurrency"][number]): Record<string, unknown> {
  return message({ scope: SCOPES[rule.scope], limit: { value: rule.max }, key: rule.key?.source });
}

function duration(ms: number | null): string | undefined {
  return ms === null ? undefined : formatDuration(ms);
}
