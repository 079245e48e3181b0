import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysDataDestroy: Command = {
  summary: "Destroy a data key, and with it every secret that it sealed.",
  usage: "<data key id> --yes",
  examples: ["holdfast keys data destroy 0123456789ab --env staging --yes"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "yes", kind: "boolean", summary: "It cannot be taken back, and this says that you know." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/master-key.ts")).destroyDataKey(invocation),
};
