import type { Command } from "../command.ts";

export const keysMasterNew: Command = {
  summary: "Make a master key, which wraps every secret at rest.",
  usage: "",
  examples: ["holdfast keys master new > /run/secrets/master-key"],
  options: [],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/master-key.ts")).newMasterKey(invocation),
};
