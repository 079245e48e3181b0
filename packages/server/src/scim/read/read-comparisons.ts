import { SCIM_LIMITS } from "../limits.ts";

/** `attribute eq value`. */
export interface Comparison {
  readonly attribute: string;
  readonly value: string | boolean;
}

const SPACE = / +/y;
const ATTRIBUTE = /[a-z][a-z0-9_.:$-]*/iy;
const WORD = /[a-z]+/iy;
const TEXT = /"(?:[^"\\\p{Cc}]|\\.)*"/uy;

/**
 * Comparisons by `eq`, joined by `and`: the part of RFC 7644, 3.4.2.2 that directories use, read in one pass from left to right.
 * There is no nesting, so that nothing can nest deeply.
 *
 * @returns null for anything else, and for a comparison without its value
 */
export function readComparisons(text: string): readonly Comparison[] | null {
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const comparisons: Comparison[] = [];
  for (;;) {
    const attribute = take(ATTRIBUTE);
    if (attribute === null || take(SPACE) === null) return null;
    if (take(WORD)?.toLowerCase() !== "eq" || take(SPACE) === null) return null;
    const value = valueOf(take(TEXT) ?? take(WORD));
    if (value === null) return null;
    comparisons.push({ attribute, value });
    if (at === text.length) return comparisons;
    if (comparisons.length === SCIM_LIMITS.conditions) return null;
    if (take(SPACE) === null || take(WORD)?.toLowerCase() !== "and" || take(SPACE) === null) return null;
  }
}

function valueOf(literal: string | null): string | boolean | null {
  if (literal === null) return null;
  if (literal === "true") return true;
  if (literal === "false") return false;
  try {
    // The grammar borrows its text from JSON, with all its escapes.
    const value: unknown = JSON.parse(literal);
    return typeof value === "string" ? value : null;
  } catch {
    // No literal of the grammar: the caller says which filter is refused.
    return null;
  }
}
