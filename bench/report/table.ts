import type { LimitWindow } from "../limits/limit-windows.ts";
import type { Figures } from "../measure/window.ts";
import { WORKLOADS } from "../workloads.ts";
import type { Workload } from "../workloads.ts";
import { limitRate } from "./summary.ts";
import type { Row } from "./summary.ts";
import { median } from "./statistics.ts";

const COLUMNS: readonly (readonly [title: string, key: keyof Figures])[] = [
  ["runs/s", "runsPerSecond"],
  ["steps/s", "stepsPerSecond"],
  ["p50 ms", "p50Ms"],
  ["p99 ms", "p99Ms"],
  ["server CPU ms/run", "serverCpuMsPerRun"],
  ["app CPU ms/run", "appCpuMsPerRun"],
  ["flushes/run", "flushesPerRun"],
  ["KB to disk/run", "deviceKbPerRun"],
  ["KB by server/run", "serverKbPerRun"],
  ["server PSS MB", "serverPssMb"],
  ["app PSS MB", "appPssMb"],
];

/** The table of one workload at one number of runs in flight: each figure, and in parentheses its ratio to the limit. */
export function formatTable(rows: readonly Row[], names: ReadonlyMap<string, string>): string {
  const [first] = rows;
  if (first === undefined) return "";
  const workload = WORKLOADS[first.workload];
  const title = `${workload.name.toUpperCase()} (${workload.about}), ${first.inFlight} in flight`;
  const header = ["", ...COLUMNS.map(([name]) => name), "clean"];
  const lines = rows.map((row) => [
    names.get(row.system) ?? row.system,
    ...COLUMNS.map(([, key]) => withRatio(row.figures[key], row.toLimit?.[key])),
    `${row.cleanCount}/${row.windowCount}`,
  ]);
  const failures = rows
    .filter((row) => row.failureCount > 0)
    .map(
      (row) =>
        `  ! ${names.get(row.system) ?? row.system}: ${row.failureCount} runs failed: ${row.firstFailure}`,
    );
  return [title, ...align([header, ...lines]), ...failures, ""].join("\n");
}

/** What the machine can do, and how much of it the minimal loop turns into runs. */
export function formatLimits(windows: readonly LimitWindow[], loopRows: readonly Row[]): string {
  const levels = [...new Set(windows.map((window) => window.inFlight))];
  const header = ["", ...levels.map((inFlight) => `${inFlight} in flight`)];
  const line = (title: string, cell: (inFlight: number) => string): string[] => [title, ...levels.map(cell)];
  const loopLines = loopRowsByWorkload(loopRows).flatMap(([workload, rows]) => [
    line(`minimal loop ${workload.name.toUpperCase()}: share of the round trips`, (inFlight) =>
      share(rows, inFlight, workload.callCount, limitRate(windows, "HTTP round trips", inFlight)),
    ),
    line(`minimal loop ${workload.name.toUpperCase()}: share of the durable rows`, (inFlight) =>
      share(rows, inFlight, workload.recordCount, limitRate(windows, "durable rows", inFlight)),
    ),
  ]);
  const lines = [
    line("HTTP round trips/s, signed", (n) => figure(limitRate(windows, "HTTP round trips", n))),
    line("durable rows/s, group commit", (n) => figure(limitRate(windows, "durable rows", n))),
    line("rows per commit", (n) =>
      figure(median(windows.filter((w) => w.inFlight === n).map((w) => w.rowsPerCommit))),
    ),
    ...loopLines,
  ];
  return ["The machine's limits", ...align([header, ...lines]), ""].join("\n");
}

/** Calls (or records) per second as a share of the limit's rate, for every system that makes one call per step. */
export function share(rows: readonly Row[], inFlight: number, perRun: number, limit: number): string {
  const row = rows.find((candidate) => candidate.inFlight === inFlight);
  if (row === undefined || Number.isNaN(limit)) return "–";
  return `${Math.round((row.figures.runsPerSecond * perRun * 100) / limit)} %`;
}

function loopRowsByWorkload(rows: readonly Row[]): (readonly [Workload, readonly Row[]])[] {
  return (
    Object.values(WORKLOADS)
      // Parallel steps have more calls in flight than runs: no limit was measured for that.
      .filter((workload) => !workload.parallel)
      .map((workload) => [workload, rows.filter((row) => row.workload === workload.name)] as const)
      .filter(([, own]) => own.length > 0)
  );
}

function withRatio(value: number, ratio: number | undefined): string {
  if (Number.isNaN(value)) return "–";
  return ratio === undefined || Number.isNaN(ratio)
    ? figure(value)
    : `${figure(value)} (${ratio.toFixed(2)})`;
}

/** Three significant digits, thousands apart. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function align(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines.map((line) =>
    `  ${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`.trimEnd(),
  );
}
