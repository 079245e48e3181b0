import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What an install brought. */
export interface Installed {
  readonly folder: string;
  /** Names of all packages that are there now, nested ones too. */
  readonly packages: readonly string[];
}

/**
 * Installs tarballs as a user would, into an empty folder, without a network.
 *
 * @throws Error when npm refuses, which it does when something is needed that no tarball brings.
 */
export function installPacked(tarballs: readonly string[], folder: string): Installed {
  writeFileSync(join(folder, "package.json"), `{ "name": "empty", "private": true, "type": "module" }\n`);
  const quiet = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["install", ...quiet, ...tarballs], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  // npm's own account of what it put into node_modules.
  const account = JSON.parse(readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, unknown>>;
  };
  return {
    folder,
    packages: Object.keys(account.packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)),
  };
}

/** Sum of the sizes of all files below a folder. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
