import type { Command } from "../command.ts";
import { REPORT_OPTIONS } from "./report-options.ts";

export const reportControls: Command = {
  summary: "Report what is there for SOC 2 and ASVS, and where it is seen. It certifies nothing.",
  usage: "[--since 90d] [--page FILE]",
  examples: ["holdfast report controls --page controls.html", "holdfast report controls --json"],
  options: REPORT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../auditors/auditors.ts")).reportTo(invocation, "controls"),
};
