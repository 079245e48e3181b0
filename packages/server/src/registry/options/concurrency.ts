import type { Digest } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import type { ConcurrencyConfig, FunctionOptions } from "../function-config.ts";
import type { Report } from "./report.ts";
import { shown } from "./report.ts";
import type { Option } from "./values.ts";
import { entriesOf, expressionOf, isFields, isGiven, wholeNumberOf, wordOf } from "./values.ts";

type Level = ConcurrencyConfig["level"];
type UnnamedRule = Omit<ConcurrencyConfig, "rule">;

/** Limits of runs under way that a function may have, out of all its rules. */
const RUN_RULES_MAX = 1;
/** Hex digits of a rule's name: 64 bits, among the two rules of one function. */
const RULE_CHARS = 16;

/**
 * How many calls, or with `fn` runs, may be under way at once (wire-protocol 4.4, 14.1). A number, a rule, a list of
 * rules, or `{fn, step}` with any of these. A limit of 0, or none, is no rule, as the SDKs document it.
 */
export function parseConcurrency(
  raw: unknown,
  report: Report,
  digest: Digest,
): FunctionOptions["concurrency"] {
  if (!isGiven(raw)) return undefined;
  const isLevelled = isFields(raw) && (Object.hasOwn(raw, "fn") || Object.hasOwn(raw, "step"));
  const steps = isLevelled
    ? parseRules(raw["step"], "concurrency.step", "step", report)
    : parseRules(raw, "concurrency", "step", report);
  const runs = isLevelled ? parseRules(raw["fn"], "concurrency.fn", "run", report) : [];
  const count = steps.length + runs.length;
  if (count > LIMITS.concurrencyRulesPerFunctionCount) {
    report(
      "config_invalid",
      `concurrency has ${count} rules; at most ${LIMITS.concurrencyRulesPerFunctionCount} are allowed`,
    );
  }
  const rules = [...steps, ...runs].filter(({ limit }) => limit > 0);
  return rules.length === 0 ? undefined : named(rules, digest);
}

function parseRules(raw: unknown, path: string, level: Level, report: Report): readonly UnnamedRule[] {
  if (!isGiven(raw)) return [];
  if (!Array.isArray(raw)) return parseRule(raw, path, level, report);
  const countMax = level === "run" ? RUN_RULES_MAX : LIMITS.concurrencyRulesPerFunctionCount;
  return entriesOf(raw, path, countMax, report).flatMap((entry) =>
    parseRule(entry.value, entry.path, level, report),
  );
}

function parseRule(raw: unknown, path: string, level: Level, report: Report): readonly UnnamedRule[] {
  const isObject = isFields(raw);
  if (!isObject && typeof raw !== "number") {
    report("config_invalid", `${path} must be a number or an object, not ${shown(raw)}`);
    return [];
  }
  const option: Option = isObject ? { path, fields: raw, report } : { path, fields: { limit: raw }, report };
  const limit = wholeNumberOf(option, "limit", { min: 0, code: "concurrency_limit_invalid" }) ?? 0;
  const scope = wordOf(option, "scope", ["fn", "env", "account"]) ?? "fn";
  const key = expressionOf(option, "key", "key");
  if (scope !== "fn" && !isGiven(option.fields["key"]))
    report("config_invalid", `${path}.key must be given, since its scope is "${scope}"`);
  return [{ level, scope, limit, key }];
}

/** Gives each rule a name that lasts while only its limit changes: rules that are otherwise equal are told apart by order. */
function named(rules: readonly UnnamedRule[], digest: Digest): readonly ConcurrencyConfig[] {
  const ordinals = new Map<string, number>();
  return rules.map((rule) => {
    const subject = JSON.stringify([rule.level, rule.scope, rule.key ?? null]);
    const ordinal = ordinals.get(subject) ?? 0;
    ordinals.set(subject, ordinal + 1);
    return { ...rule, rule: digest.sha256Hex(`${subject} ${ordinal}`).slice(0, RULE_CHARS) };
  });
}
