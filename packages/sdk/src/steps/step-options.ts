import { HoldfastError } from "@holdfast/protocol";
import type { StepName, StepOptions } from "./contract.ts";

/**
 * What a step is called, checked.
 *
 * @param tool names the tool in the error: `step.run`
 * @throws HoldfastError `step_invalid` without an id, or with retries that are no count.
 */
export function stepOptions(name: StepName, tool: string): StepOptions {
  const options = typeof name === "string" ? { id: name } : name;
  if (
    typeof options !== "object" ||
    options === null ||
    typeof options.id !== "string" ||
    options.id === ""
  ) {
    throw new HoldfastError("step_invalid", `${tool} needs an id, as text of one character or more.`);
  }
  const { retries } = options;
  if (retries !== undefined && (!Number.isSafeInteger(retries) || retries < 0)) {
    throw new HoldfastError("step_invalid", `Step "${options.id}" has retries that are no count.`);
  }
  return options;
}
