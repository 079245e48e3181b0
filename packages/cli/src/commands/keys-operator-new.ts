import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const keysOperatorNew: Command = {
  summary: "Make an operator token.",
  usage: "<name> [--expires 90d]",
  examples: ["holdfast keys operator new Ana --expires 30d"],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "expires", kind: "text", value: "WHEN", summary: "A date, or how long from now. Default: 90d." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) =>
    (await import("../administration/operator-tokens.ts")).createOperatorToken(invocation),
};
