import type { StepId } from "@holdfast/protocol";

/** A run's pending steps as a column: NULL for none, which is the usual case, else a JSON list. */
export function encodePending(pending: readonly StepId[]): string | null {
  return pending.length === 0 ? null : JSON.stringify(pending);
}

export function decodePending(column: string | null): readonly StepId[] {
  return column === null ? NO_STEPS : JSON.parse(column);
}

const NO_STEPS: readonly StepId[] = [];
