import { cronFault, quote } from "./fault.ts";

/** The values of one field, and whether it was left open (`*` or `?`): days of month and week go by that. */
export interface Field {
  readonly values: ReadonlySet<number>;
  readonly isOpen: boolean;
}

/** The five fields of an expression. Months count from 1, weekdays from Sunday, which is 0. */
export interface Fields {
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
}

interface Bounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for values, the first for `min`. */
  readonly words?: readonly string[];
}

const MINUTE: Bounds = { name: "minute", min: 0, max: 59 };
const HOUR: Bounds = { name: "hour", min: 0, max: 23 };
const DAY: Bounds = { name: "day of month", min: 1, max: 31 };
const MONTH: Bounds = {
  name: "month",
  min: 1,
  max: 12,
  words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Bounds = {
  name: "weekday",
  min: 0,
  max: 6,
  words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/**
 * Reads `minute hour day month weekday`: numbers or names, ranges `a-b`, steps `/n`, lists of these, `*` and `?`. What
 * stands before a step may be a single number, which then means from there to the end.
 *
 * @throws HoldfastError `cron_invalid` naming the field and the part of it that cannot be read. `source` is what it quotes.
 */
export function parseFields(text: string, source: string): Fields {
  const parts = text.split(/[ \t]+/).filter((part) => part !== "");
  const [minute, hour, day, month, weekday] = parts;
  if (
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    month === undefined ||
    weekday === undefined ||
    parts.length !== 5
  ) {
    throw cronFault(
      source,
      `it has ${parts.length} ${parts.length === 1 ? "field" : "fields"} and not five`,
      parts.length === 6 ? "Leave out the field of seconds: a schedule counts in minutes." : undefined,
    );
  }
  return {
    minute: parseField(minute, MINUTE, source),
    hour: parseField(hour, HOUR, source),
    day: parseField(day, DAY, source),
    month: parseField(month, MONTH, source),
    weekday: parseField(weekday, WEEKDAY, source),
  };
}

function parseField(text: string, bounds: Bounds, source: string): Field {
  const values = new Set<number>();
  let isOpen = false;
  // The expression's length bounds the parts, the field's bounds the values of each.
  for (const part of text.split(",")) {
    const range = parseRange(part, bounds, source);
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    isOpen ||= range.isOpen;
  }
  return { values, isOpen };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly isOpen: boolean;
}

const RANGE = /^(?:(?<all>[*?])|(?<from>[a-z0-9]+)(?:-(?<to>[a-z0-9]+))?)(?:\/(?<step>\d{1,4}))?$/i;

function parseRange(part: string, bounds: Bounds, source: string): Range {
  const groups = RANGE.exec(part)?.groups;
  if (groups === undefined) throw cronFault(source, `${quote(part)} is no ${bounds.name}`);
  const { all, from: first, to: last } = groups;
  const step = groups["step"] === undefined ? 1 : Number(groups["step"]);
  if (step === 0) throw cronFault(source, `the step of ${quote(part)} in its ${bounds.name} is 0`);
  // A step greater than one leaves days out, so the field is a restriction like any other.
  if (all !== undefined || first === undefined)
    return { from: bounds.min, to: bounds.max, step, isOpen: step === 1 };
  const from = parseValue(first, bounds, source);
  const single = groups["step"] === undefined ? from : bounds.max;
  const to = last === undefined ? single : parseValue(last, bounds, source);
  if (from > to) throw cronFault(source, `the range ${quote(part)} of its ${bounds.name} runs backwards`);
  return { from, to, step, isOpen: false };
}

function parseValue(text: string, bounds: Bounds, source: string): number {
  const word = bounds.words?.indexOf(text.toLowerCase()) ?? -1;
  if (word >= 0) return bounds.min + word;
  if (!/^\d+$/.test(text)) throw cronFault(source, `${quote(text)} is no ${bounds.name}`);
  const value = Number(text);
  if (value >= bounds.min && value <= bounds.max) return value;
  throw cronFault(
    source,
    `its ${bounds.name} ${quote(text)} is not between ${bounds.min} and ${bounds.max}`,
    bounds === WEEKDAY && value === 7 ? "Write 0 or SUN for Sunday." : undefined,
  );
}
