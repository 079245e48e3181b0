import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const ssoList: Command = {
  summary: "List connections to identity providers.",
  usage: "",
  examples: ["holdfast sso list"],
  options: [...OPERATOR_OPTIONS],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../people/connections.ts")).listConnections(invocation),
};
