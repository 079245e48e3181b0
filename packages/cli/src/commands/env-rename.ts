import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const envRename: Command = {
  summary: "Give an environment another label.",
  usage: "<name> <label>",
  examples: ['holdfast env rename staging "Staging, Frankfurt"'],
  options: OPERATOR_OPTIONS,
  operandsMin: 2,
  operandsMax: 2,
  run: async (invocation) => (await import("../environments/change.ts")).renameEnvironment(invocation),
};
