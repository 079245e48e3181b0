import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const functionsList: Command = {
  summary: "List functions, what starts them, and which are paused.",
  usage: "[--app APP]",
  examples: ["holdfast functions list", "holdfast functions list --app shop --json"],
  options: [
    { name: "app", kind: "list", value: "APP", summary: "Only functions of this app." },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../list-functions.ts")).listFunctions(invocation),
};
