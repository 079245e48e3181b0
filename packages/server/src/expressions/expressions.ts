/** Expressions of the wire document, section 12: compiled once, evaluated within a budget, and prepared for waits. */
export { valueAt } from "./access.ts";
export type { EqualityIndex } from "./equality-index.ts";
export type { Variables } from "./evaluation.ts";
export type { Expression, Outcome, Purpose } from "./expression.ts";
export { compileExpression } from "./expression.ts";
export type { WaitFilter } from "./filter.ts";
export { prepareFilter } from "./filter.ts";
export type { MatchFilter } from "./filter-cache.ts";
export { createFilterCache } from "./filter-cache.ts";
export { EXPRESSION_LIMITS } from "./limits.ts";
export { isMatch, keyText, wholeNumber } from "./outcomes.ts";
export type { Value } from "./value.ts";
export { equalityKey } from "./value.ts";
