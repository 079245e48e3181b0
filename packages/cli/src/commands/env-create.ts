import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const envCreate: Command = {
  summary: "Make an environment: its own data, keys, apps and log.",
  usage: "<name> [--branches] [--label TEXT]",
  examples: ["holdfast env create staging", "holdfast env create previews --branches --archive-after 3d"],
  options: [
    ...OPERATOR_OPTIONS,
    {
      name: "branches",
      kind: "boolean",
      summary: "A family: its keys open any number of branches, which apps name.",
    },
    { name: "label", kind: "text", value: "TEXT", summary: "What people call it. Default: its name." },
    {
      name: "archive-after",
      kind: "text",
      value: "DURATION",
      summary: "How long a branch may be unused before it archives itself. Default: 3d.",
    },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../environments/change.ts")).createEnvironment(invocation),
};
