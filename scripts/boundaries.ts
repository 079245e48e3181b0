/**
 * Holds every import under `packages/NAME/src` against the two tables in docs/ARCHITECTURE.md, so that the picture and
 * the code cannot drift apart. Prints each broken rule with the row to edit, and exits with 1 if there is one.
 *
 * Takes the root of the repository as its only argument; without one it checks the repository it stands in.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readPackages } from "./boundaries/read-packages.ts";
import { findProblems } from "./boundaries/rules.ts";
import { readTables } from "./boundaries/tables.ts";

const DOCUMENT = "docs/ARCHITECTURE.md";

const root = resolve(process.argv[2] ?? join(import.meta.dirname, ".."));
const tables = readTables(readFileSync(join(root, DOCUMENT), "utf8"));
const packages = readPackages(root);
const problems = findProblems(packages, tables, DOCUMENT);

for (const problem of problems) {
  const place = problem.line === 0 ? problem.path : `${problem.path}:${problem.line}`;
  console.error(`${place}  ${problem.message}\n    ${problem.remedy}`);
}
const fileCount = packages.reduce((sum, each) => sum + each.files.length, 0);
if (problems.length > 0) {
  console.error(`\nboundaries: ${problems.length} broken in ${fileCount} files`);
  process.exitCode = 1;
} else {
  console.log(`boundaries: ${fileCount} files keep to the tables in ${DOCUMENT}`);
}
