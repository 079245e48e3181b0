/** Where a run stands. A sleeping or waiting run is `Running`; a run whose app was not called yet is `Scheduled`. */
export type RunStatus = "Scheduled" | "Running" | "Completed" | "Failed" | "Cancelled";

/** Whether the run has reached its one final status. */
export function hasEnded(status: RunStatus): boolean {
  return status === "Completed" || status === "Failed" || status === "Cancelled";
}
