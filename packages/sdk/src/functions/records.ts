import { HoldfastError } from "@holdfast/protocol";
import type { FunctionRecord, HoldfastFunction } from "./contract.ts";

const records = new WeakMap<object, readonly FunctionRecord[]>();

/** Makes the function that an author holds: its id, and nothing else that shows. */
export function functionOf<Input, Output>(
  id: string,
  own: readonly FunctionRecord[],
): HoldfastFunction<Input, Output> {
  const made: HoldfastFunction<Input, Output> = Object.freeze({ id });
  records.set(made, own);
  return made;
}

/**
 * What a function is made of: itself, then the handler of its failure if it has one.
 *
 * @throws HoldfastError `client_invalid` for anything that this package did not make.
 */
export function recordsOf(fn: HoldfastFunction): readonly FunctionRecord[] {
  const found = typeof fn === "object" && fn !== null ? records.get(fn) : undefined;
  if (found !== undefined) return found;
  throw new HoldfastError(
    "client_invalid",
    "Cannot use this as a function: it was not made by createFunction or createDefer of this package.",
  );
}
