import { keysOf, member } from "./access.ts";
import {
  asValue,
  Duration,
  scalarKey,
  isList,
  isMap,
  numberText,
  numeric,
  Timestamp,
  TypeName,
  type Value,
} from "./value.ts";

/** A scalar as it reads inside other text: null is empty, a string is itself. Null for bytes, types and containers. */
export function scalarText(value: Value): string | null {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  const number = numeric(value);
  if (number !== null) return numberText(number);
  if (value instanceof Timestamp) return timestampText(value);
  return value instanceof Duration ? `${value.ms / 1000}s` : null;
}

/** RFC 3339 in UTC, with milliseconds only where there are some. */
function timestampText(timestamp: Timestamp): string {
  return new Date(timestamp.ms).toISOString().replace(".000Z", "Z");
}

/**
 * One text for each value: canonical JSON, in which numbers that are equal read alike whatever their type, and types
 * that JSON lacks carry a mark. Equal texts mean equal values, `"1"` and `1` differ, `1` and `1.0` do not. Null when the
 * text is longer than `charsMax`.
 */
export function canonicalText(value: Value, charsMax: number): string | null {
  const writer = new Writer(charsMax);
  writer.write(value);
  return writer.left < 0 ? null : writer.pieces.join("");
}

const ENTRY_CHARS_MIN = 4;

class Writer {
  readonly pieces: string[] = [];
  left: number;

  constructor(charsMax: number) {
    this.left = charsMax;
  }

  write(value: Value): void {
    if (this.left < 0) return;
    if (typeof value === "string") this.#put(value.length > this.left ? value : JSON.stringify(value));
    else if (isList(value)) this.#list(value);
    else if (value instanceof Uint8Array) this.#put(`bytes(${Buffer.from(value).toString("base64")})`);
    else if (value instanceof Timestamp) this.#put(`timestamp(${value.ms})`);
    else if (value instanceof Duration) this.#put(`duration(${value.ms})`);
    else if (value instanceof TypeName) this.#put(`type(${value.name})`);
    else if (isMap(value)) this.#map(value);
    else this.#put(value === null ? "null" : (scalarText(value) ?? ""));
  }

  #list(items: readonly unknown[]): void {
    this.#put("[");
    for (const [position, item] of items.entries()) {
      if (this.left < 0) return;
      if (position > 0) this.#put(",");
      this.write(asValue(item));
    }
    this.#put("]");
  }

  #map(map: Parameters<typeof keysOf>[0]): void {
    const unsorted = keysOf(map);
    // No entry is shorter than `"":0`, so what cannot fit is not sorted either.
    if (unsorted.length * ENTRY_CHARS_MIN > this.left) {
      this.left = -1;
      return;
    }
    // Keys are sorted by their tagged text, which for the keys of JSON is their own order.
    const keys = unsorted.map((key) => [scalarKey(key), key] as const);
    keys.sort(([left], [right]) => ((left ?? "") < (right ?? "") ? -1 : 1));
    this.#put("{");
    for (const [position, [, key]] of keys.entries()) {
      if (this.left < 0) return;
      if (position > 0) this.#put(",");
      this.write(key);
      this.#put(":");
      this.write(member(map, key) ?? null);
    }
    this.#put("}");
  }

  #put(text: string): void {
    this.left -= text.length;
    if (this.left >= 0) this.pieces.push(text);
  }
}
