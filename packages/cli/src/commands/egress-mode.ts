import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const egressMode: Command = {
  summary: "Set what holds for hosts that are not listed.",
  usage: "<mode>",
  examples: ["holdfast egress mode listed"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/egress.ts")).setEgressMode(invocation),
};
