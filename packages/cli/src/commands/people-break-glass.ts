import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleBreakGlass: Command = {
  summary: "Exclude an owner from enforced single sign-on.",
  usage: "<person> [--off]",
  examples: ["holdfast people break-glass ana@example.com"],
  options: [...OPERATOR_OPTIONS, { name: "off", kind: "boolean", summary: "Take it back." }],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/people.ts")).setBreakGlass(invocation),
};
