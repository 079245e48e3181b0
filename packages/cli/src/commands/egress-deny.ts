import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const egressDeny: Command = {
  summary: "Take a host off the list again.",
  usage: "<host>",
  examples: ["holdfast egress deny app.internal"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/egress.ts")).denyEgress(invocation),
};
