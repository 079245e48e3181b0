import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** What a package is built from; everything else in its folder stays behind. */
const PARTS = ["bin", "data", "src", "package.json", "tsconfig.build.json", "README.md", "LICENSE"];

/**
 * Copies what packages are built from into a folder, so that building there disturbs nobody who builds or tests here.
 * Installed modules are linked; our own packages are linked to their copies, as a workspace links them to the originals.
 *
 * @param root of the repository.
 * @param into an empty folder.
 */
export function copyHouse(root: string, into: string): void {
  for (const file of ["tsconfig.json", "tsconfig.build.json"]) cpSync(join(root, file), join(into, file));
  const packages = readdirSync(join(root, "packages"));
  for (const name of packages) {
    const from = join(root, "packages", name);
    const present = new Set(readdirSync(from));
    for (const part of PARTS.filter((each) => present.has(each))) {
      cpSync(join(from, part), join(into, "packages", name, part), { recursive: true });
    }
  }
  linkModules(join(root, "node_modules"), join(into, "node_modules"), packages);
}

function linkModules(installed: string, into: string, packages: readonly string[]): void {
  mkdirSync(join(into, "@holdfast"), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name === "@holdfast" || name === "holdfast" || name.startsWith(".")) continue;
    symlinkSync(join(installed, name), join(into, name));
  }
  for (const name of packages) {
    const link = name === "sdk" ? "holdfast" : `@holdfast/${name}`;
    symlinkSync(join(into, "../packages", name), join(into, link));
  }
}
