import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const keysSealingList: Command = {
  summary:
    "List the keys that stored data is sealed with: a key that is not in the list opens nothing the server has.",
  usage: "",
  examples: ["holdfast keys sealing list", "holdfast keys sealing list --json"],
  options: SERVER_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../list-sealing-keys.ts")).listSealingKeys(invocation),
};
