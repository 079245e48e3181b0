import { LIMITS } from "@holdfast/protocol";
import { isConnectUrl, parseAppUrl } from "../app-url.ts";
import type { Report } from "./report.ts";
import type { Fields } from "./values.ts";
import { isFields, wholeNumberAt } from "./values.ts";

/** Where calls of a function go, on its app's origin, and how often a failed one is repeated. */
export interface Step {
  readonly path: string;
  readonly retries: number;
}

/**
 * The one entry of `steps`, on the app's own origin. Its number of retries counts before the function's own; more than
 * the maximum are cut to it (wire-protocol 4.4, 11.1).
 */
export function parseStep(raw: Fields, app: URL, report: Report): Step {
  const own = wholeNumberAt(raw["retries"], "retries", report, { min: 0 });
  const entries = isFields(raw["steps"]) ? Object.values(raw["steps"]) : [];
  const [entry] = entries;
  if (entries.length !== 1 || !isFields(entry)) {
    report("config_invalid", "it must have exactly one step");
    return { path: "", retries: 0 };
  }
  const attempts = isFields(entry["retries"]) ? entry["retries"]["attempts"] : undefined;
  const retries = wholeNumberAt(attempts, "retries.attempts", report, { min: 0 });
  return {
    path: parsePath(isFields(entry["runtime"]) ? entry["runtime"] : {}, app, report),
    retries: Math.min(retries ?? own ?? LIMITS.retriesDefault, LIMITS.retriesMax),
  };
}

function parsePath(runtime: Fields, app: URL, report: Report): string {
  if (runtime["type"] === "ws" || isConnectUrl(runtime["url"])) {
    report("feature_not_supported", "it uses Connect, which this version of Holdfast does not support yet");
    return "";
  }
  const parsed = parseAppUrl(typeof runtime["url"] === "string" ? runtime["url"] : "");
  if ("reason" in parsed) {
    report("config_invalid", `its URL ${parsed.reason}`);
    return "";
  }
  const { url } = parsed;
  if (url.origin !== app.origin)
    report("config_invalid", `it wants to be called at ${url.origin}, but its app is at ${app.origin}`);
  url.searchParams.delete("stepId");
  return `${url.pathname}${url.search}`;
}
