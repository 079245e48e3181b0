import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Installs a peer by its own lock file, the first time it is asked for. Nothing of it runs at install. */
export function installPeer(name: "restate" | "dbos"): string {
  const folder = fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
  if (existsSync(`${folder}/node_modules`)) return folder;
  process.stderr.write(`Installing the peer ${name} into bench/peers/${name} …\n`);
  const result = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 300_000,
  });
  if (result.status !== 0)
    throw new Error(`Cannot install the peer "${name}": npm ci ended with ${result.status}.`);
  return folder;
}
