import type { MemoryResult } from "../memory.ts";
import type { Figures, Window } from "../measure/window.ts";
import type { WorkloadName } from "../workloads.ts";
import { cellOf, pairedRatios } from "./summary.ts";
import { median } from "./statistics.ts";

/** A promise about our figures beside another system's in the same round. */
interface TargetRule {
  readonly says: string;
  readonly system: string;
  readonly versus: string;
  readonly workload: WorkloadName;
  readonly inFlight: number;
  readonly figure: keyof Figures;
  /** `min`: the ratio must reach the bound; `max`: it must stay under it. */
  readonly bound: { readonly kind: "min" | "max"; readonly value: number };
}

export interface TargetVerdict {
  readonly says: string;
  readonly verdict: "PASS" | "FALLS SHORT";
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly pairCount: number;
}

const TWO_THIRDS = 2 / 3;

function rules(inFlight: readonly number[]): TargetRule[] {
  const versusRestate = { system: "bare", versus: "restate" } as const;
  const list: TargetRule[] = [
    {
      ...versusRestate,
      says: "W1 runs/s, 256 in flight, ≥ 2.5 × Restate",
      workload: "w1",
      inFlight: 256,
      figure: "runsPerSecond",
      bound: { kind: "min", value: 2.5 },
    },
    {
      ...versusRestate,
      says: "W2 steps/s, 256 in flight, ≥ 1.5 × Restate",
      workload: "w2",
      inFlight: 256,
      figure: "stepsPerSecond",
      bound: { kind: "min", value: 1.5 },
    },
  ];
  for (const workload of ["w1", "w2"] as const)
    list.push({
      ...versusRestate,
      says: `${workload.toUpperCase()} p50, 1 in flight, ≤ 2/3 of Restate's`,
      workload,
      inFlight: 1,
      figure: "p50Ms",
      bound: { kind: "max", value: TWO_THIRDS },
    });
  for (const many of inFlight) {
    for (const workload of ["w1", "w2", "w3"] as const)
      list.push({
        system: "bare",
        versus: "loop",
        says: `${workload.toUpperCase()} runs/s, ${many} in flight, ≥ 45 % of the minimal loop`,
        workload,
        inFlight: many,
        figure: "runsPerSecond",
        bound: { kind: "min", value: 0.45 },
      });
    list.push({
      system: "bare-checkpoint",
      versus: "restate",
      says: `W2 steps/s, ${many} in flight, checkpoints of ten, ≥ 5 × Restate`,
      workload: "w2",
      inFlight: many,
      figure: "stepsPerSecond",
      bound: { kind: "min", value: 5 },
    });
  }
  return list;
}

/** Judges every promise both of whose sides were measured. */
export function judgeTargets(
  windows: readonly Window[],
  inFlight: readonly number[],
  memory: MemoryResult | null,
): TargetVerdict[] {
  const verdicts = rules(inFlight).flatMap((rule): TargetVerdict[] => {
    const ours = cellOf(windows, rule.system, rule.workload, rule.inFlight);
    const theirs = cellOf(windows, rule.versus, rule.workload, rule.inFlight);
    const ratios = pairedRatios(ours, theirs, rule.figure);
    if (ratios.length === 0) return [];
    return [verdict(rule.says, ratios, rule.bound)];
  });
  if (memory !== null)
    verdicts.push(
      verdict(
        "server memory after 100,000 runs within 20 % of that after 10,000",
        [memory.later.pssBytes / memory.earlier.pssBytes],
        { kind: "max", value: 1.2 },
      ),
    );
  return verdicts;
}

function verdict(says: string, ratios: readonly number[], bound: TargetRule["bound"]): TargetVerdict {
  const ratio = median(ratios);
  const met = bound.kind === "min" ? ratio >= bound.value : ratio <= bound.value;
  return {
    says,
    verdict: met ? "PASS" : "FALLS SHORT",
    ratio,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    pairCount: ratios.length,
  };
}
