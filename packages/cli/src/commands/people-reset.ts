import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleReset: Command = {
  summary: "Make a link for a new password.",
  usage: "<person>",
  examples: ["holdfast people reset ana@example.com"],
  options: [...OPERATOR_OPTIONS],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/people.ts")).resetPerson(invocation),
};
