import { isUlid } from "@holdfast/protocol";
import type { RunId } from "@holdfast/protocol";
import { badField } from "./errors.ts";

/** A query or body as it came: nothing in it is checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** A field by its name in camelCase, or as it is spelled in snake_case; undefined for absent and for null. */
export function field(fields: Fields, name: string): unknown {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return fields[name] ?? fields[snake] ?? undefined;
}

/** A text that is not empty, or null. */
export function textField(fields: Fields, name: string): string | null {
  const value = field(fields, name);
  if (value === undefined || value === "") return null;
  if (typeof value !== "string") throw badField(name, "must be text");
  return value;
}

/** A truth value, in JSON or as text of a query; absent is `false`. */
export function flagField(fields: Fields, name: string): boolean {
  const value = field(fields, name);
  if (value === undefined || value === "" || value === false || value === "false") return false;
  if (value === true || value === "true") return true;
  throw badField(name, "must be true or false");
}

/** An instant of RFC 3339 as Unix ms, or null. */
export function instantField(fields: Fields, name: string): number | null {
  const text = textField(fields, name);
  if (text === null) return null;
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) throw badField(name, "must be a date of RFC 3339");
  return instant;
}

/** Longest list a query may give. */
const LIST_MAX = 100;

/** Several values: a parameter given again and again, or parted by commas. */
export function listField(fields: Fields, name: string): readonly string[] {
  const value = field(fields, name);
  const given: readonly unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  const texts = given.flatMap((one) => (typeof one === "string" ? one.split(",") : []));
  if (texts.length > LIST_MAX) throw badField(name, `has more than ${LIST_MAX} values`);
  return texts.filter((text) => text !== "");
}

/** One of a few words, or null. */
export function wordField<Word extends string>(
  fields: Fields,
  name: string,
  words: readonly Word[],
): Word | null {
  const text = textField(fields, name);
  if (text === null) return null;
  const word = words.find((one) => one === text);
  if (word === undefined) throw badField(name, `must be one of ${words.join(", ")}`);
  return word;
}

/** How many entries a page has. */
export function limitField(fields: Fields, limits: { readonly usual: number; readonly max: number }): number {
  const value = field(fields, "limit");
  if (value === undefined || value === "") return limits.usual;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.max)
    throw badField("limit", `must be a whole number from 1 to ${limits.max}`);
  return limit;
}

/** Cursors are opaque: what is in them may change with any version. */
export function writeCursor(id: string): string {
  return Buffer.from(`r1:${id}`).toString("base64url");
}

/** The run after which a page begins, or null. */
export function cursorField(fields: Fields): RunId | null {
  const text = textField(fields, "cursor");
  if (text === null) return null;
  const [version, id = ""] = Buffer.from(text, "base64url").toString("utf8").split(":");
  if (version !== "r1" || !isUlid(id)) throw badField("cursor", "is not a cursor of this server");
  return id as RunId;
}
