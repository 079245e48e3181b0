import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const egressLimit: Command = {
  summary: "Limit time, size and number of requests.",
  usage: "[--timeout DURATION|none] [--answer-size BYTES|none] [--concurrency COUNT|none]",
  examples: [
    "holdfast egress limit --timeout 2m --answer-size 1048576",
    "holdfast egress limit --concurrency 50 --env staging",
    "holdfast egress limit --timeout none",
  ],
  options: [
    ...ENVIRONMENT_OPTIONS,
    {
      name: "timeout",
      kind: "text",
      value: "DURATION",
      summary: "From the first byte sent to the last read.",
    },
    { name: "answer-size", kind: "text", value: "BYTES", summary: "The largest answer." },
    { name: "concurrency", kind: "text", value: "COUNT", summary: "Requests at once; more wait their turn." },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/egress.ts")).limitEgress(invocation),
};
