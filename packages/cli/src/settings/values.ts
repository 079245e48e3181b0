import { HoldfastError, parseDuration } from "@holdfast/protocol";
import type { Resolved } from "./resolve.ts";

/** The text of a setting, or null when it is not set. */
export function text(resolved: Resolved | undefined): string | null {
  return typeof resolved?.value === "string" ? resolved.value : null;
}

export function list(resolved: Resolved | undefined): readonly string[] {
  const value = resolved?.value;
  return typeof value === "object" ? value : [];
}

export function isSet(resolved: Resolved | undefined): boolean {
  return resolved?.value === true;
}

interface Range {
  readonly min: number;
  readonly max: number;
  /** What the number counts, for the message: `seconds`. */
  readonly unit: string;
  readonly whole?: boolean;
}

/**
 * A number, or null when the setting is not set.
 *
 * @throws HoldfastError `usage_invalid` for a flag, `config_invalid` for anything else.
 */
export function number(
  resolved: Resolved | undefined,
  { min, max, unit, whole = false }: Range,
): number | null {
  if (resolved === undefined) return null;
  const words = String(resolved.value);
  const value = words.trim() === "" ? Number.NaN : Number(words);
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw wrongValue(
    resolved,
    words,
    `it must be ${whole ? "a whole number" : "a number"} of ${unit} from ${min} to ${max}`,
  );
}

/** A duration in ms, or null. A bare number counts seconds. */
export function durationMs(resolved: Resolved | undefined): number | null {
  if (resolved === undefined) return null;
  const words = String(resolved.value);
  if (/^\d+$/.test(words)) return Number(words) * 1000;
  try {
    const ms = parseDuration(words);
    if (ms >= 0) return ms;
  } catch {
    // Said below, with the name of the setting.
  }
  throw wrongValue(resolved, words, "it is not a duration such as 30s or 2m");
}

/** One of some words, or null. */
export function oneOf<Word extends string>(
  resolved: Resolved | undefined,
  words: Readonly<Record<string, Word>>,
): Word | null {
  if (resolved === undefined) return null;
  const given = String(resolved.value).toLowerCase();
  const word = Object.hasOwn(words, given) ? words[given] : undefined;
  if (word !== undefined) return word;
  throw wrongValue(resolved, given, `it must be one of ${[...new Set(Object.values(words))].join(", ")}`);
}

/** An http or https URL without password, or null. */
export function httpUrl(resolved: Resolved | undefined): string | null {
  const words = text(resolved);
  if (resolved === undefined || words === null) return null;
  const url = URL.canParse(words) ? new URL(words) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw wrongValue(resolved, words, "it is not an http or https URL");
  }
  if (url.username !== "" || url.password !== "")
    throw wrongValue(resolved, url.host, "it carries a user name or password");
  return words.replace(/\/+$/, "");
}

/** The error for a value that a setting cannot have. A flag is the command line's fault, the rest is configuration's. */
export function wrongValue(resolved: Resolved, shown: string, reason: string): HoldfastError {
  return new HoldfastError(
    resolved.source === "flag" ? "usage_invalid" : "config_invalid",
    `Cannot use "${shown}" for ${resolved.origin}: ${reason}.`,
  );
}
