import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const holdList: Command = {
  summary: "List legal holds.",
  usage: "",
  examples: ["holdfast hold list"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/legal-holds.ts")).listHolds(invocation),
};
