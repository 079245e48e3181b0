import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const appsApprove: Command = {
  summary: "Let an app be called at another origin than before.",
  usage: "<app> <origin>",
  examples: ["holdfast apps approve shop https://shop2.example.org"],
  options: ENVIRONMENT_OPTIONS,
  operandsMin: 2,
  operandsMax: 2,
  run: async (invocation) => (await import("../administration/apps.ts")).approveOrigin(invocation),
};
