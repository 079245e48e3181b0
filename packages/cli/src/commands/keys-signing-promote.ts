import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningPromote: Command = {
  summary: "Let the new signing key sign, once every app has shown that it has it.",
  usage: "[--force REASON]",
  examples: ["holdfast keys signing promote"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    {
      name: "force",
      kind: "text",
      value: "REASON",
      summary: "Do it although apps lack the key; the log keeps the reason.",
    },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) =>
    (await import("../administration/signing-keys.ts")).promoteSigningKey(invocation),
};
