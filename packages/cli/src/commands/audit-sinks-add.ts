import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const auditSinksAdd: Command = {
  summary: "Send every audit log to a file, to syslog or to an HTTPS receiver, from its first entry on.",
  usage: "<target> [--name NAME] [--format jsonl|ocsf]",
  examples: [
    "holdfast audit sinks add /var/log/holdfast/audit.jsonl",
    "holdfast audit sinks add tls://siem.example.org:6514 --format ocsf",
    "holdfast audit sinks add https://siem.example.org/audit",
  ],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "name", kind: "text", value: "NAME", summary: "What to call it. Default: the target." },
    { name: "format", kind: "text", value: "FORMAT", summary: "jsonl or ocsf. Default: jsonl." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/audit-sinks.ts")).addSink(invocation),
};
