import { stepError } from "../app/ops.ts";
import type { Leaf } from "../scenario/program.ts";
import { leavesOf, stepIdOf, stepValue } from "../scenario/program.ts";
import type { RestRun, RestWorld } from "./rest-world.ts";
import { dataOf, field } from "./rest-world.ts";

/** What is remembered of a step must be what its code came to, and be remembered once. */
export function checkMemos({ oracle }: RestWorld, run: RestRun): void {
  const leaves = new Map(leavesOf(run.spec.program).map((leaf) => [stepIdOf(leaf.id), leaf]));
  const seen = new Set<string>();
  for (const entry of run.journal) {
    if (entry.stepId === null || (entry.kind !== "step.completed" && entry.kind !== "step.failed")) continue;
    if (seen.has(entry.stepId))
      oracle.violate("step-repeated", `${run.what}: step ${entry.stepId} finished twice`);
    seen.add(entry.stepId);
    const leaf = leaves.get(entry.stepId);
    const fault = leaf === undefined ? "is not in the program" : memoFault(leaf, run, dataOf(entry));
    if (fault !== null) {
      oracle.violate("memo-wrong", `${run.what}: step ${leaf?.id ?? entry.stepId} ${fault}: ${entry.data}`);
    }
  }
}

function memoFault(leaf: Leaf, { spec, data }: RestRun, memo: unknown): string | null {
  const value = field(memo, "data");
  const error = field(memo, "error");
  switch (leaf.kind) {
    case "run":
      if (error !== undefined) {
        if (leaf.failures === 0 && !leaf.isFatal) return "failed without a cause";
        return field(error, "message") === stepError(leaf) ? null : "failed with another error";
      }
      if (leaf.isFatal) return "cannot succeed";
      return value === stepValue(spec.name, leaf.id, data) ? null : "has another value";
    case "sleep":
      return memo === null ? null : "is a sleep, and holds something";
    case "send":
      return error === undefined && !Array.isArray(field(value, "ids")) ? "holds no ids" : null;
    case "fetch":
      return error !== undefined || field(value, "status_code") === 200 || field(value, "status_code") === 502
        ? null
        : "holds another answer";
    case "signal":
      return memo === null || field(value, "signal") !== undefined ? null : "was woken by no signal";
    // What these hold is compared with what they waited for, elsewhere.
    case "wait":
    case "invoke":
      return null;
    case "defer":
      return "is a defer, which has no result";
  }
}
