import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const runsRescue: Command = {
  summary: "Wake a run that stands still with one more call, or end it as failed.",
  usage: "<run id> [--fail]",
  examples: [
    "holdfast runs rescue 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B",
    "holdfast runs rescue 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B --fail",
  ],
  options: [{ name: "fail", kind: "boolean", summary: "End the run as failed instead." }, ...SERVER_OPTIONS],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../change-run.ts")).rescueRun(invocation),
};
