import type { Command } from "../command.ts";
import { REPORT_OPTIONS } from "./report-options.ts";

export const reportChanges: Command = {
  summary: "Report what was changed, and whether the logs hold.",
  usage: "[--since 90d] [--page FILE]",
  examples: ["holdfast report changes --page changes.html", "holdfast report changes --json"],
  options: REPORT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../auditors/auditors.ts")).reportTo(invocation, "changes"),
};
