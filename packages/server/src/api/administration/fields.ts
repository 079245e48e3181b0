import { HoldfastError, parseDuration } from "@holdfast/protocol";

type Fields = Readonly<Record<string, unknown>>;

/** A member that is text; null when it is absent or null. @throws HoldfastError `request_invalid` */
export function textField(fields: Fields, name: string): string | null {
  const value = fields[name] ?? null;
  if (value === null || typeof value === "string") return value;
  throw new HoldfastError("request_invalid", `${name} must be text.`);
}

/** The same of one that must be there. */
export function wantedText(fields: Fields, name: string): string {
  const value = textField(fields, name);
  if (value !== null && value !== "") return value;
  throw new HoldfastError("request_invalid", `The body must have ${name}.`);
}

/** A list of texts; null when it is absent or null. */
export function listField(fields: Fields, name: string): readonly string[] | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  if (Array.isArray(value) && value.every((each): each is string => typeof each === "string")) return value;
  throw new HoldfastError("request_invalid", `${name} must be a list of texts.`);
}

/** A number; null when it is absent or null. */
export function numberField(fields: Fields, name: string): number | null {
  const value = fields[name] ?? null;
  if (value === null || typeof value === "number") return value;
  throw new HoldfastError("request_invalid", `${name} must be a number.`);
}

/** When something expires, Unix ms: a date, or how long from now, such as `90d`. */
export function expiryField(fields: Fields, name: string, now: number): number | null {
  const text = textField(fields, name);
  if (text === null) return null;
  if (!/^\d{4}-/.test(text)) return now + parseDuration(text);
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new HoldfastError(
    "request_invalid",
    `${name} must be a date, such as 2027-01-31, or a duration such as 90d.`,
  );
}

/** An instant in an answer. */
export function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
