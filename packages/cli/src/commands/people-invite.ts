import { ROLES } from "@holdfast/protocol";
import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const peopleInvite: Command = {
  summary: "Make an invitation to hand over.",
  usage: "<e-mail> --role ROLE [--only-env NAME] [--payloads]",
  examples: [
    "holdfast people invite ana@example.com --role admin",
    "holdfast people invite bo@example.com --role viewer --only-env staging",
  ],
  options: [
    ...OPERATOR_OPTIONS,
    { name: "role", kind: "text", value: "ROLE", summary: `What they may do: ${ROLES.join(", ")}.` },
    {
      name: "only-env",
      kind: "list",
      value: "NAME",
      summary: "Environment it is good in; may be given several times. Default: all, and the installation.",
    },
    { name: "payloads", kind: "boolean", summary: "Let them see what events and steps carry." },
    { name: "mail", kind: "boolean", summary: "Send the link to their address, and show it to nobody else." },
  ],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/people.ts")).invitePerson(invocation),
};
