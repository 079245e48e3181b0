import type { Command } from "../command.ts";
import { SERVER_OPTIONS } from "../command.ts";

export const appsList: Command = {
  summary: "List the apps the server knows, and their functions.",
  usage: "",
  examples: ["holdfast apps list", "holdfast apps list --url https://flow.example.org --json"],
  options: SERVER_OPTIONS,
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../list-apps.ts")).listApps(invocation),
};
