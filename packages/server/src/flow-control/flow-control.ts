/** Rates as pure decisions: when the next start may happen. */
export { gcra } from "./gcra.ts";
export type { Rate, RateDecision, Tat } from "./gcra.ts";
