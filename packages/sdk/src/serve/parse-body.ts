import { HoldfastError } from "@holdfast/protocol";

/**
 * The JSON in a verified body. Read strictly: what was signed must have one meaning, and of two members with one name
 * every parser takes another. The server sends canonical JSON, in which there are no two.
 *
 * @throws HoldfastError `json_invalid`, which says what is wrong and shows nothing of the body.
 */
export function parseBody(bytes: Uint8Array): unknown {
  const text = decoded(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's message quotes the body; ours does not.
    throw new HoldfastError(
      "json_invalid",
      text.trim() === "" ? "The body is empty." : "The body is not valid JSON.",
    );
  }
  if (membersIn(text) !== membersOf(value)) {
    throw new HoldfastError("json_invalid", "The body has an object with two members of one name.");
  }
  return value;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HoldfastError("json_invalid", "The body is not UTF-8 text.");
  }
}

/**
 * How many members the objects of a valid JSON text have, repeated ones too: strings that a colon follows. Goes from
 * quote to quote by `indexOf`, since a body may have megabytes.
 */
function membersIn(text: string): number {
  let count = 0;
  let open = text.indexOf('"');
  while (open !== -1) {
    let next = closingQuote(text, open + 1) + 1;
    while (isSpace(text.charCodeAt(next))) next += 1;
    if (text[next] === ":") count += 1;
    open = text.indexOf('"', next);
  }
  return count;
}

/** The first quote from `start` on with an even number of backslashes before it. The text is valid, so there is one. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  for (;;) {
    let slashes = 0;
    while (at - 1 - slashes >= start && text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** How many members the objects of a value have. Without recursion: the depth is the sender's choice. */
function membersOf(value: unknown): number {
  const pending: unknown[] = [value];
  let count = 0;
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item !== "object" || item === null) continue;
    if (Array.isArray(item)) {
      for (const each of item) if (typeof each === "object") pending.push(each);
      continue;
    }
    for (const each of Object.values(item)) {
      count += 1;
      if (typeof each === "object") pending.push(each);
    }
  }
  return count;
}
