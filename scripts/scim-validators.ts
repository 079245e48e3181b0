/**
 * `npm run validators`: gets the two validators of SCIM that some tests run, which nobody here wrote, from the index of Python packages
 * into a cache beside the installed packages. Only for those tests: without them they are skipped, and say so.
 */
import "./require-node.js";
import { execFileSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { VALIDATORS, VALIDATORS_FOLDER } from "../test/scim-validators/validators-folder.ts";

const MINUTES = 5 * 60_000;

const making = `${VALIDATORS_FOLDER}.new`;
rmSync(making, { recursive: true, force: true });
rmSync(VALIDATORS_FOLDER, { recursive: true, force: true });
const run = (command: string, args: readonly string[]): void =>
  void execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"], timeout: MINUTES });
run("python3", ["-m", "venv", making]);
run(join(making, "bin/python"), [
  "-m",
  "pip",
  "install",
  "--quiet",
  "--disable-pip-version-check",
  ...VALIDATORS,
]);
renameSync(making, VALIDATORS_FOLDER);
console.log(`SCIM: ${VALIDATORS.join(", ")}`);
