import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const appsSync: Command = {
  summary: "Have the server ask an app for its functions now.",
  usage: "<app url>",
  examples: ["holdfast apps sync http://localhost:3000/api/inngest"],
  options: SERVER_OPTIONS,
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../sync-app.ts")).syncApp(invocation),
};
