import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const functionsResume: Command = {
  summary: "Let a paused function go on.",
  usage: "<function>",
  examples: ["holdfast functions resume fulfil-order", "holdfast functions resume shop/fulfil-order"],
  options: SERVER_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../turn-function.ts")).turnFunction(invocation, "resume"),
};
