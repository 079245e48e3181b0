import { isHoldfastError, parseDuration, formatDuration } from "@holdfast/protocol";
import type { Purpose } from "#expressions";
import { compileExpression } from "#expressions";
import type { FaultCode, Report } from "./report.ts";
import { shown } from "./report.ts";

/** A JSON object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** An option that is an object, where it stands, and who hears of its faults. */
export interface Option {
  readonly path: string;
  readonly fields: Fields;
  readonly report: Report;
}

/** What a value must be. Without a value: undefined, or a fault if it is required. */
interface Demand {
  readonly required?: boolean;
  readonly code?: FaultCode;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is something in a value: SDKs send `null`, `""`, `[]` and `{}` for what a user left out. */
export function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** The option at a path, or undefined when it is not given or, which is reported, no object. */
export function optionOf(raw: unknown, path: string, report: Report): Option | undefined {
  if (!isGiven(raw)) return undefined;
  if (isFields(raw)) return { path, fields: raw, report };
  report("config_invalid", `${path} must be an object, not ${shown(raw)}`);
  return undefined;
}

/** A whole number of at least `min`. */
export function wholeNumberOf(
  option: Option,
  name: string,
  demand: Demand & { readonly min: number },
): number | undefined {
  return wholeNumberAt(option.fields[name], `${option.path}.${name}`, option.report, demand);
}

/** As `wholeNumberOf`, for a value that stands by itself. */
export function wholeNumberAt(
  value: unknown,
  path: string,
  report: Report,
  { min, required = false, code = "config_invalid" }: Demand & { readonly min: number },
): number | undefined {
  if (!isGiven(value) && !required) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min) return value;
  report(code, `${path} must be a whole number of ${min} or more, not ${shown(value)}`);
  return undefined;
}

/** A duration on the wire (`1h30m`), in ms, from `minMs` to `maxMs`. */
export function durationOf(
  option: Option,
  name: string,
  {
    minMs,
    maxMs,
    required = false,
    code = "config_invalid",
  }: Demand & { readonly minMs: number; readonly maxMs: number },
): number | undefined {
  const value = option.fields[name];
  if (!isGiven(value) && !required) return undefined;
  const valueMs = typeof value === "string" ? durationMs(value) : null;
  if (valueMs !== null && valueMs >= minMs && valueMs <= maxMs) return valueMs;
  option.report(
    code,
    `${option.path}.${name} must be a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 90s or 1h30m, not ${shown(value)}`,
  );
  return undefined;
}

function durationMs(text: string): number | null {
  try {
    return parseDuration(text);
  } catch (error) {
    if (isHoldfastError(error, "duration_invalid")) return null;
    throw error;
  }
}

/** The source of an expression that compiles for its purpose. */
export function expressionOf(
  option: Option,
  name: string,
  purpose: Purpose,
  demand: Demand = {},
): string | undefined {
  return expressionAt(option.fields[name], `${option.path}.${name}`, purpose, option.report, demand);
}

/** As `expressionOf`, for a value that stands by itself. */
export function expressionAt(
  value: unknown,
  path: string,
  purpose: Purpose,
  report: Report,
  { required = false, code = "config_invalid" }: Demand = {},
): string | undefined {
  if (!isGiven(value) && !required) return undefined;
  if (typeof value !== "string" || value === "") {
    report(code, `${path} must be an expression, not ${shown(value)}`);
    return undefined;
  }
  try {
    compileExpression(value, purpose);
    return value;
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    report(code, `${path}: ${error.message.replace(/\.$/, "")}`);
    return undefined;
  }
}

/** One of a few words. */
export function wordOf<Word extends string>(
  option: Option,
  name: string,
  words: readonly Word[],
  { required = false, code = "config_invalid" }: Demand = {},
): Word | undefined {
  const value = option.fields[name];
  if (!isGiven(value) && !required) return undefined;
  const word = words.find((each) => each === value);
  if (word === undefined)
    option.report(
      code,
      `${option.path}.${name} must be ${words.map((each) => `"${each}"`).join(" or ")}, not ${shown(value)}`,
    );
  return word;
}

/** The entries of a list with their paths. One that is too long is reported and not looked into. */
export function entriesOf(
  raw: unknown,
  path: string,
  countMax: number,
  report: Report,
): readonly { readonly path: string; readonly value: unknown }[] {
  if (!Array.isArray(raw)) {
    report("config_invalid", `${path} must be a list, not ${shown(raw)}`);
    return [];
  }
  if (raw.length > countMax) {
    report("config_invalid", `${path} has ${raw.length} entries; at most ${countMax} are allowed`);
    return [];
  }
  return raw.map((value: unknown, index) => ({ path: `${path}[${index}]`, value }));
}
