import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const retentionShow: Command = {
  summary: "Show how long ended runs and events are kept.",
  usage: "",
  examples: ["holdfast retention show"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/retention.ts")).showRetention(invocation),
};
