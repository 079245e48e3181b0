import { EXPRESSION_LIMITS } from "./limits.ts";
import { Failure } from "./value.ts";

/** What is left of the budget of one evaluation, in units. Below zero it stays below zero, and nothing succeeds any more. */
export interface Meter {
  left: number;
}

export const EXHAUSTED = new Failure(
  `the evaluation costs more than ${EXPRESSION_LIMITS.budgetUnits} units: it visits too much, or its texts are too long`,
);

/** Takes units from the budget; false when they are not there. */
export function spend(meter: Meter, units: number): boolean {
  meter.left -= units;
  return meter.left >= 0;
}

/** Takes what copying, comparing or searching a text of this length costs. */
export function spendChars(meter: Meter, chars: number): boolean {
  return spend(meter, 1 + Math.floor(chars / EXPRESSION_LIMITS.charsPerUnit));
}
