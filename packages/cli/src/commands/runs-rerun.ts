import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const runsRerun: Command = {
  summary: "Run a function again for the events of a run.",
  usage: "<run id> [--from STEP]",
  examples: [
    "holdfast runs rerun 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B",
    "holdfast runs rerun 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B --from capture --input @a.json",
  ],
  options: [
    {
      name: "from",
      kind: "text",
      value: "STEP",
      summary: "Keep what finished before this step: its name or id. Default: from the start.",
    },
    {
      name: "input",
      kind: "text",
      value: "JSON",
      summary: "Arguments in place of the step's own: a JSON array, or one value; @file, or - for stdin.",
    },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../change-run.ts")).rerunRun(invocation),
};
