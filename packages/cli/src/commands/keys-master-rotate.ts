import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const keysMasterRotate: Command = {
  summary: "Wrap every data key with the master key that the server was started with first.",
  usage: "",
  examples: ["holdfast keys master rotate"],
  options: OPERATOR_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/master-key.ts")).rewrapDataKeys(invocation),
};
