import type { Environment } from "@holdfast/client";
import { formatDuration } from "@holdfast/protocol";
import { printable } from "../printable.ts";
import type { Style } from "../style.ts";

/** An environment in one line: what it is called, what it is, and whether it is in the archive. */
export function environmentLine(environment: Environment, style: Style): string {
  const { archive_after_ms: after, archived_at: archivedAt, family, kind, label, name } = environment;
  const mark = archivedAt === null ? style.green(style.done) : style.dim("-");
  const facts = [
    kind,
    ...(label === name || label === "" ? [] : [printable(label)]),
    ...(archivedAt === null ? [] : [`in the archive since ${archivedAt}`]),
    ...(after === null || archivedAt !== null ? [] : [`archives itself after ${formatDuration(after)}`]),
  ];
  return `  ${family === null ? "" : "  "}${mark} ${style.bold(name)}  ${style.dim(facts.join(", "))}`;
}
