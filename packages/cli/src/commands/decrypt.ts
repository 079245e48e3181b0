import type { Command } from "../command.ts";

export const decrypt: Command = {
  summary: "Open the sealed values of a JSON document, on this machine.",
  usage: "[FILE]",
  examples: [
    "holdfast decrypt run.json --keys-file sealing.keys",
    "holdfast decrypt --keys-file sealing.keys --json < run.json",
  ],
  options: [
    {
      name: "keys-file",
      kind: "text",
      value: "FILE",
      summary: "Sealing keys. Default: HOLDFAST_SEALING_KEYS.",
    },
    {
      name: "key-pairs-file",
      kind: "text",
      value: "FILE",
      summary: "Key pairs, one a line, for what public keys sealed.",
    },
    {
      name: "published-keys-file",
      kind: "text",
      value: "FILE",
      summary: "Keys of the published format, one a line, tried in order.",
    },
  ],
  operandsMin: 0,
  operandsMax: 1,
  run: async (invocation) => (await import("../decrypt-document.ts")).decryptDocument(invocation),
};
