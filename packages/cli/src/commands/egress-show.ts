import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const egressShow: Command = {
  summary: "Show where an environment's requests may go.",
  usage: "",
  examples: ["holdfast egress show"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/egress.ts")).showEgress(invocation),
};
