import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const envUnarchive: Command = {
  summary: "Take an environment out of the archive.",
  usage: "<name>",
  examples: ["holdfast env unarchive staging"],
  options: OPERATOR_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../environments/change.ts")).unarchiveEnvironment(invocation),
};
