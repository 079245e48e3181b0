import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleSetUp: Command = {
  summary: "Print a link for the first owner.",
  usage: "",
  examples: ["holdfast people set-up"],
  options: [...OPERATOR_OPTIONS],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../people/people.ts")).offerSetUp(invocation),
};
