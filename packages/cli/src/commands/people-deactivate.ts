import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleDeactivate: Command = {
  summary: "Close an account, and end its sessions.",
  usage: "<person>",
  examples: ["holdfast people deactivate ana@example.com --reason left"],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/people.ts")).deactivatePerson(invocation),
};
