import type { PastRun } from "#store";
import type { LegalHold, RetentionPolicy } from "./contract.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** For how long the policy keeps the runs of a function, ms; null: for ever. */
export function keptMs(policy: RetentionPolicy, functionId: string): number | null {
  const own = policy.functions[functionId];
  const days = own === undefined ? policy.days : own;
  return days === null ? null : days * DAY_MS;
}

/** Whether a hold keeps this run. */
export function isHeld(holds: readonly LegalHold[], run: Pick<PastRun, "id" | "functionId">): boolean {
  return holds.some(
    ({ scope }) =>
      scope.kind === "environment" ||
      (scope.kind === "function" && scope.id === run.functionId) ||
      (scope.kind === "run" && scope.id === run.id),
  );
}

/** Whether a run is over, older than the policy keeps it, and under no hold. */
export function isOver(
  run: PastRun,
  policy: RetentionPolicy,
  holds: readonly LegalHold[],
  now: number,
): boolean {
  const kept = keptMs(policy, run.functionId);
  return kept !== null && run.endedAt !== null && run.endedAt < now - kept && !isHeld(holds, run);
}

/** Runs and events that came later than this are none of a sweep's; null: there is nothing to sweep. */
export function sweepsUntil(
  policy: RetentionPolicy,
  holds: readonly LegalHold[],
  now: number,
): { readonly runs: number | null; readonly events: number | null } {
  // What holds an environment holds events too, of which nobody knows whose they are.
  if (holds.some(({ scope }) => scope.kind === "environment")) return { runs: null, events: null };
  const all = [policy.days, ...Object.values(policy.functions)].filter((days) => days !== null);
  return {
    runs: all.length === 0 ? null : now - Math.min(...all) * DAY_MS,
    events: policy.days === null ? null : now - policy.days * DAY_MS,
  };
}
