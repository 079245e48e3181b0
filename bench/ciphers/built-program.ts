import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { installPacked } from "../../scripts/packing/install-packed.ts";
import { packHouse } from "../../scripts/packing/packed-house.ts";
import { plainProgram, singleFile } from "../../scripts/runtimes/programs.ts";

const ROOT = join(import.meta.dirname, "../..");
const PROGRAMS = join(import.meta.dirname, "programs");

/**
 * Builds the packages as they are published and installs them into a folder of an empty one, where programs can be made of
 * them. Answers the folder.
 */
export async function installBuilt(workFolder: string): Promise<string> {
  const folder = join(workFolder, "app");
  mkdirSync(folder);
  const { sealing, sealingNeeds } = await packHouse(ROOT, workFolder);
  const tarballs = [sealing, ...sealingNeeds].map(({ tarball }) => tarball);
  installPacked(tarballs, folder);
  return folder;
}

/** One file of one of the programs and all that it imports. */
export async function builtProgram(name: "in-page" | "in-worker", folder: string): Promise<string> {
  return singleFile(await plainProgram(join(PROGRAMS, `${name}.ts`), folder), folder);
}
