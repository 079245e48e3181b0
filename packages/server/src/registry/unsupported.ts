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

/**
 * What a registered function asks for and this version cannot do, one sentence each. To ignore a limit or a filter in
 * silence would run functions that must not run: the registration is refused instead.
 */
export function unsupportedFeatures(
  slug: string,
  definition: Fields,
  triggers: readonly Fields[],
): readonly string[] {
  const names: string[] = OPTIONS.filter((option) => isGiven(definition[option]));
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

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
