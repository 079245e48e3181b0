import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const envList: Command = {
  summary: "List environments and branches.",
  usage: "",
  examples: ["holdfast env list", "holdfast env list --json"],
  options: OPERATOR_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../environments/list.ts")).listEnvironments(invocation),
};
