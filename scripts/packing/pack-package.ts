import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A package as npm would publish it. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

/**
 * Packs a built package as publishing would.
 *
 * @param folder of the package.
 * @param into folder for the tarball.
 */
export function packPackage(folder: string, into: string): PackedPackage {
  const words = ["pack", folder, "--json", "--ignore-scripts", "--pack-destination", into];
  const said: unknown = JSON.parse(execFileSync("npm", words, { encoding: "utf8" }));
  // npm 11 and older list what they packed; newer ones name it.
  const [packed] = Object.values(said as Readonly<Record<string, NpmPacked>>);
  if (packed === undefined) throw new Error(`Cannot pack ${folder}: npm packed nothing.`);
  return {
    name: packed.name,
    tarball: join(into, packed.filename),
    files: packed.files.map(({ path }) => path),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
  };
}

/** What `npm pack --json` says of a package. */
interface NpmPacked {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}
