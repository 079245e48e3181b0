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
  /** Those that the function came to. Steps that it asks for at once have no order. */
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
 * Where executions of the same run contradict one another. Each is given what had finished, in the order in which it
 * finished, so that it takes the way of those before it and then goes on: what they came to, it comes to as well.
 */
export function contradictions(executions: readonly Execution[]): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const byRun = Map.groupBy(executions, ({ runId }) => runId);
  for (const ofRun of byRun.values()) {
    /** What was come to so far, by hashed id. */
    const known = new Map<string, string>();
    // A call may be late: what counts is how much had finished when it was made.
    for (const execution of ofRun.toSorted((left, right) => left.finished.length - right.finished.length)) {
      const contradiction = contradictionOf(execution, known);
      if (contradiction !== null) found.push(contradiction);
      for (const { hashedId, id } of execution.steps) known.set(hashedId, id);
    }
  }
  return found;
}

function contradictionOf(
  { finished, steps }: Execution,
  known: ReadonlyMap<string, string>,
): Contradiction | null {
  const ids = new Set(steps.map(({ hashedId }) => hashedId));
  const missing = [...known].filter(([hashedId]) => !ids.has(hashedId));
  if (missing.length === 0) return null;
  const others = steps.filter(({ hashedId }) => !known.has(hashedId)).map(({ id }) => id);
  const names = quoted(missing.map(([, id]) => id));
  if (others.length > 0) {
    return {
      kind: "step_order",
      message: `Where the function came to ${names} it comes to ${quoted(others)} in another execution of the same run.`,
    };
  }
  const hasFinished = missing.some(([hashedId]) => finished.includes(hashedId));
  return {
    kind: "step_vanished",
    message: `The function does not come to ${names} in another execution of the same run${hasFinished ? ", though it has finished" : ""}.`,
  };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
