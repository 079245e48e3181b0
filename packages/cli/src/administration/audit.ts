import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AuditRowInfo } from "@holdfast/client";
import { AUDIT_FORMATS, HoldfastError } from "@holdfast/protocol";
import { actorOf } from "../auditors/names.ts";
import type { Invocation } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { connectAsOperator } from "../operator-connection.ts";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";
import { countOption, textOption } from "../text-option.ts";

/** Of an environment when one is named, otherwise the installation's. */
function logOf({ options, world }: Invocation): string | null {
  return textOption(options, "env") ?? world.env["HOLDFAST_ENV"] ?? null;
}

/** Lists the newest entries of a log. */
export async function listAudit(invocation: Invocation): Promise<number> {
  const { options, report } = invocation;
  const query = [
    ["limit", String(countOption(options, "limit") ?? 20)],
    ["action", textOption(options, "action")],
    ["actor", textOption(options, "actor")],
  ].filter((pair): pair is [string, string] => pair[1] !== undefined);
  const rows = await connectAsOperator(invocation).auditRows(logOf(invocation), Object.fromEntries(query));
  report.result(
    rows,
    rows.map((row) => rowLine(row, report.style)),
  );
  return EXIT.done;
}

function rowLine(row: AuditRowInfo, style: Style): string {
  const { entry, seq } = row;
  const { action, at, reason, result, targets } = entry;
  const who = actorOf(row);
  const what = targets.map(({ id }) => printable(id)).join(", ");
  const mark = result === "success" ? style.green(style.done) : style.red(style.failed);
  return `  ${mark} ${String(seq).padStart(6)}  ${style.dim(at)}  ${style.bold(action)}  ${what}  ${style.dim(printable(who))}${reason === null ? "" : `  ${printable(reason)}`}`;
}

/** Writes a log to a file, or to stdout. */
export async function exportAudit(invocation: Invocation): Promise<number> {
  const { operands, options, report, world } = invocation;
  const [file] = operands;
  const named = textOption(options, "format") ?? "jsonl";
  const format = AUDIT_FORMATS.find((each) => each === named);
  if (format === undefined)
    throw new HoldfastError(
      "usage_invalid",
      `Cannot use "${named}" for --format: it is one of ${AUDIT_FORMATS.join(", ")}.`,
    );
  const lines = Readable.from(await connectAsOperator(invocation).exportAudit(logOf(invocation), format));
  if (file === undefined) {
    for await (const chunk of lines) world.stdout.write(Buffer.from(chunk as Uint8Array).toString("utf8"));
    return EXIT.done;
  }
  const path = resolve(world.cwd, file);
  await pipeline(lines, createWriteStream(path, { mode: 0o600 }));
  const next = format === "csv" ? "" : ` Verify it with: holdfast audit verify ${file}`;
  report.result({ path }, [`  ${report.style.green(report.style.done)} Written to ${path}.${next}`]);
  return EXIT.done;
}
