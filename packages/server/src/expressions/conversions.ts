import { isUtf8 } from "node:buffer";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { EXHAUSTED, type Meter, spendChars } from "./meter.ts";
import { scalarText } from "./text.ts";
import {
  Failure,
  isInt64,
  isUint64,
  kindOf,
  numeric,
  type Result,
  Timestamp,
  Uint,
  type Value,
} from "./value.ts";

const OUT_OF_RANGE = new Failure("the number does not fit the integer type");

/** `int(x)`: of any number, without its fraction; of decimal text; of an instant, its Unix seconds. */
export function toInt(value: Value): Result {
  const integer = toInteger(value, "int");
  if (integer instanceof Failure) return integer;
  return isInt64(integer) ? integer : OUT_OF_RANGE;
}

/** `uint(x)`: as `int(x)`, from zero up. */
export function toUint(value: Value): Result {
  const integer = toInteger(value, "uint");
  if (integer instanceof Failure) return integer;
  return isUint64(integer) ? new Uint(integer) : OUT_OF_RANGE;
}

function toInteger(value: Value, type: string): bigint | Failure {
  if (value instanceof Timestamp) return BigInt(Math.floor(value.ms / 1000));
  if (typeof value === "string") {
    return INTEGER.test(value) ? BigInt(value) : new Failure(`the text is no ${type}`);
  }
  const number = numeric(value);
  if (typeof number === "bigint") return number;
  if (number === null) return new Failure(`there is no ${type} of ${kindOf(value)}`);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : OUT_OF_RANGE;
}

/** No integer of 64 bits has more digits. */
const INTEGER = /^-?\d{1,20}$/;
const DOUBLE = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/;
const NAMED_DOUBLES: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["+Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** `double(x)`: of any number, or of decimal text. */
export function toDouble(value: Value): Result {
  if (typeof value === "string") {
    return (
      NAMED_DOUBLES.get(value) ?? (DOUBLE.test(value) ? Number(value) : new Failure("the text is no double"))
    );
  }
  const number = numeric(value);
  return number === null ? new Failure(`there is no double of ${kindOf(value)}`) : Number(number);
}

/** `bool(x)`: of a boolean, or of the texts that spell one. */
export function toBool(value: Value): Result {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return new Failure(`there is no bool of ${kindOf(value)}`);
  if (["true", "True", "TRUE", "t", "1"].includes(value)) return true;
  if (["false", "False", "FALSE", "f", "0"].includes(value)) return false;
  return new Failure("the text is no bool");
}

/** `string(x)`: of any scalar but null, and of bytes that are UTF-8. */
export function toText(value: Value, meter: Meter): Result {
  if (value instanceof Uint8Array) return decodeUtf8(value, meter);
  const text = value === null ? null : scalarText(value);
  return text ?? new Failure(`there is no string of ${kindOf(value)}`);
}

/** `bytes(x)`: the UTF-8 of a text. */
export function toBytes(value: Value, meter: Meter): Result {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") return new Failure(`there is no bytes of ${kindOf(value)}`);
  return spendChars(meter, value.length) ? new Uint8Array(Buffer.from(value)) : EXHAUSTED;
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** `b64decode(s)`: the text behind Base64 of either alphabet (RFC 4648), padded or not. */
export function decodeBase64(value: Value, meter: Meter): Result {
  if (typeof value !== "string") return new Failure(`b64decode takes a string, not ${kindOf(value)}`);
  if (value.length > EXPRESSION_LIMITS.stringChars) return new Failure("the Base64 text is too long");
  if (!spendChars(meter, value.length)) return EXHAUSTED;
  return BASE64.test(value)
    ? decodeUtf8(Buffer.from(value, "base64"), meter)
    : new Failure("the text is no Base64");
}

function decodeUtf8(bytes: Uint8Array, meter: Meter): Result {
  if (!spendChars(meter, bytes.length)) return EXHAUSTED;
  return isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : new Failure("the bytes are no UTF-8");
}

/** `json_parse(s)`: the value of a JSON text. */
export function parseJson(value: Value, meter: Meter): Result {
  if (typeof value !== "string") return new Failure(`json_parse takes a string, not ${kindOf(value)}`);
  if (value.length > EXPRESSION_LIMITS.stringChars) return new Failure("the JSON text is too long");
  const units = JSON_PARSE_UNITS + Math.floor(value.length / EXPRESSION_LIMITS.jsonCharsPerUnit);
  meter.left -= units;
  if (meter.left < 0) return EXHAUSTED;
  if (depthOf(value) > EXPRESSION_LIMITS.valueDepthCount)
    return new Failure("the JSON text is nested too deep");
  try {
    // What JSON.parse returns is a value of JSON, and every one of those is a value here.
    return JSON.parse(value) as Value;
  } catch {
    return new Failure("the text is no JSON");
  }
}

/** A parser that fails makes an error object, whatever the length of the text. */
const JSON_PARSE_UNITS = 50;

/** How many brackets are open at most; brackets inside strings count too, which can only make it larger than it is. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === OPEN_LIST || unit === OPEN_MAP) deepest = Math.max(deepest, ++depth);
    else if (unit === CLOSE_LIST || unit === CLOSE_MAP) depth--;
  }
  return deepest;
}

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
