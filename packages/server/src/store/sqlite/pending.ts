import type { StepId } from "@holdfast/protocol";

/** A run's pending steps as a column: NULL for none, which is the usual case, else a JSON list. */
export function encodePending(pending: readonly StepId[]): string | null {
  return pending.length === 0 ? null : JSON.stringify(pending);
}

export function decodePending(column: string | null): readonly StepId[] {
  if (column === null) return [];
  // The column is only ever written by the function above.
  return JSON.parse(column) as readonly StepId[];
}
