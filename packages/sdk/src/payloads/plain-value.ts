import { HoldfastError } from "@holdfast/protocol";

/**
 * A value as JSON holds it, which is what every replay sees: dates are texts, what has no form in JSON is left out, and
 * nothing at all is null.
 *
 * @param what names the value in the error: `The result of step "charge"`
 * @throws HoldfastError `value_invalid` when there is no JSON for it, such as a BigInt or an object that holds itself.
 */
export function plainValue(value: unknown, what: string): unknown {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    // The platform's message would show the value's members.
    throw new HoldfastError("value_invalid", `${what} cannot be written as JSON.`, { cause });
  }
  return text === undefined ? null : (JSON.parse(text) as unknown);
}
