import type { Outcome } from "./expression.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { canonicalText } from "./text.ts";
import { numeric } from "./value.ts";

/** Whether a filter matches: exactly the boolean true, and nothing that is merely truthy. */
export function isMatch(outcome: Outcome): boolean {
  return outcome.kind === "value" && outcome.value === true;
}

/**
 * The text under which what has this key is counted (12.4). Texts are equal when values are: 1 and 1.0 share one, 1 and
 * "1" do not. Null, which switches the mechanism off, for the boolean false, for a failure, and for a value whose text
 * is longer than `EXPRESSION_LIMITS.keyChars`.
 */
export function keyText(outcome: Outcome): string | null {
  if (outcome.kind === "failed" || outcome.value === false) return null;
  return canonicalText(outcome.value, EXPRESSION_LIMITS.keyChars);
}

/** A whole number of any numeric type, when JavaScript can count it exactly; null for everything else. */
export function wholeNumber(outcome: Outcome): number | null {
  if (outcome.kind === "failed") return null;
  const number = numeric(outcome.value);
  // A double may be -0, which no caller wants to tell from 0.
  return number !== null && Number.isSafeInteger(Number(number)) ? Number(number) + 0 : null;
}
