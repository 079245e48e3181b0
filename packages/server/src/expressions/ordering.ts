import { EXHAUSTED, type Meter, spendChars } from "./meter.ts";
import { Duration, Failure, kindOf, numeric, Timestamp, type Value } from "./value.ts";

/** The first instant there is, which stands for null beside an instant. */
const FIRST_INSTANT_MS = -62_135_596_800_000;

/**
 * The order of two values: negative, zero or positive, and NaN where neither comes first, which is so for the double
 * NaN. Numbers of all types compare by what they count; null stands for the zero of the other's type (12.3). A
 * failure for types that have no order between them.
 */
export function compare(left: Value, right: Value, meter: Meter): number | Failure {
  if (left === null) return right === null ? 0 : fromZero(right, (zero) => compare(zero, right, meter));
  if (right === null) return fromZero(left, (zero) => compare(left, zero, meter));

  const leftNumber = numeric(left);
  const rightNumber = numeric(right);
  if (leftNumber !== null && rightNumber !== null) return order(leftNumber, rightNumber);
  if (typeof left === "string" && typeof right === "string") {
    return spendChars(meter, Math.min(left.length, right.length)) ? compareText(left, right) : EXHAUSTED;
  }
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Timestamp && right instanceof Timestamp) return left.ms - right.ms;
  if (left instanceof Duration && right instanceof Duration) return left.ms - right.ms;
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return spendChars(meter, Math.min(left.length, right.length)) ? Buffer.compare(left, right) : EXHAUSTED;
  }
  return new Failure(`${kindOf(left)} and ${kindOf(right)} have no order`);
}

function order(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
}

function fromZero(other: Value, compareZero: (zero: Value) => number | Failure): number | Failure {
  const zero = zeroOf(other);
  return zero === undefined ? new Failure(`null and ${kindOf(other)} have no order`) : compareZero(zero);
}

/** The zero of a value's type, where the type has one that can be ordered and added. */
function zeroOf(value: Value): Value | undefined {
  if (numeric(value) !== null) return 0n;
  if (typeof value === "string") return "";
  if (typeof value === "boolean") return false;
  if (value instanceof Timestamp) return new Timestamp(FIRST_INSTANT_MS);
  if (value instanceof Duration) return new Duration(0);
  return value instanceof Uint8Array ? new Uint8Array() : undefined;
}

/** By code points, as UTF-8 sorts; JavaScript's own order would put the astral planes before U+E000. */
function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  if (at === length) return left.length - right.length;
  return rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
}

/** Moves the surrogates, which begin characters above all others, behind the rest of the code units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
