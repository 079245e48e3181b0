import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const keysOperatorList: Command = {
  summary: "List the tokens of operators.",
  usage: "",
  examples: ["holdfast keys operator list"],
  options: OPERATOR_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) =>
    (await import("../administration/operator-tokens.ts")).listOperatorTokens(invocation),
};
