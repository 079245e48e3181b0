import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spend, spendChars } from "./meter.ts";
import { scalarText } from "./text.ts";
import {
  Duration,
  Failure,
  isInt64,
  isList,
  isUint64,
  kindOf,
  numeric,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from "./value.ts";

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

const FIRST_INSTANT_MS = -62_135_596_800_000;
const LAST_INSTANT_MS = 253_402_300_799_999;
const DURATION_MAX_MS = LAST_INSTANT_MS - FIRST_INSTANT_MS;

/**
 * Arithmetic of two values (12.3). Integers stay within 64 bits; with a double on either side the result is a double.
 * `+` also joins texts, bytes and lists, and a text with any scalar; null adds nothing. Null counts as 0 beside a number.
 */
export function calculate(operator: ArithmeticOperator, left: Value, right: Value, meter: Meter): Result {
  const leftNumber = numeric(left) ?? (left === null && numeric(right) !== null ? 0n : null);
  const rightNumber = numeric(right) ?? (right === null && numeric(left) !== null ? 0n : null);
  if (leftNumber !== null && rightNumber !== null) {
    if (typeof leftNumber === "number" || typeof rightNumber === "number") {
      return onDoubles(operator, Number(leftNumber), Number(rightNumber));
    }
    // An unsigned operand and null, or two unsigned ones, give an unsigned result; anything signed makes it signed.
    const isUnsigned = [left, right].every((operand) => operand instanceof Uint || operand === null);
    return onIntegers(operator, leftNumber, rightNumber, isUnsigned);
  }
  if (operator === "+") return add(left, right, meter);
  if (operator === "-") {
    if (left instanceof Timestamp && right instanceof Timestamp) return new Duration(left.ms - right.ms);
    if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.ms - right.ms);
    if (left instanceof Duration && right instanceof Duration) return duration(left.ms - right.ms);
  }
  return noOperator(operator, left, right);
}

/** `-value`. */
export function negate(value: Value): Result {
  if (value === null) return 0n;
  if (typeof value === "number") return -value;
  if (typeof value === "bigint") return isInt64(-value) ? -value : OVERFLOW;
  return value instanceof Duration
    ? new Duration(-value.ms)
    : new Failure(`${kindOf(value)} has no negative`);
}

/** An instant, or the failure of one outside the years 1 to 9999. */
export function timestamp(ms: number): Result {
  const wholeMs = Math.floor(ms);
  return wholeMs >= FIRST_INSTANT_MS && wholeMs <= LAST_INSTANT_MS
    ? new Timestamp(wholeMs)
    : new Failure("the instant lies outside the years 1 to 9999");
}

/** A duration, or the failure of one longer than the years 1 to 9999. */
export function duration(ms: number): Result {
  return Math.abs(ms) <= DURATION_MAX_MS
    ? new Duration(ms)
    : new Failure("the duration is longer than 10,000 years");
}

const OVERFLOW = new Failure("the integer does not fit 64 bits");
const DIVIDED_BY_ZERO = new Failure("division by zero");

function onDoubles(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
  }
}

function onIntegers(operator: ArithmeticOperator, left: bigint, right: bigint, isUnsigned: boolean): Result {
  if (right === 0n && (operator === "/" || operator === "%")) return DIVIDED_BY_ZERO;
  const value = integer(operator, left, right);
  if (isUnsigned) return isUint64(value) ? new Uint(value) : OVERFLOW;
  return isInt64(value) ? value : OVERFLOW;
}

function integer(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
  }
}

function add(left: Value, right: Value, meter: Meter): Result {
  if (typeof left === "string" || typeof right === "string") return join(left, right, meter);
  if (isList(left) || isList(right)) return joinLists(left, right, meter);
  if (left === null) return right;
  if (right === null) return left;
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.ms + right.ms);
  if (left instanceof Duration && right instanceof Timestamp) return timestamp(left.ms + right.ms);
  if (left instanceof Duration && right instanceof Duration) return duration(left.ms + right.ms);
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    if (left.length + right.length > EXPRESSION_LIMITS.stringChars) return TEXT_TOO_LONG;
    return spendChars(meter, left.length + right.length)
      ? new Uint8Array(Buffer.concat([left, right]))
      : EXHAUSTED;
  }
  return join(left, right, meter);
}

const TEXT_TOO_LONG = new Failure(`a text is longer than ${EXPRESSION_LIMITS.stringChars} characters`);
const LIST_TOO_LONG = new Failure(`a list has more than ${EXPRESSION_LIMITS.listItemsCount} items`);

function join(left: Value, right: Value, meter: Meter): Result {
  const leftText = scalarText(left);
  const rightText = scalarText(right);
  if (leftText === null || rightText === null) return noOperator("+", left, right);
  const chars = leftText.length + rightText.length;
  if (chars > EXPRESSION_LIMITS.stringChars) return TEXT_TOO_LONG;
  return spendChars(meter, chars) ? leftText + rightText : EXHAUSTED;
}

function joinLists(left: Value, right: Value, meter: Meter): Result {
  const leftItems = left ?? [];
  const rightItems = right ?? [];
  if (!isList(leftItems) || !isList(rightItems)) return noOperator("+", left, right);
  const count = leftItems.length + rightItems.length;
  if (count > EXPRESSION_LIMITS.listItemsCount) return LIST_TOO_LONG;
  return spend(meter, count) ? [...leftItems, ...rightItems] : EXHAUSTED;
}

function noOperator(operator: ArithmeticOperator, left: Value, right: Value): Failure {
  return new Failure(`there is no ${kindOf(left)} ${operator} ${kindOf(right)}`);
}
