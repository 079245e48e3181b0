import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const runsList: Command = {
  summary: "List runs, the newest first.",
  usage: "[options]",
  examples: [
    "holdfast runs list --status failed --since 1h",
    "holdfast runs list --app shop --function fulfil-order --json",
  ],
  options: [
    {
      name: "status",
      kind: "list",
      value: "STATUS",
      summary: "queued, running, completed, failed, cancelled or skipped. May be given several times.",
    },
    { name: "app", kind: "list", value: "APP", summary: "Only runs of this app." },
    { name: "function", kind: "list", value: "FUNCTION", summary: "Only runs of this function of the app." },
    {
      name: "since",
      kind: "text",
      value: "TIME",
      summary: "Queued at this date or later, or in the last 1h.",
    },
    {
      name: "until",
      kind: "text",
      value: "TIME",
      summary: "Queued before this date, or longer ago than 1h.",
    },
    { name: "oldest-first", kind: "boolean", summary: "The oldest first." },
    { name: "limit", kind: "text", value: "N", summary: "At most so many, up to 100. Default: 20." },
    { name: "cursor", kind: "text", value: "CURSOR", summary: "Go on where an earlier list ended." },
    ...SERVER_OPTIONS,
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../list-runs.ts")).listRuns(invocation),
};
