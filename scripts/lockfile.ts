/**
 * Completes package-lock.json, after `npm install` wrote it, with the packages for other platforms that the registry at
 * hand does not hold. Without them `npm ci` refuses the file. Changes nothing that is there.
 *
 * Takes the path of a lock file as its only argument; without one it completes that of this repository.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LockPackages } from "./lockfile/optional-platforms.ts";
import { missingPlatforms } from "./lockfile/optional-platforms.ts";

const path = resolve(process.argv[2] ?? join(import.meta.dirname, "../package-lock.json"));
// npm wrote it: version 3 has every package under `packages`.
const lock = JSON.parse(readFileSync(path, "utf8")) as { packages: LockPackages };
const missing = missingPlatforms(lock.packages);
const count = Object.keys(missing).length;
if (count > 0) {
  const entries = Object.entries({ ...lock.packages, ...missing });
  // In npm's own order, so that its next run moves nothing.
  lock.packages = Object.fromEntries(entries.toSorted(([left], [right]) => left.localeCompare(right, "en")));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(`lockfile: ${count} packages for other platforms added`);
