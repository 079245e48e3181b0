import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const keysOperatorRevoke: Command = {
  summary: "End an operator token for ever.",
  usage: "<token id>",
  examples: ["holdfast keys operator revoke 0123456789ab"],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) =>
    (await import("../administration/operator-tokens.ts")).revokeOperatorToken(invocation),
};
