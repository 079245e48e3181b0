import { HoldfastError } from "@holdfast/protocol";
import type { FunctionReference, HoldfastFunction } from "./contract.ts";

type Input<Fn> = Fn extends HoldfastFunction<infer In, infer _Out> ? In : unknown;
type Output<Fn> = Fn extends HoldfastFunction<infer _In, infer Out> ? Out : unknown;

/**
 * A function that is not at hand, for `step.invoke`: of this app, or of another. With the type of the function it is as
 * good as the function.
 *
 * @example
 * ```ts
 * const resize = referenceFunction<typeof import("./resize.ts").resize>({ functionId: "resize", appId: "images" });
 * ```
 *
 * @throws HoldfastError `function_invalid` for an id that is empty or no text.
 */
export function referenceFunction<Fn extends HoldfastFunction = HoldfastFunction>(target: {
  /** Without the app's. */
  readonly functionId: string;
  readonly appId?: string;
}): FunctionReference<Input<Fn>, Output<Fn>> {
  const { functionId, appId } = target;
  for (const id of [functionId, ...(appId === undefined ? [] : [appId])]) {
    if (typeof id === "string" && id !== "") continue;
    throw new HoldfastError(
      "function_invalid",
      "Cannot refer to a function: its ids must be text, and not empty.",
    );
  }
  return Object.freeze({ functionId, ...(appId === undefined ? {} : { appId }) });
}
