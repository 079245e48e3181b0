import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const cancellationsDelete: Command = {
  summary: "Delete a cancellation. What it cancelled stays cancelled.",
  usage: "<cancellation id>",
  examples: ["holdfast cancellations delete 01K9ZJ4E0M8Q5T6W7X8Y9Z0A1B"],
  options: SERVER_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../cancel-many.ts")).deleteCancellation(invocation),
};
