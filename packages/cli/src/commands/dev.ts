import type { Command } from "../command.ts";
import { serverOptions } from "../settings/table.ts";

export const dev: Command = {
  summary: "Run a development server: no keys, this machine only, apps found by themselves.",
  usage: "[options]",
  examples: ["holdfast dev", "holdfast dev -u http://localhost:3000/api/inngest --no-discovery"],
  options: serverOptions("dev"),
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../dev-server.ts")).runDev(invocation),
};
