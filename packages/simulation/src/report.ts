import type { SimulationResult } from "./simulate.ts";
import { FAULT_KINDS } from "./world/faults.ts";

/** What many worlds came to, added up. */
export interface Report {
  readonly failures: number;
  add(result: SimulationResult): void;
  readonly totals: {
    readonly worlds: number;
    readonly runs: number;
    readonly events: number;
    readonly calls: number;
    readonly happened: number;
    readonly virtualMs: number;
  };
  readonly faults: ReadonlyMap<string, number>;
}

export function createReport(): Report {
  const totals = { worlds: 0, runs: 0, events: 0, calls: 0, happened: 0, virtualMs: 0 };
  const faults = new Map<string, number>();
  let failures = 0;
  return {
    totals,
    faults,
    get failures() {
      return failures;
    },
    add(result) {
      totals.worlds += 1;
      totals.runs += result.runCount;
      totals.events += result.eventCount;
      totals.calls += result.callCount;
      totals.happened += result.happenedCount;
      totals.virtualMs += result.virtualMs;
      for (const [kind, count] of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + count);
      if (result.violation !== null) failures += 1;
    },
  };
}

const YEAR_MS = 365 * 86_400_000;

/** The report as a person reads it. @param elapsedMs real time it took */
export function reportText(report: Report, elapsedMs: number): string {
  const { worlds, runs, events, calls, happened, virtualMs } = report.totals;
  const struck = FAULT_KINDS.flatMap((kind) => {
    const count = report.faults.get(kind) ?? 0;
    return count === 0 ? [] : [`${kind} ${count}`];
  });
  const total = [...report.faults.values()].reduce((sum, count) => sum + count, 0);
  return [
    `${worlds} seeds, ${report.failures} violations; ${runs} runs, ${events} events, ${calls} calls, ${happened} things happened`,
    `${(virtualMs / YEAR_MS).toFixed(2)} virtual years in ${(elapsedMs / 1000).toFixed(1)} s, ${((worlds * 1000) / elapsedMs).toFixed(1)} seeds/s`,
    `${total} faults: ${struck.length === 0 ? "none" : struck.join(", ")}`,
  ].join("\n");
}
