import type { LimitWindow } from "../limits/limit-windows.ts";
import type { Figures, Window } from "../measure/window.ts";
import type { WorkloadName } from "../workloads.ts";
import { median } from "./statistics.ts";

/** The windows of one system on one workload at one number of runs in flight, as one row. */
export interface Row {
  readonly system: string;
  readonly workload: WorkloadName;
  readonly inFlight: number;
  readonly windowCount: number;
  readonly cleanCount: number;
  readonly failureCount: number;
  readonly firstFailure: string | null;
  readonly figures: Figures;
  /** Each figure divided by the limit's in the same round, then the median over the rounds; null without a limit. */
  readonly toLimit: Figures | null;
}

/** Clean windows where there are any: a row of noisy ones only is better than none, and says so by its count. */
function usable(windows: readonly Window[]): readonly Window[] {
  const clean = windows.filter((window) => window.clean && window.runCount > 0);
  return clean.length > 0 ? clean : windows.filter((window) => window.runCount > 0);
}

// Every key of Figures, in one place; a missing one is a type error below.
const FIGURES = {
  runsPerSecond: 0,
  stepsPerSecond: 0,
  p50Ms: 0,
  p99Ms: 0,
  serverCpuMsPerRun: 0,
  appCpuMsPerRun: 0,
  flushesPerRun: 0,
  deviceKbPerRun: 0,
  serverKbPerRun: 0,
  serverPssMb: 0,
  appPssMb: 0,
} satisfies Figures;

function eachFigure(compute: (key: keyof Figures) => number): Figures {
  // Object.keys forgets the type of the keys it lists.
  const keys = Object.keys(FIGURES) as (keyof Figures)[];
  // All keys are set, because they come from a value of that type.
  return Object.fromEntries(keys.map((key) => [key, compute(key)])) as unknown as Figures;
}

/**
 * Ratios of one figure between two sets of windows, paired by round: what a round's machine did to one, it did to
 * the other. Rounds in which both were clean are preferred; without any, all rounds both took part in count.
 */
export function pairedRatios(
  windows: readonly Window[],
  limits: readonly Window[],
  key: keyof Figures,
): readonly number[] {
  const pairs = windows.flatMap((window) => {
    const limit = limits.find((other) => other.round === window.round);
    return limit === undefined || window.runCount === 0 || limit.runCount === 0 ? [] : [{ window, limit }];
  });
  const clean = pairs.filter(({ window, limit }) => window.clean && limit.clean);
  return (clean.length > 0 ? clean : pairs).map(
    ({ window, limit }) => window.figures[key] / limit.figures[key],
  );
}

export function cellOf(
  windows: readonly Window[],
  system: string,
  workload: WorkloadName,
  inFlight: number,
): readonly Window[] {
  return windows.filter(
    (window) => window.system === system && window.workload === workload && window.inFlight === inFlight,
  );
}

export function summarise(cell: readonly Window[], limits: readonly Window[]): Row | null {
  const [first] = cell;
  if (first === undefined) return null;
  const used = usable(cell);
  return {
    system: first.system,
    workload: first.workload,
    inFlight: first.inFlight,
    windowCount: cell.length,
    cleanCount: cell.filter((window) => window.clean).length,
    failureCount: cell.reduce((sum, window) => sum + window.failureCount, 0),
    firstFailure: cell.find((window) => window.firstFailure !== null)?.firstFailure ?? null,
    figures: eachFigure((key) => median(used.map((window) => window.figures[key]))),
    toLimit: limits.length === 0 ? null : eachFigure((key) => median(pairedRatios(cell, limits, key))),
  };
}

/** Median rate of a limit at this many callers. */
export function limitRate(
  windows: readonly LimitWindow[],
  limit: LimitWindow["limit"],
  inFlight: number,
): number {
  const cell = windows.filter((window) => window.limit === limit && window.inFlight === inFlight);
  return median(cell.map((window) => window.perSecond));
}
