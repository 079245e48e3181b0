import type { Call } from "../execution/contract.ts";
import type { Middleware } from "../middleware/contract.ts";

/** A step as one execution of a function came upon it. */
export interface FoundStep {
  /** Hashed. */
  readonly hashedId: string;
  /** As the author wrote it. */
  readonly id: string;
}

/** One execution of a function: from its first line to where the call ended. */
export interface Execution {
  readonly runId: string;
  /** Hashed ids of the steps that had finished. */
  readonly finished: readonly string[];
  /** In the order in which the function came to them. */
  readonly steps: readonly FoundStep[];
}

/** Two executions of one run that cannot both be right. */
export interface Contradiction {
  readonly kind: "step_order" | "step_vanished";
  readonly message: string;
}

/** What the executions of one engine came upon. */
export class ExecutionLog {
  readonly executions: Execution[] = [];

  /** Begins the log of a call. The hooks see its steps. */
  begin(call: Call): Middleware {
    const steps: FoundStep[] = [];
    const seen = new Set<string>();
    this.executions.push({ runId: call.runId, finished: call.stack, steps });
    return {
      id: "holdfast/execution-log",
      wrapStep: (info, next) => {
        if (!seen.has(info.hashedId)) steps.push({ hashedId: info.hashedId, id: info.stepId });
        seen.add(info.hashedId);
        return next();
      },
    };
  }
}

/**
 * Where executions of the same run contradict one another. Each gets what finished before in the order in which it
 * finished, so that it takes the way that the one before took, and then goes on: of two lists of steps one is the
 * beginning of the other, and whatever has finished is in both.
 */
export function contradictions(executions: readonly Execution[]): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const longest = new Map<string, readonly FoundStep[]>();
  const names = new Map<string, string>();
  for (const { finished, runId, steps } of executions) {
    for (const step of steps) names.set(step.hashedId, step.id);
    const before = longest.get(runId) ?? [];
    const fork = steps.findIndex((step, index) => {
      const other = before[index];
      return other !== undefined && other.hashedId !== step.hashedId;
    });
    if (fork >= 0) {
      found.push({
        kind: "step_order",
        message:
          `Step ${fork + 1} of the function is "${before[fork]?.id}" in one execution and "${steps[fork]?.id}" in another` +
          ` of the same run: ${listed(before)}, then ${listed(steps)}.`,
      });
    }
    const ids = new Set(steps.map(({ hashedId }) => hashedId));
    const vanished = finished.filter((id) => !ids.has(id));
    if (fork < 0 && vanished.length > 0) {
      const words = vanished.map((id) => `"${names.get(id) ?? id}"`).join(", ");
      found.push({
        kind: "step_vanished",
        message: `The function does not come to ${words} any more, though it finished before: it finds ${listed(steps)}.`,
      });
    }
    if (steps.length > before.length) longest.set(runId, steps);
  }
  return found;
}

function listed(steps: readonly FoundStep[]): string {
  return steps.length === 0 ? "nothing" : steps.map(({ id }) => `"${id}"`).join(" ");
}
