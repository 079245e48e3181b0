import { invalid } from "./invalid.ts";

export interface StringLiteral {
  readonly value: string | Uint8Array;
  /** Offset behind the closing quote. */
  readonly end: number;
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ["?", "?"],
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
]);

/** How many hexadecimal digits follow an escape letter. */
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["X", 2],
  ["u", 4],
  ["U", 8],
]);

const PREFIX = /(?:[rR][bB]?|[bB][rR]?)?(?="|')/y;

/**
 * Reads a string or bytes literal at an offset (CEL language definition, "String and Bytes Values"): single or triple
 * quotes of either kind, `r` for raw, `b` for bytes. Null when no such literal begins there.
 *
 * @throws HoldfastError `expression_invalid` for a literal that never ends, or an escape that means nothing.
 */
export function readStringLiteral(source: string, at: number): StringLiteral | null {
  PREFIX.lastIndex = at;
  const prefix = PREFIX.exec(source)?.[0].toLowerCase();
  if (prefix === undefined) return null;
  const isRaw = prefix.includes("r");
  const isBytes = prefix.includes("b");
  const open = at + prefix.length;
  const quote = source.charAt(open);
  const fence = source.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;

  let text = "";
  const bytes: Uint8Array[] = [];
  let position = open + fence.length;
  while (!source.startsWith(fence, position)) {
    const character = source.charAt(position);
    if (character === "" || (fence.length === 1 && (character === "\n" || character === "\r"))) {
      throw invalid(source, at, `the string that begins here has no closing ${fence}`);
    }
    if (character !== "\\" || isRaw) {
      // A raw string keeps its backslashes, and a quote behind one does not end it.
      const length = character === "\\" && source.charAt(position + 1) !== "" ? 2 : 1;
      text += source.slice(position, position + length);
      position += length;
      continue;
    }
    const escape = readEscape(source, position);
    if (isBytes && escape.isByte) {
      bytes.push(Buffer.from(text), Uint8Array.of(escape.code));
      text = "";
    } else text += String.fromCodePoint(escape.code);
    position = escape.end;
  }
  const end = position + fence.length;
  return isBytes
    ? { value: new Uint8Array(Buffer.concat([...bytes, Buffer.from(text)])), end }
    : { value: text, end };
}

interface Escape {
  readonly code: number;
  /** Whether it names a byte, rather than a character, inside bytes. */
  readonly isByte: boolean;
  readonly end: number;
}

function readEscape(source: string, at: number): Escape {
  const letter = source.charAt(at + 1);
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) return { code: simple.charCodeAt(0), isByte: false, end: at + 2 };

  const hexDigits = HEX_DIGITS.get(letter);
  if (hexDigits !== undefined) {
    const digits = source.slice(at + 2, at + 2 + hexDigits);
    const code = Number.parseInt(digits, 16);
    if (digits.length < hexDigits || !/^[\da-f]+$/i.test(digits) || !isCharacter(code)) {
      throw invalid(source, at, `expected ${hexDigits} hexadecimal digits of a character after \\${letter}`);
    }
    return { code, isByte: hexDigits === 2, end: at + 2 + hexDigits };
  }

  const octal = source.slice(at + 1, at + 4);
  if (!/^[0-3][0-7]{2}$/.test(octal)) {
    throw invalid(
      source,
      at,
      `expected an escape such as \\n, \\x41 or \\u0041; a plain backslash is written \\\\`,
    );
  }
  return { code: Number.parseInt(octal, 8), isByte: true, end: at + 4 };
}

function isCharacter(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}
