import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleReset: Command = {
  summary: "Make a link for a new password.",
  usage: "<person>",
  examples: [
    "holdfast people reset ana@example.com",
    "holdfast people reset ana@example.com --second-factors",
  ],
  options: [
    ...OPERATOR_OPTIONS,
    {
      name: "second-factors",
      kind: "boolean",
      summary: "Let passkeys, authenticator and recovery codes go, too: they lost them all.",
    },
    { name: "mail", kind: "boolean", summary: "Send the link to their address, and show it to nobody else." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/people.ts")).resetPerson(invocation),
};
