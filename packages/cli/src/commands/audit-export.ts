import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const auditExport: Command = {
  summary: "Write an audit log to a file, verifiable by whoever has it.",
  usage: "[file] [--format jsonl|ocsf|csv]",
  examples: [
    "holdfast audit export audit.jsonl --env production",
    "holdfast audit export audit.csv --format csv",
  ],
  options: [
    ...OPERATOR_OPTIONS,
    {
      name: "env",
      kind: "text",
      value: "NAME",
      summary: "The log of an environment. Default: that of the installation.",
    },
    {
      name: "format",
      kind: "text",
      value: "FORMAT",
      summary: "jsonl, ocsf (events for a SIEM), or csv (for people; cannot be verified). Default: jsonl.",
    },
  ],
  operandsMin: 0,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/audit.ts")).exportAudit(invocation),
};
