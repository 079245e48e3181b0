import { formatDuration } from "@holdfast/protocol";
import type { FunctionOptions, FunctionSpec, Limit } from "./scenario.ts";

/** Name and address of the one simulated app. */
export const APP_NAME = "sim";
export const APP_URL = "http://app.sim/api";

/** What the app would register with (wire-protocol 4.3): its functions with all their options. */
export function registrationOf(functions: readonly FunctionSpec[]): Record<string, unknown> {
  return {
    url: APP_URL,
    deployType: "ping",
    appName: APP_NAME,
    sdk: "js:v0.0.0",
    v: "0.1",
    functions: functions.map((spec) => ({
      id: slugOf(spec.name),
      name: spec.name,
      triggers: triggersOf(spec),
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${APP_URL}?fnId=${slugOf(spec.name)}&stepId=step` },
          retries: { attempts: spec.retries },
        },
      },
      ...optionsOf(spec.options),
    })),
  };
}

/** The name under which calls ask for a function. */
export function slugOf(name: string): string {
  return `${APP_NAME}-${name}`;
}

/** The expression that splits what has a key. */
const KEY = "event.data.k";

function triggersOf(spec: FunctionSpec): readonly Record<string, unknown>[] {
  const event = spec.event ?? `nobody/${spec.name}`;
  return [
    { event, ...(spec.onlyKey === null ? {} : { expression: `${KEY} == ${spec.onlyKey}` }) },
    ...(spec.options.cron === null ? [] : [{ cron: spec.options.cron }]),
  ];
}

function optionsOf(options: FunctionOptions): Record<string, unknown> {
  const { limits, throttle, rateLimit, debounce, batch, singleton } = options;
  const fields: Record<string, unknown> = {};
  const runs = limits.filter((limit) => limit.level === "run").map(limitOf);
  const steps = limits.filter((limit) => limit.level === "step").map(limitOf);
  if (runs.length > 0) fields["concurrency"] = { fn: runs, ...(steps.length > 0 ? { step: steps } : {}) };
  else if (steps.length > 0) fields["concurrency"] = steps;
  if (throttle !== null) {
    fields["throttle"] = {
      limit: throttle.limit,
      period: formatDuration(throttle.periodMs),
      burst: throttle.burst,
      ...keyOf(throttle),
    };
  }
  if (rateLimit !== null) {
    fields["rateLimit"] = {
      limit: rateLimit.limit,
      period: formatDuration(rateLimit.periodMs),
      ...keyOf(rateLimit),
    };
  }
  if (debounce !== null) {
    fields["debounce"] = {
      period: formatDuration(debounce.periodMs),
      ...(debounce.timeoutMs === null ? {} : { timeout: formatDuration(debounce.timeoutMs) }),
      ...keyOf(debounce),
    };
  }
  if (batch !== null) {
    fields["batchEvents"] = {
      maxSize: batch.sizeMax,
      timeout: formatDuration(batch.timeoutMs),
      ...keyOf(batch),
    };
  }
  if (singleton !== null) fields["singleton"] = { mode: singleton.mode, ...keyOf(singleton) };
  if (options.hasPriority) fields["priority"] = { run: "event.data.n % 100" };
  if (options.isIdempotent) fields["idempotency"] = KEY;
  if (options.cancelOn !== null) {
    fields["cancel"] = [{ event: options.cancelOn, if: `${KEY} == async.data.k` }];
  }
  if (options.startTimeoutMs !== null || options.finishTimeoutMs !== null) {
    fields["timeouts"] = {
      ...(options.startTimeoutMs === null ? {} : { start: formatDuration(options.startTimeoutMs) }),
      ...(options.finishTimeoutMs === null ? {} : { finish: formatDuration(options.finishTimeoutMs) }),
    };
  }
  return fields;
}

function limitOf(limit: Limit): Record<string, unknown> {
  // A shared limit needs a key; one that is the same for everybody shares one counter.
  const key = limit.isKeyed ? KEY : limit.isShared ? '"all"' : null;
  return { limit: limit.max, ...(key === null ? {} : { key }), ...(limit.isShared ? { scope: "env" } : {}) };
}

function keyOf(option: { readonly isKeyed: boolean }): { readonly key?: string } {
  return option.isKeyed ? { key: KEY } : {};
}
