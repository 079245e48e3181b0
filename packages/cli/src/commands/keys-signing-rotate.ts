import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysSigningRotate: Command = {
  summary: "Begin a rotation: make the next signing key, or take one in.",
  usage: "[--import FILE]",
  examples: ["holdfast keys signing rotate", "holdfast keys signing rotate --import old-signing-key"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    {
      name: "import",
      kind: "text",
      value: "FILE",
      summary: "Take in the key in a file, or with - from stdin: signkey-… or bare hex.",
    },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/signing-keys.ts")).rotateSigningKey(invocation),
};
