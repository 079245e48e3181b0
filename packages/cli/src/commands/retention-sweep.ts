import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const retentionSweep: Command = {
  summary: "Remove what is older than the retention keeps, now.",
  usage: "",
  examples: ["holdfast retention sweep"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/retention.ts")).sweepRetention(invocation),
};
