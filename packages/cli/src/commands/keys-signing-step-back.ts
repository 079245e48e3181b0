import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningStepBack: Command = {
  summary: "Let the earlier signing key sign again.",
  usage: "[--reason TEXT]",
  examples: ["holdfast keys signing step-back --reason 'billing does not answer'"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) =>
    (await import("../administration/signing-keys.ts")).stepBackSigningKey(invocation),
};
