/** An unsigned integer. Signed integers are plain `bigint`, doubles and all numbers of JSON are plain `number`. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** An instant, in Unix milliseconds between the years 1 and 9999. Finer parts of a second are cut off. */
export class Timestamp {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A length of time in whole milliseconds, of either sign. */
export class Duration {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A type as a value: what `type(x)` gives, and what the name `int` means on its own. */
export class TypeName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A map written in an expression. Its entries are filed under `scalarKey` of their keys, so that 1 and 1.0 are one key. */
export class ConstructedMap {
  readonly entries: ReadonlyMap<string, readonly [key: Value, value: Value]>;
  constructor(entries: ReadonlyMap<string, readonly [key: Value, value: Value]>) {
    this.entries = entries;
  }
}

/** A map that came from JSON, read in place and only by its own properties. */
export type JsonMap = Readonly<Record<string, unknown>>;

/** Whatever an expression can yield. Items of lists and members of JSON maps are values too, read by `asValue`. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | TypeName
  | readonly unknown[]
  | ConstructedMap
  | JsonMap;

/** Why there is no value. Failures are returned and never thrown: `||`, `&&` and macros go on past them, thousands of times. */
export class Failure {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Result = Value | Failure;

/** The names of types in expressions, by `typeName`. */
export type Kind =
  | "null_type"
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "list"
  | "map"
  | "google.protobuf.Timestamp"
  | "google.protobuf.Duration"
  | "type";

/** Names that denote a type when they stand alone in an expression. */
export const TYPE_NAMES: ReadonlySet<string> = new Set<Kind>([
  "null_type",
  "bool",
  "int",
  "uint",
  "double",
  "string",
  "bytes",
  "list",
  "map",
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
  "type",
]);

/** A member of plain JSON as a value. What JSON does not have, such as `undefined`, is null. */
export function asValue(member: unknown): Value {
  if (member === undefined || typeof member === "function" || typeof member === "symbol") return null;
  // What is left is a scalar or an object, and every object is a list, a map, or one of the classes above.
  return member as Value;
}

export function kindOf(value: Value): Kind {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return "double";
  if (typeof value === "bigint") return "int";
  if (typeof value === "string") return "string";
  if (value === null) return "null_type";
  if (Array.isArray(value)) return "list";
  if (value instanceof Uint) return "uint";
  if (value instanceof Timestamp) return "google.protobuf.Timestamp";
  if (value instanceof Duration) return "google.protobuf.Duration";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof TypeName) return "type";
  return "map";
}

export function isList(value: Value): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ConstructedMap | JsonMap {
  return kindOf(value) === "map";
}

/** A number of any of the three types as one that JavaScript compares and adds; null for everything else. */
export function numeric(value: Value): number | bigint | null {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof Uint ? value.value : null;
}

/**
 * What `&&`, `||`, `!`, the conditional and the macros ask: false for null, false, zero, NaN and the empty string, as in
 * JavaScript. Empty lists and maps are true.
 */
export function isTruthy(value: Value): boolean {
  return value instanceof Uint ? value.value !== 0n : Boolean(value);
}

const UINT_MAX = 2n ** 64n - 1n;
const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;

export function isInt64(value: bigint): boolean {
  return value >= INT_MIN && value <= INT_MAX;
}

export function isUint64(value: bigint): boolean {
  return value >= 0n && value <= UINT_MAX;
}

/** One text for all numbers that are equal, whatever their type: 1, 1.0 and 1u are "1", and -0 is "0". */
export function numberText(value: number | bigint): string {
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 64) {
    return Number.isSafeInteger(value) ? String(value === 0 ? 0 : value) : BigInt(value).toString();
  }
  return value.toString();
}

/** A text that is the same for exactly those scalars that `==` holds equal; null for null, NaN and what is no scalar. */
export function scalarKey(value: Value): string | null {
  if (typeof value === "string") return `s:${value}`;
  if (typeof value === "boolean") return `b:${value}`;
  const number = numeric(value);
  return number === null || Number.isNaN(number) ? null : `n:${numberText(number)}`;
}

/** Longer texts are cut in the index: what differs only behind the cut is told apart by `==` itself. */
const EQUALITY_KEY_CHARS = 256;

/**
 * A text that is the same for any two scalars that `==` may hold equal, and differs for nearly all others: 1, 1.0 and 1u
 * have one. Null for null, NaN, and everything that is no string, number or boolean. Short and free of lone surrogates,
 * so that it can stand in any index.
 */
export function equalityKey(value: unknown): string | null {
  return scalarKey(asValue(value))?.slice(0, EQUALITY_KEY_CHARS).toWellFormed() ?? null;
}
