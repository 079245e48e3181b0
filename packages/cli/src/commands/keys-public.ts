import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const keysPublic: Command = {
  summary:
    "Print the public keys by which apps know the server: from a signing key that is found here, or with --url from the server.",
  usage: "",
  examples: ["holdfast keys public", "holdfast keys public --url https://flow.example.org --json"],
  options: SERVER_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../show-public-keys.ts")).showPublicKeys(invocation),
};
