import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const cancellationsList: Command = {
  summary: "List the cancellations that are in force.",
  usage: "",
  examples: ["holdfast cancellations list"],
  options: SERVER_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../cancel-many.ts")).listCancellations(invocation),
};
