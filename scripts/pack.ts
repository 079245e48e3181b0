/**
 * `npm run pack:check`: builds what apps install, packs it, installs it into an empty folder without a network, and says
 * what a user gets: how many packages and bytes, what an import takes, and whatever is wrong. Exits with 1 if something is.
 * Nothing of the repository is touched.
 */
import "./require-node.js";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNodes } from "./packing/entries.ts";
import { inspectPackage, measureImport } from "./packing/inspect-package.ts";
import { packHouse } from "./packing/packed-house.ts";

const ROOT = join(import.meta.dirname, "..");

const workFolder = mkdtempSync(join(tmpdir(), "holdfast-pack-"));
try {
  const { sdk, sealing, sealingNeeds } = await packHouse(ROOT, workFolder);
  const nodes = findNodes(process.env["PATH"] ?? "");
  const subjects = [
    { packed: sdk, others: [] },
    { packed: sealing, others: sealingNeeds },
  ];
  for (const { packed, others } of subjects) {
    const { packages, installedBytes, entries, problems } = await inspectPackage(
      packed,
      others,
      nodes,
      workFolder,
    );
    console.log(`${packed.name}: ${inKilobytes(packed.packedBytes)} packed, ${packed.files.length} files`);
    console.log(
      `  an install adds ${packages.length} (${packages.join(", ")}), ${inKilobytes(installedBytes)}`,
    );
    for (const { specifier, outside } of entries) {
      console.log(`  ${specifier}${outside.length === 0 ? "" : ` loads ${outside.join(", ")}`}`);
    }
    for (const problem of problems) console.error(`  ✖ ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
    else {
      for (const node of nodes) {
        const ms = measureImport(packed, others, node, workFolder);
        console.log(`  imported in ${ms.toFixed(1)} ms with Node ${node.version}`);
      }
    }
  }
} finally {
  rmSync(workFolder, { recursive: true, force: true });
}

function inKilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
