import { replay } from "../app/replay.ts";
import type { FunctionSpec } from "../scenario/scenario.ts";
import { leavesOf } from "../scenario/program.ts";
import type { RestRun, RestWorld } from "./rest-world.ts";
import { dataOf, field } from "./rest-world.ts";

/** Ends that faults bring about: attempts used up by answers that never came. */
const FAULT_ERRORS: ReadonlySet<unknown> = new Set([
  "http_unreachable",
  "request_duration_too_long",
  "Server returned a fatal error",
]);

/** A run must end as its program does with what is remembered, or for a reason that the scenario gives. */
export function checkEnd(world: RestWorld, run: RestRun): void {
  const { oracle } = world;
  const { what } = run;
  const end = dataOf(run.journal.at(-1));
  switch (run.run.status) {
    case "Completed": {
      const standing = replay(run.spec.program, memosOf(run));
      const output = field(end, "output");
      if (standing.kind !== "done") {
        oracle.violate("output-wrong", `${what} is Completed; its program is ${standing.kind}`);
      } else if (output !== standing.output) {
        oracle.violate(
          "output-wrong",
          `${what} returned ${JSON.stringify(output)}, its program ${standing.output}`,
        );
      }
      return;
    }
    case "Failed": {
      const error = field(end, "error");
      if (!mayFail(world, run, field(error, "name"), field(error, "message"))) {
        oracle.violate("failed-without-cause", `${what} failed: ${JSON.stringify(error)}`);
      }
      return;
    }
    case "Cancelled":
      if (!mayBeCancelled(world, run.spec))
        oracle.violate("failed-without-cause", `${what} was cancelled by nobody`);
      return;
    case "Skipped":
      if (!mayBeSkipped(world, run.spec))
        oracle.violate("run-missing", `${what} was skipped without a reason`);
      return;
    case "Running":
    case "Scheduled":
      // Was found out before.
      return;
  }
}

function memosOf({ journal }: RestRun): ReadonlyMap<string, unknown> {
  const memos = new Map<string, unknown>();
  for (const entry of journal) {
    if (entry.stepId === null || (entry.kind !== "step.completed" && entry.kind !== "step.failed")) continue;
    memos.set(entry.stepId, dataOf(entry));
  }
  return memos;
}

function mayFail({ hadFaults }: RestWorld, run: RestRun, name: unknown, message: unknown): boolean {
  const { program, retries } = run.spec;
  const standing = replay(program, memosOf(run));
  if (standing.kind === "failed" && message === standing.message) return true;
  if (name === "InngestErrSignalConflict") {
    return leavesOf(program).some((leaf) => leaf.kind === "signal" && leaf.conflict === "fail");
  }
  if (typeof message === "string" && message.startsWith("failed at attempt") && program.failures > 0) {
    // Attempts that faults used up count towards the failures that the program asks for.
    return hadFaults || program.failures > retries;
  }
  if (!hadFaults) return false;
  return FAULT_ERRORS.has(name) || (typeof message === "string" && message.startsWith("requested step"));
}

function mayBeCancelled({ scenario }: RestWorld, { options }: FunctionSpec): boolean {
  return (
    scenario.acts.some((act) => act.kind === "cancel") ||
    options.cancelOn !== null ||
    options.startTimeoutMs !== null ||
    options.finishTimeoutMs !== null ||
    options.singleton?.mode === "cancel"
  );
}

function mayBeSkipped({ scenario }: RestWorld, { name, options }: FunctionSpec): boolean {
  return (
    options.singleton !== null ||
    scenario.acts.some((act) => act.kind === "pause" && act.functionName === name)
  );
}
