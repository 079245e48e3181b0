import { formatDuration, HoldfastError, isHoldfastError, parseDuration } from "@holdfast/protocol";

export type Fields = Readonly<Record<string, unknown>>;

/**
 * An option that is being read: its path, for messages, and what stands there. Reading throws `function_invalid`, which
 * names the function and the path.
 */
export interface Option {
  readonly functionId: string;
  readonly path: string;
  readonly value: unknown;
}

/** The error of an option that cannot be used; the reason goes on after its path. */
export function optionFault(option: Pick<Option, "functionId" | "path">, reason: string): HoldfastError {
  const { functionId, path } = option;
  return new HoldfastError(
    "function_invalid",
    `Cannot make the function "${functionId}": ${path} ${reason}.`,
    {
      details: { functionId, option: path },
    },
  );
}

/** An object with no members but the named ones: a misspelt one would silently do nothing. */
export function fieldsOf(option: Option, names: readonly string[]): Fields {
  const { value } = option;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw optionFault(option, "must be an object");
  const stranger = Object.keys(value).find((name) => !names.includes(name));
  if (stranger !== undefined) throw optionFault(member(option, stranger), "does not exist");
  return { ...value };
}

export function listOf(option: Option, countMax: number): readonly Option[] {
  const { value } = option;
  if (!Array.isArray(value)) throw optionFault(option, "must be a list");
  if (value.length > countMax)
    throw optionFault(option, `has ${value.length} entries, and at most ${countMax} are allowed`);
  return value.map((each: unknown, index) => ({ ...option, path: `${option.path}[${index}]`, value: each }));
}

/** One of an option's members, as an option. */
export function member(option: Option, name: string, value?: unknown): Option {
  return { ...option, path: option.path === "" ? name : `${option.path}.${name}`, value };
}

export function textOf(option: Option, charsMax = Infinity): string {
  const { value } = option;
  if (typeof value !== "string" || value.trim() === "")
    throw optionFault(option, "must be text, and not empty");
  if (value.length > charsMax) throw optionFault(option, `must be at most ${charsMax} characters`);
  return value;
}

export function wordOf<const Word extends string>(option: Option, words: readonly Word[]): Word {
  const found = words.find((word) => word === option.value);
  if (found !== undefined) return found;
  throw optionFault(option, `must be ${words.map((word) => JSON.stringify(word)).join(" or ")}`);
}

export function countOf(option: Option, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const { value } = option;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  throw optionFault(option, `must be a whole number ${range}`);
}

/** A duration in milliseconds, of words or of milliseconds. */
export function durationMsOf(option: Option, minMs: number, maxMs = Number.MAX_SAFE_INTEGER): number {
  const { value } = option;
  const ms =
    typeof value === "number" ? value : typeof value === "string" ? parsed(option, value) : Number.NaN;
  if (!Number.isFinite(ms))
    throw optionFault(option, "must be a duration, such as 90s or 1h30m, or milliseconds");
  if (ms < minMs || ms > maxMs) {
    const range = maxMs === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${formatDuration(maxMs)}`;
    throw optionFault(option, `must be at least ${formatDuration(minMs)}${range}`);
  }
  return ms;
}

/**
 * A duration as it travels: words as they are, milliseconds as words of whole seconds, up from below one second and else
 * down (wire-protocol 4.4).
 */
export function durationOf(option: Option, minMs: number, maxMs?: number): string {
  const ms = durationMsOf(option, minMs, maxMs);
  if (typeof option.value === "string") return option.value;
  return formatDuration(Math.max(1, Math.floor(ms / 1000)) * 1000);
}

function parsed(option: Option, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    throw optionFault(option, "must be a duration, such as 90s or 1h30m, or milliseconds");
  }
}
