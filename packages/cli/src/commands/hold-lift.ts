import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const holdLift: Command = {
  summary: "End a legal hold.",
  usage: "<hold id> --reason TEXT",
  examples: ["holdfast hold lift 01JDHOLD000000000000000001 --reason 'case closed'"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/legal-holds.ts")).liftHold(invocation),
};
