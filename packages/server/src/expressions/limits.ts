/**
 * What one expression may cost. Whoever may register a function or open a wait chooses the expressions, and whoever
 * may send an event chooses what they are evaluated on; every figure below holds against both at once.
 *
 * An evaluation spends units: one for each node it visits and each element it passes, and for work that depends on the
 * length of a text as the divisors say. On the machines we measure on, a unit costs between 20 and 500 nanoseconds,
 * so the whole budget is gone within 5 milliseconds.
 */
export const EXPRESSION_LIMITS = {
  sourceChars: 8192,
  /** Brackets, calls, conditionals and prefix operators inside one another. */
  depthCount: 48,
  nodesCount: 1000,
  macroNestingCount: 3,
  patternsCount: 4,
  patternChars: 256,
  /** Instructions of a compiled pattern. */
  patternInstructionsCount: 256,
  /** Characters of a pattern with its repetitions written out, before it is compiled. */
  patternExpandedCount: 768,
  /** Named classes such as \pL or [[:alpha:]] in a pattern: each one is a table of hundreds of ranges. */
  patternClassesCount: 8,
  /** States of a pattern that are kept from one text to the next. */
  patternKeptBytes: 524_288,

  budgetUnits: 10_000,
  /** Characters copied, compared or searched for one unit. */
  charsPerUnit: 32,
  /** Characters of JSON read for one unit. */
  jsonCharsPerUnit: 8,
  /** Comparisons of one character with another, in a search for one text in another, for one unit. */
  searchStepsPerUnit: 256,
  /** Steps of a pattern, which are its instructions times the characters it reads, for one unit. */
  patternStepsPerUnit: 4,
  patternCompileUnits: 3000,
  /** Reading a duration or an instant from text. */
  timeTextUnits: 100,
  /** Reading a calendar in a named time zone. */
  timeZoneUnits: 2000,

  stringChars: 65_536,
  listItemsCount: 10_000,
  /** Containers inside one another in what `json_parse` reads, and in values that are compared. */
  valueDepthCount: 128,
  keyChars: 65_536,
  /** What a wait keeps of the event it was made from, as JSON text. */
  capturedChars: 262_144,
} as const;
