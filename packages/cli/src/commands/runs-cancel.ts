import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const runsCancel: Command = {
  summary: "Cancel a run. A call under way ends, and its result is dropped.",
  usage: "<run id>",
  examples: ["holdfast runs cancel 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B"],
  options: SERVER_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../change-run.ts")).cancelRun(invocation),
};
