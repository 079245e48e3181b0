import type { Command } from "../command.ts";

export const auditVerify: Command = {
  summary: "Verify an exported audit log, without any server.",
  usage: "<file> [--checkpoint FILE] [--log NAME]",
  examples: [
    "holdfast audit verify audit.jsonl",
    "holdfast audit verify audit.jsonl --checkpoint kept-elsewhere.txt",
  ],
  options: [
    {
      name: "checkpoint",
      kind: "list",
      value: "FILE",
      summary: "A checkpoint kept elsewhere, or what a sink received. May be given several times.",
    },
    { name: "log", kind: "text", value: "NAME", summary: "Of a file with several logs, this one alone." },
    {
      name: "public-key",
      kind: "list",
      value: "KEY",
      summary: "A key that is known to be the log's. May be given several times.",
    },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/audit-verify.ts")).verifyAudit(invocation),
};
