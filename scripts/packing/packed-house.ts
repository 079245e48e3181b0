import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./build-package.ts";
import { copyHouse } from "./house-copy.ts";
import type { PackedPackage } from "./pack-package.ts";
import { packPackage } from "./pack-package.ts";

/** What apps install, packed from a fresh build. */
export interface PackedHouse {
  /** The copy of the repository in which it was built. */
  readonly root: string;
  readonly sdk: PackedPackage;
  readonly sealing: PackedPackage;
  /** Everything an app that seals installs beside the package itself. */
  readonly sealingNeeds: readonly PackedPackage[];
}

/** What `@holdfast/sealing` depends on and others publish. They are packed from where they are installed. */
const CRYPTOGRAPHY = ["@noble/ciphers", "@noble/hashes", "hpke"] as const;

/**
 * Builds and packs the packages that apps install, in a copy of the repository.
 *
 * @param root of the repository.
 * @param workFolder an empty folder.
 */
export async function packHouse(root: string, workFolder: string): Promise<PackedHouse> {
  const house = join(workFolder, "house");
  const tarballs = join(workFolder, "tarballs");
  mkdirSync(house);
  mkdirSync(tarballs);
  copyHouse(root, house);
  const build = async (name: string): Promise<PackedPackage> => {
    await buildPackage(house, name);
    return packPackage(join(house, "packages", name), tarballs);
  };
  const protocol = await build("protocol");
  const sdk = await build("sdk");
  const sealing = await build("sealing");
  const cryptography = CRYPTOGRAPHY.map((name) => packPackage(join(root, "node_modules", name), tarballs));
  return { root: house, sdk, sealing, sealingNeeds: [sdk, protocol, ...cryptography] };
}
