import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const redteam: Command = {
  summary:
    "Attack a running server of yours, or an app of it, from outside: bounded, harmless, and in its log. Exit code 9: something got through.",
  usage: "<url> [--app] [--report FILE]",
  examples: [
    "holdfast redteam https://flow.example.org",
    "holdfast redteam http://127.0.0.1:8288 --report attacks.md",
    "holdfast redteam http://127.0.0.1:3000/api/inngest --app",
  ],
  options: [
    ...OPERATOR_OPTIONS,
    {
      name: "app",
      kind: "boolean",
      summary: "The URL is that of an app, which is registered at the server of --url.",
    },
    { name: "report", kind: "text", value: "FILE", summary: "Write a report for people (Markdown)." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../redteam/redteam.ts")).redteam(invocation),
};
