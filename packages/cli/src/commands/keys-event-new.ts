import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const keysEventNew: Command = {
  summary: "Make an event key.",
  usage: "<name> [--allow-name PATTERN]",
  examples: ["holdfast keys event new 'web shop' --allow-name 'order/*' --expires 90d"],
  options: [
    ...ENVIRONMENT_OPTIONS,
    {
      name: "allow-name",
      kind: "list",
      value: "PATTERN",
      summary: "Names that it may send, such as order/*. May be given several times.",
    },
    { name: "deny-name", kind: "list", value: "PATTERN", summary: "Names that it may not send." },
    {
      name: "allow-address",
      kind: "list",
      value: "RANGE",
      summary: "Addresses it may be used from, such as 203.0.113.0/24.",
    },
    {
      name: "allow-origin",
      kind: "list",
      value: "ORIGIN",
      summary: "Origins of pages that may use it, such as https://shop.example.org.",
    },
    { name: "events-per-second", kind: "text", value: "COUNT", summary: "Most events in a second." },
    { name: "expires", kind: "text", value: "WHEN", summary: "A date, or how long from now, such as 90d." },
    {
      name: "import",
      kind: "text",
      value: "FILE",
      summary: "Take in the key in a file, or with - from stdin.",
    },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/event-keys.ts")).createEventKey(invocation),
};
