import type { AuditRowInfo } from "@holdfast/client";
import type { AuditorsReport } from "./auditors-report.ts";
import { NOTHING } from "./auditors-report.ts";
import type { Facts } from "./facts.ts";
import { actorOf, nameIn } from "./names.ts";

/** Acts that change nothing of how an installation is set up: work, and what the server notes of itself. */
const NO_CHANGE: ReadonlySet<string> = new Set([
  "access.denied",
  "app.synced",
  "audit.exported",
  "audit_sink.failing",
  "audit_sink.recovered",
  "audit_sink.tested",
  "egress.blocked",
  "redteam.run",
  "server.started",
  "server.stopped",
]);

/** What was changed, by whom, and from where; and whether the logs that say so hold. Pure. */
export function changesReport(facts: Facts): AuditorsReport {
  const all = facts.logs
    .flatMap(({ environment, rows }) => rows.map((row) => ({ log: environment ?? "installation", row })))
    .toSorted((one, two) => one.row.entry.at.localeCompare(two.row.entry.at));
  const denied = all.filter(({ row }) => row.entry.result === "denied");
  return {
    title: "Administrative changes",
    tables: [
      {
        heading: `Since ${new Date(facts.since).toISOString()}`,
        columns: ["at", "log", "entry", "what", "of", "by", "from", "result", "change", "reason"],
        rows: all
          .filter(({ row }) => !NO_CHANGE.has(row.entry.action))
          .map(({ log, row }) => [
            row.entry.at,
            log,
            String(row.seq),
            row.entry.action,
            targetsOf(row),
            actorOf(row),
            row.entry.context.address ?? row.entry.context.via,
            row.entry.result,
            changeOf(row),
            row.entry.reason ?? NOTHING,
          ]),
      },
      {
        heading: "What was denied",
        columns: ["by", "reason", "times"],
        rows: [...counted(denied.map(({ row }) => JSON.stringify([actorOf(row), row.entry.reason])))].map(
          ([key, count]) => {
            // Written a line above.
            const [who, reason] = JSON.parse(key) as [string, string | null];
            return [who, reason ?? NOTHING, String(count)];
          },
        ),
      },
      {
        heading: "Whether the logs hold",
        columns: ["log", "entries", "verdict", "signed up to"],
        rows: facts.logs.map(({ environment, verdict }) => [
          environment ?? "installation",
          String(verdict.entryCount),
          verdict.ok ? "holds" : `does not hold: ${verdict.fault?.kind ?? "unknown"}`,
          verdict.checkpointSize === null ? NOTHING : String(verdict.checkpointSize),
        ]),
      },
    ],
    notes: [
      "The server says of itself whether its logs hold. To see for yourself: holdfast audit export, then holdfast audit verify, which needs no server.",
      "Names that were erased are not shown; their ids are.",
    ],
  };
}

function targetsOf(row: AuditRowInfo): string {
  const texts = row.entry.targets.map((target) => nameIn(row, target) ?? target.id);
  return texts.length === 0 ? NOTHING : texts.join(", ");
}

function changeOf({ entry }: AuditRowInfo): string {
  const parts = Object.entries(entry.changes)
    .map(([what, { from, to }]) => [what, JSON.stringify(from), JSON.stringify(to)] as const)
    .filter(([, from, to]) => from !== to)
    .map(([what, from, to]) => `${what}: ${from} to ${to}`);
  return parts.length === 0 ? NOTHING : parts.join("; ");
}

function counted(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
