import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const retentionSet: Command = {
  summary: "Set for how many days ended runs and events are kept.",
  usage: "<days>|forever|inherit [--function NAME]",
  examples: [
    "holdfast retention set 90",
    "holdfast retention set 14 --function shop-checkout",
    "holdfast retention set inherit --function shop-checkout",
  ],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "function", kind: "text", value: "NAME", summary: "Of one function: its id, or its slug." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/retention.ts")).setRetention(invocation),
};
