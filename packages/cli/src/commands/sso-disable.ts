import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const ssoDisable: Command = {
  summary: "Turn a connection off when it locks people out.",
  usage: "<connection> --reason TEXT",
  examples: ['holdfast sso disable 3f2a9c --reason "the provider is down"'],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/connections.ts")).disableConnection(invocation),
};
