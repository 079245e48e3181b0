import { HoldfastError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

/**
 * The one text of a JSON value by RFC 8785: keys in UTF-16 order, no white space, numbers as ECMAScript prints them.
 * Peers sign and verify this text, so the same value must give the same bytes everywhere.
 *
 * Takes a value as `JSON.parse` makes it. Properties that are `undefined` are left out, as in `JSON.stringify`.
 * A lone surrogate is written as its escape (`\ud800`), which is what the published SDKs sign. RFC 8785 section
 * 3.2.2.2 would refuse it, but text cut in the middle of an emoji is everyday input, and the escape loses nothing.
 *
 * @example
 * ```ts
 * canonicalJson({ name: "order/paid", data: { total: 1e3, currency: "EUR" } }) // → '{"data":{"currency":"EUR","total":1000},"name":"order/paid"}'
 * ```
 *
 * @throws HoldfastError `json_too_deep` past `LIMITS.jsonDepthCount` containers in one another (a cycle ends here
 * too), `json_number_out_of_range` at a number that JSON cannot hold, such as the Infinity that `JSON.parse` reads
 * from `1e999`, and `json_invalid` for `undefined` or a function.
 */
export function canonicalJson(value: unknown): string {
  // Most values come in order, because this function wrote them before. The engine's own writer then gives the
  // same text several times faster than any walk in JavaScript that builds it.
  const text = isOrdered(value) ? JSON.stringify(value) : write(value, 0);
  // The types say that `JSON.stringify` gives text for everything; for `undefined` and functions it gives undefined.
  if (typeof text === "string") return text;
  throw new HoldfastError(
    "json_invalid",
    `Cannot write a value of type ${typeof value} as JSON: JSON has no text for it.`,
  );
}

/** Whether `JSON.stringify` writes the value in canonical form. Throws for what has no canonical form. */
function isOrdered(value: unknown): boolean {
  if (typeof value === "number") assertFinite(value);
  return typeof value !== "object" || value === null || isOrderedContainer(value, 0);
}

/** Split from `isOrdered`, with the look at scalars inside both loops: half of the time would go into calls. */
function isOrderedContainer(container: object, depth: number): boolean {
  assertDepth(depth);
  if (Array.isArray(container)) {
    for (const item of container as readonly unknown[]) {
      if (typeof item === "object") {
        if (item !== null && !isOrderedContainer(item, depth + 1)) return false;
      } else if (typeof item === "number") assertFinite(item);
    }
    return true;
  }
  // `for in` meets keys in the order of `JSON.stringify`: the integer-like ones first, by number, so "9" before
  // "10", which the comparison then reports as out of order.
  let previous = "";
  for (const key in container) {
    if (key < previous) return false;
    previous = key;
    // An object may be read by any of its own keys; what is found there is unknown and checked as such.
    const member = (container as Readonly<Record<string, unknown>>)[key];
    if (typeof member === "object") {
      if (member !== null && !isOrderedContainer(member, depth + 1)) return false;
    } else if (typeof member === "number") assertFinite(member);
  }
  return true;
}

/** The canonical text, built piece by piece; undefined for what `JSON.stringify` leaves out. */
function write(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") {
    assertFinite(value);
    return `${value}`;
  }
  if (typeof value !== "object" || value === null || hasOwnWriter(value)) return JSON.stringify(value);
  assertDepth(depth);
  return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = "";
  for (const item of items) text += `${text === "" ? "" : ","}${write(item, depth + 1) ?? "null"}`;
  return `[${text}]`;
}

function writeObject(value: object, depth: number): string {
  let text = "";
  // Without a comparison function `sort` orders by UTF-16 code units, as section 3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    // The key is one of the object's own.
    const member = write((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (member !== undefined) text += `${text === "" ? "" : ","}${quote(key)}:${member}`;
  }
  return `{${text}}`;
}

/** What a JSON string must escape. Surrogates are here too, since a lone one needs its escape. */
// oxlint-disable-next-line no-control-regex -- control characters are the subject.
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A JSON string. Short plain text, which most keys are, skips the engine's writer and its cost per call. */
function quote(text: string): string {
  return text.length < 64 && !NEEDS_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A `Date` or the like, which `JSON.stringify` writes by its method. A mere property of this name is data. */
function hasOwnWriter(value: object): boolean {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function assertFinite(value: number): void {
  if (Number.isFinite(value)) return;
  throw new HoldfastError(
    "json_number_out_of_range",
    `Cannot write the number ${value} as JSON: it does not fit a 64-bit float.`,
  );
}

function assertDepth(depth: number): void {
  if (depth < LIMITS.jsonDepthCount) return;
  throw new HoldfastError(
    "json_too_deep",
    `Cannot write the value as JSON: arrays and objects are nested more than ${LIMITS.jsonDepthCount} deep.`,
    { details: { limit: LIMITS.jsonDepthCount } },
  );
}
