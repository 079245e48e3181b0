import type { Digest } from "@holdfast/protocol";
import type { FunctionOptions } from "../function-config.ts";
import { parseBatch } from "./batch.ts";
import { parseCancel } from "./cancel.ts";
import { parseConcurrency } from "./concurrency.ts";
import { parseDebounce } from "./debounce.ts";
import { parsePriority } from "./priority.ts";
import { parseRateLimit } from "./rate-limit.ts";
import type { Report } from "./report.ts";
import { parseSingleton } from "./singleton.ts";
import { parseThrottle } from "./throttle.ts";
import { parseTimeouts } from "./timeouts.ts";
import type { Fields } from "./values.ts";
import { expressionAt, isFields, isGiven } from "./values.ts";

/**
 * The options of a registered function (wire-protocol 4.4), checked by their rules and limits. What is wrong is reported,
 * and the result is then of no use. Fields that are no option are left alone, `checkpoint` among them: it only informs.
 */
export function parseOptions(raw: Fields, report: Report, digest: Digest): FunctionOptions {
  refuseCombinations(raw, report);
  return {
    concurrency: parseConcurrency(raw["concurrency"], report, digest),
    throttle: parseThrottle(raw["throttle"], report),
    rateLimit: parseRateLimit(raw["rateLimit"], report),
    idempotency: expressionAt(raw["idempotency"], "idempotency", "key", report),
    debounce: parseDebounce(raw["debounce"], report),
    batchEvents: parseBatch(raw["batchEvents"], report),
    priority: parsePriority(raw["priority"], report),
    singleton: parseSingleton(raw["singleton"], report),
    cancel: parseCancel(raw["cancel"], report),
    timeouts: parseTimeouts(raw["timeouts"], report),
  };
}

/** A run of many events has no one event by which to cancel, delay, order or single it out. */
function refuseCombinations(raw: Fields, report: Report): void {
  if (!isGiven(raw["batchEvents"])) return;
  for (const name of ["cancel", "debounce", "singleton"]) {
    if (isGiven(raw[name])) report("combo_unsupported", `batchEvents cannot be combined with ${name}`);
  }
  if (isFields(raw["priority"]) && isGiven(raw["priority"]["run"]))
    report("combo_unsupported", "batchEvents cannot be combined with priority.run");
}
