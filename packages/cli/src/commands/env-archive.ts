import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const envArchive: Command = {
  summary: "Put an environment into the archive: it takes nothing in, and keeps its history.",
  usage: "<name>",
  examples: ["holdfast env archive staging"],
  options: OPERATOR_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../environments/change.ts")).archiveEnvironment(invocation),
};
