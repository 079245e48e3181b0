import { keysOf } from "./access.ts";
import { calculate } from "./arithmetic.ts";
import { decodeBase64, parseJson, toBool, toBytes, toDouble, toInt, toText, toUint } from "./conversions.ts";
import { GETTERS, readPart, toDate, toDuration, toTimestamp } from "./instants.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spend, spendChars } from "./meter.ts";
import { compilePattern } from "./pattern.ts";
import {
  Duration,
  Failure,
  isList,
  isMap,
  kindOf,
  type Result,
  Timestamp,
  TypeName,
  type Value,
} from "./value.ts";

/** What a function may ask besides its arguments. */
export interface CallContext extends Meter {
  /** Unix milliseconds. */
  readonly now: number;
}

/** A function of the language. A receiver, where one stands before the dot, is the first argument. */
export interface CelFunction {
  /** Where it may stand: `f(x)`, `x.f()`, or both. */
  readonly style: "global" | "method" | "both";
  readonly argumentsMin: number;
  readonly argumentsMax: number;
  /** Whether its value may change while its arguments stay: what asks the clock is no constant. */
  readonly isTimed: boolean;
  readonly run: (values: readonly Value[], context: CallContext) => Result;
}

type Unary = (value: Value, context: CallContext) => Result;
type Binary = (left: Value, right: Value, context: CallContext) => Result;

function unary(run: Unary, style: CelFunction["style"] = "global"): CelFunction {
  return {
    style,
    argumentsMin: 1,
    argumentsMax: 1,
    isTimed: false,
    run: ([value = null], context) => run(value, context),
  };
}

function onTexts(
  name: string,
  run: (text: string, other: string, context: CallContext) => Result,
): CelFunction {
  const binary: Binary = (left, right, context) =>
    typeof left === "string" && typeof right === "string"
      ? run(left, right, context)
      : new Failure(`${name} takes two strings, not ${kindOf(left)} and ${kindOf(right)}`);
  return {
    style: name === "matches" ? "both" : "method",
    argumentsMin: 2,
    argumentsMax: 2,
    isTimed: false,
    run: ([left = null, right = null], context) => binary(left, right, context),
  };
}

function timed(argumentsCount: 0 | 1, run: CelFunction["run"]): CelFunction {
  return { style: "global", argumentsMin: argumentsCount, argumentsMax: argumentsCount, isTimed: true, run };
}

function getter(name: string): CelFunction {
  return {
    style: "method",
    argumentsMin: 1,
    argumentsMax: 2,
    isTimed: false,
    run: ([value = null, zone = null], context) => readPart(name, value, zone, context),
  };
}

/**
 * Every function there is: those of the CEL standard library, and those of the dialect (12.2). Operators and macros are
 * syntax and not here.
 */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ["size", unary(sizeOf, "both")],
  ["type", unary((value) => new TypeName(kindOf(value)))],
  ["dyn", unary((value) => value)],
  ["int", unary(toInt)],
  ["uint", unary(toUint)],
  ["double", unary(toDouble)],
  ["bool", unary(toBool)],
  ["string", unary(toText)],
  ["bytes", unary(toBytes)],
  ["timestamp", unary(toTimestamp)],
  ["duration", unary(toDuration)],
  ["date", unary(toDate)],
  ["lowercase", unary((value, context) => changeCase(value, context, (text) => text.toLowerCase()))],
  ["uppercase", unary((value, context) => changeCase(value, context, (text) => text.toUpperCase()))],
  ["b64decode", unary(decodeBase64)],
  ["json_parse", unary(parseJson)],
  ["contains", onTexts("contains", contains)],
  [
    "startsWith",
    onTexts("startsWith", (text, part, context) => atEdge(part, context, () => text.startsWith(part))),
  ],
  [
    "endsWith",
    onTexts("endsWith", (text, part, context) => atEdge(part, context, () => text.endsWith(part))),
  ],
  ["matches", onTexts("matches", matches)],
  ["now", timed(0, (_values, { now }) => new Timestamp(now))],
  ["now_plus", timed(1, ([value = null], context) => shiftNow("+", value, context))],
  ["now_minus", timed(1, ([value = null], context) => shiftNow("-", value, context))],
  ...GETTERS.map((name) => [name, getter(name)] as const),
]);

/** Characters of a text as code points, bytes, items, or keys; null has none (12.3). */
function sizeOf(value: Value, meter: Meter): Result {
  if (value === null) return 0n;
  if (typeof value === "string")
    return spendChars(meter, value.length) ? BigInt(codePoints(value)) : EXHAUSTED;
  if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
  if (!isMap(value)) return new Failure(`${kindOf(value)} has no size`);
  const count = keysOf(value).length;
  return spend(meter, count) ? BigInt(count) : EXHAUSTED;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
    if (isPair) count--;
  }
  return count;
}

function changeCase(value: Value, meter: Meter, change: (text: string) => string): Result {
  if (typeof value !== "string") return new Failure(`only a string has a case, not ${kindOf(value)}`);
  if (value.length > EXPRESSION_LIMITS.stringChars)
    return new Failure("the text is too long to change its case");
  return spendChars(meter, value.length) ? change(value) : EXHAUSTED;
}

/** The engine may compare every character of the part with every one of the text, so that is what a search costs. */
function contains(text: string, part: string, context: CallContext): Result {
  const units = Math.ceil((text.length * Math.max(part.length, 1)) / EXPRESSION_LIMITS.searchStepsPerUnit);
  if (part.length > text.length) return false;
  return spend(context, units) ? text.includes(part) : EXHAUSTED;
}

function atEdge(part: string, meter: Meter, compare: () => boolean): Result {
  return spendChars(meter, part.length) ? compare() : EXHAUSTED;
}

/** A pattern that is no literal is read at each call, which costs a large part of the budget. */
function matches(text: string, source: string, context: CallContext): Result {
  if (!spend(context, EXPRESSION_LIMITS.patternCompileUnits)) return EXHAUSTED;
  const pattern = compilePattern(source);
  return pattern instanceof Failure ? pattern : pattern.isIn(text, context);
}

function shiftNow(operator: "+" | "-", value: Value, context: CallContext): Result {
  const by = toDuration(value, context);
  return by instanceof Duration ? calculate(operator, new Timestamp(context.now), by, context) : by;
}
