import { HoldfastError } from "./errors.ts";

/** Milliseconds of each unit of the wire. Micro has two spellings in Unicode, and Go accepts both. */
const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["\u00b5s", 1e-3],
  ["\u03bcs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

/** The units a duration is written in, longest first. */
const FORMAT_UNITS = ["w", "d", "h", "m", "s", "ms"] as const;

/** One number with its unit; sticky, so that nothing between two of them goes unseen. */
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w)/y;

/** Longer texts are refused unread. */
const TEXT_CHARS_MAX = 128;

/**
 * A duration as it travels, in whole milliseconds: numbers with units (ns, us, ms, s, m, h, d, w), one after another,
 * with an optional sign in front. Rounded to the nearest millisecond. A bare `0` needs no unit.
 *
 * Negative durations are understood, since user code computes them; who acts on one decides what it means.
 *
 * @example
 * ```ts
 * parseDuration("1h30m") // → 5_400_000
 * parseDuration("1.5s") // → 1500
 * parseDuration("-2d") // → -172_800_000
 * ```
 *
 * @throws HoldfastError `duration_invalid` for anything else: an unknown unit, white space, an empty text, too many
 * milliseconds for a number to count exactly.
 */
export function parseDuration(text: string): number {
  if (text.length > TEXT_CHARS_MAX) throw invalid(text, `it is longer than ${TEXT_CHARS_MAX} characters`);
  const isNegative = text.startsWith("-");
  const start = isNegative || text.startsWith("+") ? 1 : 0;
  if (text.length === start) throw invalid(text, "there is no number in it");
  if (text.slice(start) === "0") return 0;

  let totalMs = 0;
  PART.lastIndex = start;
  for (let at = start; at < text.length; at = PART.lastIndex) {
    const part = PART.exec(text);
    if (part === null) throw invalid(text, `character ${at + 1} does not begin a number with a unit`);
    // The pattern admits only the units of the table.
    totalMs += Number(part[1]) * (UNIT_MS.get(part[2] as string) as number);
  }
  const wholeMs = Math.round(totalMs);
  if (!Number.isSafeInteger(wholeMs)) throw invalid(text, "it is longer than can be counted in milliseconds");
  // Zero has no sign here: "-1ns" is 0, not -0.
  return isNegative && wholeMs !== 0 ? -wholeMs : wholeMs;
}

/**
 * A number of milliseconds as people and the wire write it; `parseDuration` reads the same number back.
 * Fractions of a millisecond are rounded away.
 *
 * @example
 * ```ts
 * formatDuration(5_400_000) // → "1h30m"
 * formatDuration(500) // → "500ms"
 * formatDuration(0) // → "0s"
 * ```
 *
 * @throws HoldfastError `duration_invalid` for a number that cannot be counted exactly, such as Infinity.
 */
export function formatDuration(ms: number): string {
  let leftMs = Math.abs(Math.round(ms));
  if (!Number.isSafeInteger(leftMs)) throw invalid(String(ms), "it cannot be counted in whole milliseconds");
  if (leftMs === 0) return "0s";
  let text = ms < 0 ? "-" : "";
  for (const unit of FORMAT_UNITS) {
    // Every unit written is in the table.
    const unitMs = UNIT_MS.get(unit) as number;
    const count = Math.floor(leftMs / unitMs);
    if (count > 0) text += `${count}${unit}`;
    leftMs -= count * unitMs;
  }
  return text;
}

function invalid(text: string, reason: string): HoldfastError {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return new HoldfastError("duration_invalid", `Cannot read the duration ${shown}: ${reason}.`);
}
