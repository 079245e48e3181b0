import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "engines");

/** The programs of other runtimes. */
export interface Engines {
  readonly bun: string;
  readonly deno: string;
  readonly workerd: string;
}

/**
 * Installs other runtimes by their own lock file, the first time they are asked for, and says where they are. Nothing of
 * them runs at install.
 */
export function installEngines(): Engines {
  if (!existsSync(join(FOLDER, "node_modules"))) {
    process.stderr.write("Installing other runtimes into scripts/runtimes/engines …\n");
    const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    const { status } = spawnSync("npm", words, {
      cwd: FOLDER,
      stdio: ["ignore", "ignore", "inherit"],
      timeout: 300_000,
    });
    if (status !== 0) throw new Error(`Cannot install other runtimes: npm ci ended with ${status}.`);
  }
  const { resolve } = createRequire(join(FOLDER, "package.json"));
  const isArm = process.arch === "arm64";
  return {
    bun: resolve(isArm ? "@oven/bun-linux-aarch64/bin/bun" : "@oven/bun-linux-x64/bin/bun"),
    deno: resolve(isArm ? "@deno/linux-arm64-glibc/deno" : "@deno/linux-x64-glibc/deno"),
    workerd: resolve(
      isArm ? "@cloudflare/workerd-linux-arm64/bin/workerd" : "@cloudflare/workerd-linux-64/bin/workerd",
    ),
  };
}
