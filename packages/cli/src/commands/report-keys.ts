import type { Command } from "../command.ts";
import { REPORT_OPTIONS } from "./report-options.ts";

export const reportKeys: Command = {
  summary: "Report every key, how old it is and where it stands.",
  usage: "[--since 90d] [--page FILE]",
  examples: ["holdfast report keys --page keys.html", "holdfast report keys --json"],
  options: REPORT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../auditors/auditors.ts")).reportTo(invocation, "keys"),
};
