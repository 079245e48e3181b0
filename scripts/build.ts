/**
 * `npm run build`: compiles each package into its `dist/`, in the order in which they depend on one another. Nothing in
 * development or in the tests needs this; it makes what is published.
 */
import "./require-node.js";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/** Each after those it imports, as in the table of packages in docs/ARCHITECTURE.md. */
const PACKAGES = ["protocol", "client", "server", "cli"] as const;

for (const name of PACKAGES) {
  const folder = join(ROOT, "packages", name);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(folder, "tsconfig.build.json")],
    { cwd: ROOT, stdio: "inherit" },
  );
  if (status !== 0) {
    console.error(`build: @holdfast/${name} does not compile`);
    process.exit(1);
  }
  console.log(`build: packages/${name}/dist`);
}
