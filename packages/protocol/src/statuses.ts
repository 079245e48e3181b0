/**
 * Where a run stands. A sleeping or waiting run is `Running`; a run whose app was not called yet is `Scheduled`; one that
 * never will be, because its function is paused or a singleton has another, is `Skipped`.
 */
export type RunStatus = "Scheduled" | "Running" | "Completed" | "Failed" | "Cancelled" | "Skipped";

/** Whether the run has reached its one final status. */
export function hasEnded(status: RunStatus): boolean {
  return status !== "Scheduled" && status !== "Running";
}
