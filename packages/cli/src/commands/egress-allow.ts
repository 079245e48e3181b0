import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const egressAllow: Command = {
  summary: "Let requests go to a host that is not public.",
  usage: "<host>",
  examples: ["holdfast egress allow app.internal", "holdfast egress allow 10.0.0.0/8 --env staging"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/egress.ts")).allowEgress(invocation),
};
