import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const egressAllowPlainHttp: Command = {
  summary: "Accept plain http for one host of a private network.",
  usage: "<host>",
  examples: ["holdfast egress allow-plain-http app.internal"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/egress.ts")).allowPlainHttp(invocation),
};
