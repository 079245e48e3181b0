import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const auditSinksList: Command = {
  summary: "List where the audit logs go, and how far each sink has come.",
  usage: "",
  examples: ["holdfast audit sinks list"],
  options: OPERATOR_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/audit-sinks.ts")).listSinks(invocation),
};
