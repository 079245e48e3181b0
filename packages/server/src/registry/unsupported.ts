/** Options of a function that need capabilities this version does not have, as they are spelled on the wire. */
const OPTIONS = [
  "batchEvents",
  "cancel",
  "concurrency",
  "debounce",
  "idempotency",
  "priority",
  "rateLimit",
  "singleton",
  "throttle",
  "timeouts",
] as const;

type Fields = Readonly<Record<string, unknown>>;

/** Calls of one function that may be under way at once when it names no limit (wire-protocol 11.1): asking for it is no wish. */
const CONCURRENCY_DEFAULT = 1000;

/**
 * What a registered function asks for and this version cannot do, one sentence each. To ignore a limit or a filter in
 * silence would run functions that must not run: the registration is refused instead.
 */
export function unsupportedFeatures(
  slug: string,
  definition: Fields,
  triggers: readonly Fields[],
): readonly string[] {
  const names: string[] = OPTIONS.filter(
    (option) => isGiven(definition[option]) && !(option === "concurrency" && isNoLimit(definition[option])),
  );
  for (const trigger of triggers) {
    if (isGiven(trigger["cron"])) names.push("a cron trigger");
    if (isGiven(trigger["expression"]))
      names.push(
        trigger["event"] === "inngest/function.failed" ? "onFailure" : "a trigger with an expression",
      );
  }
  return [...new Set(names)].map(
    (name) =>
      `Function "${slug}" uses ${name.startsWith("a ") ? name : `"${name}"`}, which this version of Holdfast does not support yet.`,
  );
}

/** Whether a concurrency setting only repeats the default: plain limits, per function, of calls under way. */
function isNoLimit(value: unknown): boolean {
  if (!isGiven(value)) return true;
  if (typeof value === "number") return value >= CONCURRENCY_DEFAULT;
  if (Array.isArray(value)) return value.every(isNoLimit);
  if (!isFields(value)) return false;
  // `fn` limits runs that have begun, sleeping ones too: no default stands in for that.
  if ("step" in value || "fn" in value) return isNoLimit(value["step"]) && !isGiven(value["fn"]);
  const isPlain = !isGiven(value["key"]) && (!isGiven(value["scope"]) || value["scope"] === "fn");
  return isPlain && typeof value["limit"] === "number" && isNoLimit(value["limit"]);
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
