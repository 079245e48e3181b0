import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const functionsInvoke: Command = {
  summary: "Start one function, whatever its triggers.",
  usage: "<function> [--data JSON]",
  examples: ["holdfast functions invoke fulfil-order --data @order.json --wait"],
  options: [
    {
      name: "data",
      short: "d",
      kind: "text",
      value: "JSON",
      summary: "The event's data: a JSON object, @file, or - for stdin. Default: {}.",
    },
    {
      name: "id",
      kind: "text",
      value: "KEY",
      summary: "A key that guards against starting the same run twice, for a day.",
    },
    {
      name: "wait",
      kind: "boolean",
      summary: "Wait until the run ends and print what it returned; exit 1 if it fails.",
    },
    { name: "timeout", kind: "text", value: "TIME", summary: "Wait at most so long. Default: 1h." },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../invoke-function.ts")).invokeFunction(invocation),
};
