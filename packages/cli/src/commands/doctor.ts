import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";
import { serverOptions } from "../settings/table.ts";

const settings = serverOptions("start");

export const doctor: Command = {
  summary:
    "Look at an installation: machine, settings, files, and the server that answers. Exit code 9: something is wrong.",
  usage: "[--url URL] [options of start]",
  examples: [
    "holdfast doctor",
    "holdfast doctor --data-dir /var/lib/holdfast --url https://flow.example.org",
  ],
  options: [
    ...OPERATOR_OPTIONS.filter(({ name }) => settings.every((setting) => setting.name !== name)),
    ...settings,
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../doctor/doctor.ts")).examine(invocation),
};
