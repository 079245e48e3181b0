import { ROLES } from "@holdfast/protocol";
import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const keysOperatorNew: Command = {
  summary: "Make an operator token.",
  usage: "<name> --role ROLE [--only-env NAME] [--payloads] [--expires 90d]",
  examples: [
    "holdfast keys operator new Ana --role admin --expires 30d",
    "holdfast keys operator new auditors --role auditor",
    "holdfast keys operator new ci --role developer --only-env staging",
  ],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "role", kind: "text", value: "ROLE", summary: `What it may do: ${ROLES.join(", ")}.` },
    {
      name: "only-env",
      kind: "list",
      value: "NAME",
      summary: "Environment it is good in; may be given several times. Default: all, and the installation.",
    },
    { name: "payloads", kind: "boolean", summary: "Let it see what events and steps carry." },
    { name: "expires", kind: "text", value: "WHEN", summary: "A date, or how long from now. Default: 90d." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) =>
    (await import("../administration/operator-tokens.ts")).createOperatorToken(invocation),
};
