import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const auditList: Command = {
  summary: "List the newest entries of an audit log.",
  usage: "",
  examples: ["holdfast audit list --env production --action signing_key.revoked"],
  options: [
    ...OPERATOR_OPTIONS,
    {
      name: "env",
      kind: "text",
      value: "NAME",
      summary: "The log of an environment. Default: that of the installation.",
    },
    { name: "limit", kind: "text", value: "COUNT", summary: "How many. Default: 20." },
    { name: "action", kind: "text", value: "NAME", summary: "Acts of one name." },
    { name: "actor", kind: "text", value: "ID", summary: "Acts of one actor." },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../administration/audit.ts")).listAudit(invocation),
};
