import type { Limit } from "../scenario/scenario.ts";
import type { RunFacts } from "./run-facts.ts";

/** Counts calls, and runs that have begun, against the limits of their functions. */
export interface InFlight {
  /** An item's call begins; returns what it broke, or null. The same item called again counts once. */
  begin(run: RunFacts, item: string): string | null;
  end(run: RunFacts, item: string): void;
  runEnds(run: RunFacts): void;
}

/**
 * @param hasTwoNodes work may be taken from a process that stood still: its calls are given up with it, and the latest
 *   hand-out of an item is the one that counts
 */
export function createInFlight(hasTwoNodes: boolean): InFlight {
  const calls = new Map<string, Map<string, number>>();
  const runs = new Map<string, Set<string>>();

  return {
    begin(run, item) {
      for (const limit of limitsOf(run)) {
        const counter = counterOf(limit, run);
        const size = limit.level === "run" ? countRun(counter, run) : countCall(counter, run, item);
        if (size > limit.max)
          return `${size} ${limit.level === "run" ? "runs" : "calls"} at once under ${counter}, at most ${limit.max} allowed: ${[...(limit.level === "run" ? (runs.get(counter) ?? []) : (calls.get(counter)?.keys() ?? []))].join(", ")}`;
      }
      return null;
    },
    end(run, item) {
      for (const limit of limitsOf(run)) {
        if (limit.level === "run") continue;
        const open = calls.get(counterOf(limit, run));
        const key = `${run.runId}/${item}`;
        const count = open?.get(key) ?? 0;
        if (count > 1 && !hasTwoNodes) open?.set(key, count - 1);
        else open?.delete(key);
      }
    },
    runEnds(run) {
      for (const limit of limitsOf(run)) {
        const counter = counterOf(limit, run);
        runs.get(counter)?.delete(run.runId);
        const open = calls.get(counter);
        for (const key of open?.keys() ?? []) if (key.startsWith(`${run.runId}/`)) open?.delete(key);
      }
    },
  };

  function countRun(counter: string, run: RunFacts): number {
    const begun = runs.get(counter) ?? new Set();
    runs.set(counter, begun.add(run.runId));
    return begun.size;
  }

  function countCall(counter: string, run: RunFacts, item: string): number {
    const open = calls.get(counter) ?? new Map<string, number>();
    const key = `${run.runId}/${item}`;
    calls.set(counter, open.set(key, (open.get(key) ?? 0) + 1));
    return open.size;
  }
}

/** The limits of a run's function; a singleton is one of runs. */
function limitsOf({ spec: { options } }: RunFacts): readonly Limit[] {
  if (options.singleton === null) return options.limits;
  return [...options.limits, { level: "run", max: 1, isKeyed: options.singleton.isKeyed, isShared: false }];
}

/** Names what a limit counts together. Shared limits with the same key are one. */
function counterOf(limit: Limit, run: RunFacts): string {
  const owner = limit.isShared ? "env" : run.spec.name;
  return `${owner}/${limit.level}/${limit.isKeyed ? run.data.k : "all"}`;
}
