import type { Command } from "../command.ts";
import { OPERATOR_OPTIONS } from "../operator-connection.ts";

export const ssoTrustDomain: Command = {
  summary: "Say whose a domain is, where the DNS cannot.",
  usage: "<domain>",
  examples: ["holdfast sso trust-domain corp.example"],
  options: [...OPERATOR_OPTIONS],
  operandsMin: 1,
  operandsMax: 1,
  run: async (invocation) => (await import("../people/connections.ts")).trustDomain(invocation),
};
