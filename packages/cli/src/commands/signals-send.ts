import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const signalsSend: Command = {
  summary: "Bring a signal to the run that waits for it.",
  usage: "<signal> [--data JSON]",
  examples: ['holdfast signals send order-7-approved --data \'{"by": "ann"}\''],
  options: [
    {
      name: "data",
      short: "d",
      kind: "text",
      value: "JSON",
      summary: "What the waiting step gets: JSON, @file, or - for stdin. Default: null.",
    },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../send-signal.ts")).sendSignal(invocation),
};
