import { HoldfastError, isHoldfastError, parseDuration } from "@holdfast/protocol";
import type { OptionValues } from "./command.ts";

/** The value of an option that takes one text; undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options.get(name);
  return typeof value === "string" ? value : undefined;
}

/** The same of one that must be given. @throws HoldfastError `usage_invalid` */
export function wantedOption(options: OptionValues, name: string): string {
  const value = textOption(options, name);
  if (value !== undefined && value.trim() !== "") return value;
  throw new HoldfastError("usage_invalid", `This needs --${name}.`);
}

/** The values of an option that may be given several times; undefined when it was not given. */
export function listOption(options: OptionValues, name: string): readonly string[] | undefined {
  const value = options.get(name);
  return typeof value === "object" ? value.flatMap((text) => text.split(",")) : undefined;
}

/** A whole number from 1; undefined when the option was not given. */
export function countOption(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new HoldfastError(
      "usage_invalid",
      `Cannot use "${text}" for --${name}: it must be a whole number from 1.`,
    );
  return Number(text);
}

/** An instant as RFC 3339, given as a date or as how long ago it was: `2026-11-20T10:00Z`, `1h`. */
export function instantOption(options: OptionValues, name: string, now: number): string | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const at = /^\d{4}-/.test(text) ? Date.parse(text) : now - agoMs(text, name);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw instantFault(text, name);
}

function agoMs(text: string, name: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    throw instantFault(text, name);
  }
}

function instantFault(text: string, name: string): HoldfastError {
  return new HoldfastError(
    "usage_invalid",
    `Cannot use "${text}" for --${name}: it must be a date, such as 2026-11-20T10:00Z, or how long ago, such as 1h.`,
  );
}
