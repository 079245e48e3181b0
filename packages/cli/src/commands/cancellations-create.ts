import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const cancellationsCreate: Command = {
  summary: "Cancel all runs of a function that started in a stretch of time.",
  usage: "<function> [options]",
  examples: [
    "holdfast cancellations create fulfil-order --started-after 1h",
    "holdfast cancellations create fulfil-order --if 'event.data.id == 7'",
  ],
  options: [
    {
      name: "started-after",
      kind: "text",
      value: "TIME",
      summary: "Runs that started after this date, or in the last 1h. Default: all.",
    },
    {
      name: "started-before",
      kind: "text",
      value: "TIME",
      summary: "Runs that started before this date. Default: now.",
    },
    {
      name: "if",
      kind: "text",
      value: "EXPRESSION",
      summary: "Only runs whose event meets this expression.",
    },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../cancel-many.ts")).createCancellation(invocation),
};
