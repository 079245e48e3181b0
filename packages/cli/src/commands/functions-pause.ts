import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const functionsPause: Command = {
  summary: "Pause a function: new runs are skipped, queued calls wait, calls under way end.",
  usage: "<function>",
  examples: ["holdfast functions pause fulfil-order", "holdfast functions pause shop/fulfil-order"],
  options: SERVER_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../turn-function.ts")).turnFunction(invocation, "pause"),
};
