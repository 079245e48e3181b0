/**
 * Text of somebody else (an app, an event, an error), fit for a terminal: one line, without control characters, escape
 * sequences or marks that turn the direction of writing, and not endless.
 */
export function printable(text: string, charsMax = 200): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1)}…`;
}
