import type { Command } from "../command.ts";
import { REPORT_OPTIONS } from "./report-options.ts";

export const reportAccess: Command = {
  summary: "Report who may do what, where and since when.",
  usage: "[--since 90d] [--page FILE]",
  examples: ["holdfast report access --page access.html", "holdfast report access --json"],
  options: REPORT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../auditors/auditors.ts")).reportTo(invocation, "access"),
};
