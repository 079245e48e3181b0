import { HoldfastError } from "@holdfast/protocol";

/** What may stand in an expression. */
export type ExpressionValue =
  | string
  | number
  | boolean
  | null
  | Date
  | readonly ExpressionValue[]
  | { readonly [name: string]: ExpressionValue };

/**
 * A CEL expression with values in it, as literals of the language: a value is compared, never read as a part of the
 * expression, whatever it holds.
 *
 * @example
 * ```ts
 * const orderId = `x" || true || "`;
 * expression`async.data.orderId == ${orderId}` // → async.data.orderId == "x\" || true || \""
 * ```
 *
 * @throws HoldfastError `step_invalid` for a value that CEL has no literal for, such as NaN or a function.
 */
export function expression(texts: TemplateStringsArray, ...values: readonly ExpressionValue[]): string {
  return texts.reduce((written, text, index) => `${written}${literal(values[index - 1])}${text}`);
}

function literal(value: unknown): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "boolean":
      return String(value);
    case "number":
      return numeral(value);
    case "object":
      break;
    default:
      throw invalid(`a value of type ${typeof value}`);
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalid("a date that is none");
    return quoted(value.toISOString());
  }
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalid("an object of a class");
  return `{${Object.entries(value ?? {})
    .map(([name, member]) => `${quoted(name)}: ${literal(member)}`)
    .join(", ")}}`;
}

/** Text in double quotes. Whatever is not a plain visible character is written by its number. */
function quoted(text: string): string {
  let inner = "";
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) throw invalid("half of a surrogate pair");
    if (char === '"' || char === "\\") inner += `\\${char}`;
    else if (code >= 0x20 && code < 0x7f) inner += char;
    else if (code <= 0xffff) inner += `\\u${code.toString(16).padStart(4, "0")}`;
    else inner += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return `"${inner}"`;
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) throw invalid("a number that is not finite");
  if (Object.is(value, -0)) return "0";
  const text = String(value);
  // CEL reads a numeral without a point or an exponent as a whole number of 64 bits.
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

function invalid(what: string): HoldfastError {
  return new HoldfastError("step_invalid", `Cannot write ${what} into an expression.`);
}
