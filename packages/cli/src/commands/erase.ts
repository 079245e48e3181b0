import type { Command } from "../command.ts";
import { ENVIRONMENT_OPTIONS } from "../operator-connection.ts";

export const erase: Command = {
  summary: "Erase everything that is kept of one subject.",
  usage: "<file with values> --reason TEXT",
  examples: [
    "holdfast erase subject.txt --reason 'request 17'",
    "holdfast erase - --reason 'request 17' < subject.txt",
  ],
  options: [
    ...ENVIRONMENT_OPTIONS,
    { name: "reason", kind: "text", value: "TEXT", summary: "Why; the log keeps it." },
    { name: "event", kind: "list", value: "ID", summary: "An event of the subject whose payload is sealed." },
  ],
  operandsMin: 0,
  operandsMax: 1,
  run: async (invocation) => (await import("../administration/erasure.ts")).eraseSubject(invocation),
};
