/** `npm run asvs`: makes docs/reference/asvs.md from docs/reference/asvs.json, and names what is wrong with that table. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProblems } from "./asvs/find-problems.ts";
import { renderPage } from "./asvs/render-page.ts";
import type { Requirement } from "./asvs/requirement.ts";

const ROOT = join(import.meta.dirname, "..");
const DATA = join(ROOT, "docs/reference/asvs.json");

const table = JSON.parse(readFileSync(DATA, "utf8")) as Requirement[];
const problems = findProblems(table, (path) => {
  const full = join(ROOT, path);
  return existsSync(full) ? readFileSync(full, "utf8") : null;
});
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
writeFileSync(join(ROOT, "docs/reference/asvs.md"), renderPage(table));
console.log(`asvs: ${table.length} requirements, ${problems.length} problems`);
