import type { Command } from "../command.ts";
import { serverOptions } from "../settings/table.ts";

export const start: Command = {
  summary: "Run a production server: every call signed, every request authenticated.",
  usage: "[options]",
  examples: [
    "holdfast start --sdk-url https://shop.example.org/api/inngest",
    "holdfast start --host 0.0.0.0 --public-url https://flow.example.org",
  ],
  options: serverOptions("start"),
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../start-server.ts")).runStart(invocation),
};
