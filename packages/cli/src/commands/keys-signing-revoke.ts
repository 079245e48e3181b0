import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningRevoke: Command = {
  summary: "End a signing key for ever, once nothing uses it.",
  usage: "<key id> [--force REASON]",
  examples: [
    "holdfast keys signing revoke 0123456789ab",
    "holdfast keys signing revoke 0123456789ab --force 'leaked in a log'",
  ],
  options: [
    ...ENVIRONMENT_OPTIONS,
    {
      name: "force",
      kind: "text",
      value: "REASON",
      summary: "Do it at once, whoever uses it; the log keeps the reason.",
    },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/signing-keys.ts")).revokeSigningKey(invocation),
};
