import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningList: Command = {
  summary: "Show signing keys, who was seen with which, and what a rotation waits for.",
  usage: "",
  examples: ["holdfast keys signing list", "holdfast keys signing list --env staging --json"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/signing-keys.ts")).showRotation(invocation),
};
