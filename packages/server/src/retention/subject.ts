/** Deepest text inside text that is read: results hold JSON that holds JSON. */
const TEXT_DEPTH_MAX = 3;

/**
 * Whether a stored text holds one of the values as a whole text or number, at whatever place, also inside JSON that is kept as
 * text. A value that is only part of a longer one does not count: `17` is not in `2017`.
 */
export function holdsValue(text: string, values: ReadonlySet<string>): boolean {
  return someLeaf(text, (leaf) => values.has(leaf));
}

/** Whether a condition holds for one of the texts, numbers or names of members in JSON. */
export function someLeaf(text: string, isWanted: (leaf: string) => boolean): boolean {
  const visit = (value: unknown, depth: number): boolean => {
    if (typeof value === "number") return isWanted(String(value));
    if (typeof value === "string") {
      if (isWanted(value)) return true;
      const nested = depth < TEXT_DEPTH_MAX && /^\s*[[{"]/.test(value) ? parsed(value) : null;
      return nested !== null && visit(nested, depth + 1);
    }
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(value).some(([name, each]) => isWanted(name) || visit(each, depth));
  };
  return visit(parsed(text), 0);
}

/** What is no JSON holds nothing that could be told apart. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
