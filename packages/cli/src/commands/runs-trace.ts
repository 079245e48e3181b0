import type { Command } from "../command.ts";
import { REVEAL_OPTION, SERVER_OPTIONS } from "../command.ts";

export const runsTrace: Command = {
  summary: "Show what happened in a run, step by step, as a timeline.",
  usage: "<run id>",
  examples: ["holdfast runs trace 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B"],
  options: [REVEAL_OPTION, ...SERVER_OPTIONS],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../trace-run.ts")).traceRun(invocation),
};
