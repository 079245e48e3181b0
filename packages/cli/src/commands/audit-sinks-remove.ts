import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const auditSinksRemove: Command = {
  summary: "Stop sending audit logs to a sink.",
  usage: "<id>",
  examples: ["holdfast audit sinks remove 4f1d0c9a2b7e"],
  options: OPERATOR_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/audit-sinks.ts")).removeSink(invocation),
};
