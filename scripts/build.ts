/**
 * `npm run build`: compiles each package into its `dist/`, in the order in which they depend on one another. Nothing in
 * development or in the tests needs this; it makes what is published. Takes folders under `packages/`, to build no others.
 */
import "./require-node.js";
import { join } from "node:path";
import { BUILT_PACKAGES, buildPackage } from "./packing/build-package.ts";

const ROOT = join(import.meta.dirname, "..");

const wanted = process.argv.slice(2);

for (const name of BUILT_PACKAGES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    await buildPackage(ROOT, name);
  } catch (error) {
    console.error(`build: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  console.log(`build: packages/${name}/dist`);
}
