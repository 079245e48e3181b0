import type { Command } from "../command.ts";

export const keysSealingNew: Command = {
  summary: "Make a key that seals payloads. The server never gets it.",
  usage: "[--out FILE] [--pair]",
  examples: [
    "holdfast keys sealing new",
    "holdfast keys sealing new --out sealing.keys",
    "holdfast keys sealing new --pair --out partner.pair",
  ],
  options: [
    {
      name: "out",
      kind: "text",
      value: "FILE",
      summary: "Write it to a new file that only you may read, and print its id.",
    },
    {
      name: "pair",
      kind: "boolean",
      summary: "Make a key pair: its public half seals events and opens none.",
    },
  ],
  operandsMin: 0,
  operandsMax: 0,
  run: async (invocation) => (await import("../new-sealing-key.ts")).newKey(invocation),
};
