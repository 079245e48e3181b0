import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysEventRevoke: Command = {
  summary: "End an event key for ever.",
  usage: "<key id>",
  examples: ["holdfast keys event revoke 0123456789ab --reason leaked"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/event-keys.ts")).revokeEventKey(invocation),
};
