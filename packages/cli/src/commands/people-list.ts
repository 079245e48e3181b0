import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleList: Command = {
  summary: "List people, what they may do and how they sign in.",
  usage: "",
  examples: ["holdfast people list"],
  options: [...OPERATOR_OPTIONS],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../people/people.ts")).listPeople(invocation),
};
