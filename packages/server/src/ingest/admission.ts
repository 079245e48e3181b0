import type { Digest, EnvironmentName } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import { isMatch, keyText, wholeNumber } from "#expressions";
import type { Expression } from "#expressions";
import type { ConcurrencyRule, FunctionDefinition } from "#registry";
import type { Gate, Gathering, NewRun, RateLimit } from "#store";

/** What stands between an event and a call, worked out for one function and one event (wire-protocol section 14). */
export type Admission = Pick<NewRun, "gates" | "rateLimit" | "singleton" | "priorityMs">;

/** What keys are evaluated over, and how they become names of counters. */
export interface AdmissionContext {
  /** The parsed event. */
  readonly event: unknown;
  readonly environment: EnvironmentName;
  /** Unix ms. */
  readonly now: number;
  readonly digest: Digest;
}

/** How much of a hash names a counter: 96 bits are beyond chance and malice alike. */
const COUNTER_CHARS = 24;

/** Furthest a run may be moved ahead or behind, in seconds (14.6). */
const PRIORITY_SECONDS_MAX = 43_200;

const NO_GATES: readonly Gate[] = [];

/**
 * Evaluates the keys of a function's flow control over an event. Pure. A function without options costs nothing here.
 *
 * A key that is `false`, or cannot be evaluated, turns off rate limit and singleton for this event; for the other limits
 * it is one more value, so that such events still share a limit (12.4).
 */
export function admissionOf(definition: FunctionDefinition, context: AdmissionContext): Admission {
  const { concurrency, priority, singleton, throttle } = definition.flowControl;
  const { digest } = context;
  const gates: Gate[] = concurrency.map((rule) => ({
    level: rule.level,
    counter: concurrencyCounter(rule, definition, context),
    rule: rule.rule,
    max: rule.max,
  }));
  if (throttle !== null) {
    gates.push({
      level: "throttle",
      counter: counterOf(digest, "throttle", definition.id, sharedValue(throttle.key, context)),
      limit: throttle.limit,
      periodMs: throttle.periodMs,
      burst: throttle.burst,
    });
  }
  const singletonKey = singleton === null ? null : strictValue(singleton.key, context);
  return {
    gates: gates.length === 0 ? NO_GATES : gates,
    rateLimit: rateLimitOf(definition, context),
    singleton:
      singleton === null || singletonKey === null
        ? null
        : { key: counterOf(digest, "singleton", definition.id, singletonKey), mode: singleton.mode },
    priorityMs: priority === null ? 0 : priorityMs(priority, context),
  };
}

/**
 * The gathering an event joins instead of starting a run: a batch (14.5), or a debounce (14.4). Null for neither. Pure. An
 * event passes the rate limit before it joins a debounce, and is never asked for it on its way to a batch (9.1).
 *
 * @param correlation the invoke that sent the event, or null
 */
export function gatheringOf(
  definition: FunctionDefinition,
  context: AdmissionContext,
  correlation: string | null,
): Gathering | null {
  const { batch, debounce } = definition.flowControl;
  const { event, now } = context;
  if (batch !== null && (batch.filter === null || isMatch(batch.filter.evaluate({ event }, now)))) {
    return {
      kind: "batch",
      functionId: definition.id,
      key: gatheringKey(batch.key, context),
      periodMs: batch.timeoutMs,
      timeoutMs: null,
      sizeMax: batch.sizeMax,
      bytesMax: LIMITS.batchBytes,
      rateLimit: null,
      correlation: null,
    };
  }
  if (debounce !== null) {
    return {
      kind: "debounce",
      functionId: definition.id,
      key: gatheringKey(debounce.key, context),
      periodMs: debounce.periodMs,
      timeoutMs: debounce.timeoutMs,
      sizeMax: null,
      bytesMax: null,
      rateLimit: rateLimitOf(definition, context),
      correlation,
    };
  }
  return null;
}

function rateLimitOf(definition: FunctionDefinition, context: AdmissionContext): RateLimit | null {
  const { rateLimit } = definition.flowControl;
  const value = rateLimit === null ? null : strictValue(rateLimit.key, context);
  if (rateLimit === null || value === null) return null;
  const { limit, periodMs } = rateLimit;
  return { counter: counterOf(context.digest, "rate", definition.id, value), limit, periodMs };
}

function gatheringKey(key: Expression | null, context: AdmissionContext): string {
  return key === null ? "" : counterOf(context.digest, "gathering", sharedValue(key, context));
}

/** Functions share a counter of a wider scope by the key's text and its value (14.1). */
function concurrencyCounter(
  rule: ConcurrencyRule,
  definition: FunctionDefinition,
  context: AdmissionContext,
): string {
  const value = sharedValue(rule.key, context);
  const key = rule.key?.source ?? "";
  switch (rule.scope) {
    case "fn":
      return counterOf(context.digest, rule.level, "fn", definition.id, rule.rule, value);
    case "env":
      return counterOf(context.digest, rule.level, "env", context.environment, key, value);
    case "account":
      return counterOf(context.digest, rule.level, "account", key, value);
  }
}

/** A key's value where every value counts. */
function sharedValue(key: Expression | null, { event, now }: AdmissionContext): string {
  return key === null ? "" : (keyText(key.evaluate({ event }, now)) ?? "false");
}

/** A key's value where `false` and failure turn the mechanism off. */
function strictValue(key: Expression | null, { event, now }: AdmissionContext): string | null {
  return key === null ? "" : keyText(key.evaluate({ event }, now));
}

function priorityMs(priority: Expression, { event, now }: AdmissionContext): number {
  const seconds = wholeNumber(priority.evaluate({ event }, now)) ?? 0;
  return Math.min(PRIORITY_SECONDS_MAX, Math.max(-PRIORITY_SECONDS_MAX, seconds)) * 1000;
}

function counterOf(digest: Digest, ...parts: readonly string[]): string {
  return digest.sha256Hex(JSON.stringify(parts)).slice(0, COUNTER_CHARS);
}
