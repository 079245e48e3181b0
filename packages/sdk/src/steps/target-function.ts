import { HoldfastError } from "@holdfast/protocol";
import type { FunctionRecord, FunctionReference, HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";

/** A function by its app and its id. */
export interface TargetFunction {
  readonly app: string;
  readonly functionId: string;
  readonly kind: FunctionRecord["kind"] | "unknown";
}

/**
 * The function that an author means: one at hand, or one by its ids, of this app when it names no other.
 *
 * @throws HoldfastError `step_invalid` for what is neither.
 */
export function targetFunction(
  target: HoldfastFunction | FunctionReference,
  own: { readonly app: string; readonly stepId: string },
): TargetFunction {
  if (typeof target === "object" && target !== null) {
    if ("functionId" in target && typeof target.functionId === "string" && target.functionId !== "") {
      return { app: target.appId ?? own.app, functionId: target.functionId, kind: "unknown" };
    }
    const record = "id" in target ? recordsOf(target)[0] : undefined;
    if (record !== undefined) return { app: record.app, functionId: record.id, kind: record.kind };
  }
  throw new HoldfastError(
    "step_invalid",
    `Step "${own.stepId}" names no function: give one made by createFunction, or referenceFunction.`,
  );
}
