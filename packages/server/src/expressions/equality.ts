import { keysOf, member } from "./access.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spend, spendChars } from "./meter.ts";
import {
  asValue,
  Duration,
  Failure,
  isList,
  isMap,
  numeric,
  Timestamp,
  TypeName,
  type Value,
} from "./value.ts";

const TOO_DEEP = new Failure(
  `values nested more than ${EXPRESSION_LIMITS.valueDepthCount} deep are not compared`,
);

/**
 * `a == b`: numbers by what they count, whatever their type; lists and maps by what they hold; false for values of
 * different types, and for null against anything else (12.3). Never a failure, unless it costs too much.
 */
export function equals(left: Value, right: Value, meter: Meter, depth = 0): boolean | Failure {
  if (!spend(meter, 1)) return EXHAUSTED;
  if (typeof left === "string" && typeof right === "string") {
    // Texts of different lengths are told apart without a look at them.
    if (left.length !== right.length) return false;
    return spendChars(meter, left.length) ? left === right : EXHAUSTED;
  }
  const leftNumber = numeric(left);
  const rightNumber = numeric(right);
  if (leftNumber !== null || rightNumber !== null) {
    // Between the two numeric types of JavaScript only `==` compares, and it does so exactly.
    // oxlint-disable-next-line eqeqeq -- this is the comparison of a bigint with a number.
    return leftNumber !== null && rightNumber !== null && leftNumber == rightNumber;
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null)
    return left === right;
  if (isList(left)) return isList(right) && listsEqual(left, right, meter, depth);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.ms === right.ms;
  if (left instanceof Duration) return right instanceof Duration && left.ms === right.ms;
  if (left instanceof TypeName) return right instanceof TypeName && left.name === right.name;
  if (left instanceof Uint8Array) {
    if (!(right instanceof Uint8Array) || left.length !== right.length) return false;
    return spendChars(meter, left.length) ? Buffer.compare(left, right) === 0 : EXHAUSTED;
  }
  return isMap(left) && isMap(right) && mapsEqual(left, right, meter, depth);
}

function listsEqual(
  left: readonly unknown[],
  right: readonly unknown[],
  meter: Meter,
  depth: number,
): boolean | Failure {
  if (left.length !== right.length) return false;
  if (depth >= EXPRESSION_LIMITS.valueDepthCount) return TOO_DEEP;
  for (const [position, item] of left.entries()) {
    const verdict = equals(asValue(item), asValue(right[position]), meter, depth + 1);
    if (verdict !== true) return verdict;
  }
  return true;
}

function mapsEqual(
  left: Parameters<typeof keysOf>[0],
  right: Parameters<typeof keysOf>[0],
  meter: Meter,
  depth: number,
): boolean | Failure {
  if (depth >= EXPRESSION_LIMITS.valueDepthCount) return TOO_DEEP;
  const keys = keysOf(left);
  if (!spend(meter, keys.length)) return EXHAUSTED;
  const rightCount = keysOf(right).length;
  if (!spend(meter, rightCount)) return EXHAUSTED;
  if (keys.length !== rightCount) return false;
  for (const key of keys) {
    const other = member(right, key);
    if (other === undefined) return false;
    const verdict = equals(member(left, key) ?? null, other, meter, depth + 1);
    if (verdict !== true) return verdict;
  }
  return true;
}
