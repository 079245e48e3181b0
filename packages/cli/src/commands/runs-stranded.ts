import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const runsStranded: Command = {
  summary: "List runs that stand still and that nothing would wake, and why.",
  usage: "",
  examples: ["holdfast runs stranded", "holdfast runs stranded --json"],
  options: [
    { name: "limit", kind: "text", value: "N", summary: "At most so many, up to 100. Default: 20." },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../list-stranded.ts")).listStranded(invocation),
};
