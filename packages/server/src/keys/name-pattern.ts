import { HoldfastError } from "@holdfast/protocol";

const PATTERN_CHARS_MAX = 512;
const PATTERNS_MAX = 200;

/**
 * Whether a name fits a pattern, from its first character to its last, capitals and all; `*` stands for any characters. Takes
 * time in proportion to both lengths, whatever the pattern.
 */
export function fitsPattern(name: string, pattern: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (at < name.length) {
    if (pattern[from] === "*") {
      star = from++;
      mark = at;
    } else if (from < pattern.length && pattern[from] === name[at]) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[from] === "*") from++;
  return from === pattern.length;
}

/** @throws HoldfastError `request_invalid` for a list that cannot be one of patterns */
export function checkPatterns(patterns: readonly string[], what: string): void {
  if (patterns.length > PATTERNS_MAX)
    throw new HoldfastError(
      "request_invalid",
      `${what} has ${patterns.length} entries; ${PATTERNS_MAX} are allowed.`,
    );
  for (const pattern of patterns) {
    if (
      pattern === "" ||
      pattern.length > PATTERN_CHARS_MAX ||
      /\p{Cc}/u.test(pattern) ||
      pattern.includes("**")
    )
      throw new HoldfastError(
        "request_invalid",
        `${what} has an entry that is no pattern: 1 to ${PATTERN_CHARS_MAX} visible characters, with single *.`,
      );
  }
}
