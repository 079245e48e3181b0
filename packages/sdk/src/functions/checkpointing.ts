import type { Checkpointing } from "./contract.ts";
import type { Option } from "./option-values.ts";
import { countOf, durationMsOf, fieldsOf, member } from "./option-values.ts";

const DEFAULT: Checkpointing = { maxRuntimeMs: 10_000, bufferedSteps: 1, maxIntervalMs: 0 };

/**
 * When a function goes on within one call. `true`, and nothing at all: 10 s, each step reported at once. What an object
 * leaves out is as in `true`.
 */
export function readCheckpointing(option: Option): Checkpointing | null {
  if (option.value === undefined || option.value === true) return DEFAULT;
  if (option.value === false) return null;
  const fields = fieldsOf(option, ["maxRuntime", "bufferedSteps", "maxInterval"]);
  const read = (name: string, minMs: number, missingMs: number): number =>
    fields[name] === undefined ? missingMs : durationMsOf(member(option, name, fields[name]), minMs);
  return {
    maxRuntimeMs: read("maxRuntime", 1, DEFAULT.maxRuntimeMs),
    bufferedSteps:
      fields["bufferedSteps"] === undefined
        ? DEFAULT.bufferedSteps
        : countOf(member(option, "bufferedSteps", fields["bufferedSteps"]), 1),
    maxIntervalMs: read("maxInterval", 0, DEFAULT.maxIntervalMs),
  };
}
