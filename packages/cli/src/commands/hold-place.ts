import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const holdPlace: Command = {
  summary: "Keep an environment, a function or a run, whatever the retention says.",
  usage: "--reason TEXT [--function NAME | --run ID]",
  examples: ["holdfast hold place --reason 'case 17/2026' --function shop-checkout"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
    { name: "function", kind: "text", value: "NAME", summary: "Runs of one function." },
    { name: "run", kind: "text", value: "ID", summary: "One run." },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/legal-holds.ts")).placeHold(invocation),
};
