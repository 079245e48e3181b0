import { HoldfastError } from "@holdfast/protocol";

/** The error `expression_invalid` with the line and column, from 1, of an offset in the source. */
export function invalid(source: string, at: number, reason: string): HoldfastError {
  const before = source.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  return new HoldfastError(
    "expression_invalid",
    `Cannot read the expression at ${line}:${column}: ${reason}.`,
    {
      details: { line, column },
    },
  );
}

/** A piece of source as it may stand in a message: quoted, and cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
}
