import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const keysMasterList: Command = {
  summary: "Show which master key wraps the data keys.",
  usage: "",
  examples: ["holdfast keys master list"],
  options: OPERATOR_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/master-key.ts")).showMasterKeys(invocation),
};
