import type { FunctionRun } from "@holdfast/client";
import { elapsed } from "./elapsed.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** The mark of a run or step by where it stands, as v2 spells it. All are of one width, so that columns stay straight. */
export function markOf(status: string, style: Style): string {
  const fitted = (mark: string): string => mark.padEnd(style.done.length);
  switch (status) {
    case "COMPLETED":
      return style.green(fitted(style.done));
    case "FAILED":
      return style.red(fitted(style.failed));
    case "CANCELLED":
    case "SKIPPED":
      return style.yellow(fitted(style.warning));
    case "RUNNING":
      return fitted(style.started);
    default:
      return fitted(style.paused);
  }
}

/** A run as a line of a list: `✓ 01J… charge-card  completed  1.2 s  2026-11-26T10:00:00.000Z`. */
export function runRow(run: FunctionRun, style: Style): string {
  const status = run.isSkipped === true ? "SKIPPED" : run.status;
  const took = run.durationMs === undefined ? "" : elapsed(Number(run.durationMs));
  const cause = run.trigger.eventName ?? run.trigger.cronSchedule ?? "";
  return [
    `  ${markOf(status, style)} ${run.id}`,
    style.bold(printable(run.function.name)),
    status.toLowerCase().padEnd(9),
    took.padStart(8),
    run.queuedAt,
    style.dim(printable(cause)),
  ]
    .join("  ")
    .trimEnd();
}
