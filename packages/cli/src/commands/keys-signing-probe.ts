import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningProbe: Command = {
  summary: "Ask every app which signing keys it has.",
  usage: "",
  examples: ["holdfast keys signing probe"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/signing-keys.ts")).probeSigningKeys(invocation),
};
