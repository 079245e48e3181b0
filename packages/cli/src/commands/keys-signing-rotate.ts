import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningRotate: Command = {
  summary: "Begin a rotation: make the next signing key, or take one in.",
  usage: "[key]",
  examples: ["holdfast keys signing rotate"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/signing-keys.ts")).rotateSigningKey(invocation),
};
