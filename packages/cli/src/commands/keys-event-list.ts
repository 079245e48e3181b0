import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysEventList: Command = {
  summary: "List event keys, what each may do, and when it was last used.",
  usage: "",
  examples: ["holdfast keys event list"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/event-keys.ts")).listEventKeys(invocation),
};
