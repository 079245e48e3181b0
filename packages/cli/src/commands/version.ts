import type { Command } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { packageVersion } from "../package-version.ts";

export const version: Command = {
  summary: "Print the version of holdfast and of the Node that runs it.",
  usage: "",
  examples: ["holdfast version --json"],
  options: [],
  operandsMin: 0,
  operandsMax: 0,
  async run({ report }) {
    const data = {
      version: packageVersion(),
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    };
    report.result(data, [`holdfast ${data.version} (node ${data.node}, ${data.platform})`]);
    return EXIT.done;
  },
};
