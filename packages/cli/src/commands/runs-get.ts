import type { Command } from "../command.ts";
import { REVEAL_OPTION, SERVER_OPTIONS } from "../command.ts";

export const runsGet: Command = {
  summary: "Show a run: its function, where it stands, what it returned.",
  usage: "<run id>",
  examples: [
    "holdfast runs get 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B",
    "holdfast runs get 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B --json",
  ],
  options: [
    {
      name: "output-only",
      kind: "boolean",
      summary: "Print what the run returned, as JSON, and nothing else.",
    },
    REVEAL_OPTION,
    ...SERVER_OPTIONS,
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../get-run.ts")).getRun(invocation),
};
