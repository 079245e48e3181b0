/** A class in square brackets, with what may stand in it: a first `]`, named classes, escapes. */
const CLASS = /\[\^?\]?(?:\[:\^?[a-z]*:\]|\\[\s\S]|[^\]\\])*\]/y;
/** One character, escaped or plain. `\x{…}` and `\p{…}` are one as well. */
const ATOM = /\\[xpP]\{[^}]*\}|\\[\s\S]|[\s\S]/y;
/** Flags for what follows. They are no part of the pattern: a repetition behind them repeats what stands before them. */
const FLAGS = /\(\?[a-zA-Z-]*\)/y;
const REPETITION = /\{(\d+)(,?)(\d*)\}/y;

/**
 * How many characters and operators a pattern of RE2 syntax has once its repetitions are written out: `(ab){3}` has six
 * and the brackets. An estimate from above, in time linear in the pattern, for what a pattern may become before it is
 * compiled; `Infinity` where the brackets do not pair up.
 */
export function expandedSize(pattern: string): number {
  // The sizes of the groups around, the outermost first, and of what a repetition would repeat.
  const groups: number[] = [0];
  let last = 0;
  for (let at = 0; at < pattern.length;) {
    const repetition = matchAt(REPETITION, pattern, at);
    const group = groups.length - 1;
    if (repetition !== null) {
      const [text, from = "", comma = "", to = ""] = repetition;
      // An open end becomes one more, with a star.
      const openEnd = comma !== "" && to === "" ? 1 : 0;
      const count = Math.max(Number(from) + openEnd, Number(to), 1);
      // Copies that may be left out each have an operator that says so.
      const optional = Math.max(count - Number(from), 0);
      groups[group] = (groups[group] ?? 0) + last * (count - 1) + optional + 1;
      // What is repeated once more, be it allowed or not, counts whole.
      last = last * count + optional + 1;
      at += text.length;
      continue;
    }
    const flags = matchAt(FLAGS, pattern, at);
    if (flags !== null) {
      at += flags[0].length;
      continue;
    }
    const text = (matchAt(CLASS, pattern, at) ?? matchAt(ATOM, pattern, at))?.[0] ?? "";
    if (text === "(") groups.push(0);
    else if (text === ")") {
      const inner = groups.pop();
      if (inner === undefined || groups.length === 0) return Number.POSITIVE_INFINITY;
      last = inner + 2;
      groups[group - 1] = (groups[group - 1] ?? 0) + last;
    } else if (text === "*" || text === "+" || text === "?") {
      groups[group] = (groups[group] ?? 0) + 1;
      last += 1;
    } else {
      groups[group] = (groups[group] ?? 0) + 1;
      last = 1;
    }
    at += text.length;
  }
  return groups.length === 1 ? (groups[0] ?? 0) : Number.POSITIVE_INFINITY;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
