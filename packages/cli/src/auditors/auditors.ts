import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Invocation } from "../command.ts";
import { serverUrl } from "../connection.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import { instantOption, textOption } from "../text-option.ts";
import { accessReport } from "./access.ts";
import type { AuditorsReport, Table } from "./auditors-report.ts";
import { changesReport } from "./changes.ts";
import { controlsReport } from "./controls.ts";
import type { Facts } from "./facts.ts";
import { readFacts } from "./facts.ts";
import { keysReport } from "./keys.ts";
import { pageOf } from "./page.ts";

export const REPORTS = {
  access: accessReport,
  keys: keysReport,
  changes: changesReport,
  controls: controlsReport,
} as const satisfies Readonly<Record<string, (facts: Facts) => AuditorsReport>>;

const SINCE_DAYS = 90;

/** Asks a server, and prints a report for auditors; with `--page` it is written as a page to read and to print, too. */
export async function reportTo(invocation: Invocation, name: keyof typeof REPORTS): Promise<number> {
  const { options, report, world } = invocation;
  const now = Date.now();
  const url = serverUrl(invocation);
  const since = instantOption(options, "since", now);
  const facts = await readFacts(connectAsOperator(invocation), {
    url,
    now,
    since: since === undefined ? now - SINCE_DAYS * 86_400_000 : Date.parse(since),
  });
  const made = REPORTS[name](facts);
  const at = new Date(now).toISOString();
  const file = textOption(options, "page");
  const path = file === undefined ? null : resolve(world.cwd, file);
  if (path !== null) writeFileSync(path, pageOf(made, { at, url }), { mode: 0o600 });
  report.result({ report: name, url, at, ...made }, [
    ...made.tables.flatMap((table) => tableLines(table, report.style)),
    ...made.notes.map((note) => `  ${report.style.dim(note)}`),
    ...(path === null ? [] : ["", `  ${report.style.green(report.style.done)} Written to ${path}.`]),
  ]);
  return EXIT.done;
}

/** The last column may be as long as it is: nothing stands behind it. */
function tableLines({ columns, heading, rows }: Table, style: Style): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => printable(cell, 60)));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd();
  return [
    `  ${style.bold(heading)}`,
    style.dim(line(columns)),
    ...(cells.length === 0 ? ["  nothing"] : cells.map(line)),
    "",
  ];
}
