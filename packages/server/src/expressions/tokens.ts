import { invalid, quoted } from "./invalid.ts";
import { readStringLiteral } from "./string-literal.ts";
import { isUint64, Uint } from "./value.ts";

/** A word of the source. Numbers and strings come with their value; `-` is a word of its own, so integers are unsigned here. */
export type Token =
  | { readonly kind: "name" | "symbol"; readonly at: number; readonly text: string }
  | {
      readonly kind: "literal";
      readonly at: number;
      readonly text: string;
      readonly value: number | bigint | Uint | string | Uint8Array;
    }
  | { readonly kind: "end"; readonly at: number; readonly text: "" };

const SPACE = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?[uU]?/y;
const SYMBOL = /==|!=|<=|>=|&&|\|\||[<>!+\-*/%?:.,()[\]{}]/y;

/**
 * Cuts a source into words, ending with one of the kind `end`.
 *
 * @throws HoldfastError `expression_invalid` at what begins no word of CEL.
 */
export function readTokens(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, source, at).length;
    if (at === source.length) return [...tokens, { kind: "end", at, text: "" }];
    const token = readToken(source, at);
    tokens.push(token);
    at += token.text.length;
  }
}

function readToken(source: string, at: number): Token {
  const string = readStringLiteral(source, at);
  if (string !== null) {
    return { kind: "literal", at, text: source.slice(at, string.end), value: string.value };
  }
  const name = matchAt(NAME, source, at);
  if (name !== "") return { kind: "name", at, text: name };
  const number = matchAt(NUMBER, source, at);
  if (number !== "") return { kind: "literal", at, text: number, value: readNumber(source, at, number) };
  const symbol = matchAt(SYMBOL, source, at);
  if (symbol !== "") return { kind: "symbol", at, text: symbol };
  if (source[at] === "=")
    throw invalid(source, at, "expected an operator, but a single = is none; to compare, write ==");
  throw invalid(
    source,
    at,
    `expected a value or an operator, found ${quoted(String.fromCodePoint(source.codePointAt(at) ?? 0))}`,
  );
}

function readNumber(source: string, at: number, text: string): number | bigint | Uint {
  if (/^[A-Za-z0-9_]/.test(source.slice(at + text.length, at + text.length + 1))) {
    throw invalid(source, at + text.length, `expected an operator after the number ${quoted(text)}`);
  }
  const isHex = /^0x/i.test(text);
  const isUnsigned = /u$/i.test(text);
  const digits = isUnsigned ? text.slice(0, -1) : text;
  if (!isHex && /[.e]/i.test(digits)) {
    const value = Number(digits);
    if (!isUnsigned && Number.isFinite(value)) return value;
    throw invalid(source, at, `expected a number that fits a 64-bit float, found ${quoted(text)}`);
  }
  // No integer of 64 bits has more digits; and reading very long ones costs more than their length.
  const value = digits.length > 20 ? null : BigInt(digits);
  // 2 ** 63 fits no int, but stands in -9223372036854775808; the parser looks for the sign.
  if (value === null || !isUint64(value) || (!isUnsigned && value > 2n ** 63n)) {
    throw invalid(source, at, `expected an integer that fits 64 bits, found ${quoted(text)}`);
  }
  return isUnsigned ? new Uint(value) : value;
}

/** What a sticky pattern matches at an offset; empty when nothing. */
function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}
