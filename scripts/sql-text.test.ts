import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = globSync("packages/server/src/**/*.ts", { cwd: ROOT }).filter(
  (path) => !/\.(?:test|suite)\.ts$|\/testing\//.test(path),
);

/** What else is put into SQL: names of columns, marks of parameters and a condition, each written out in the same file. */
const REVIEWED = [
  "advance.ts: columns",
  "count-tables.ts: RunFlag.begun",
  "open-runs.ts: columns",
  "open-runs.ts: marks",
  "queue-items.ts: columns",
  "queue-items.ts: unless",
];

/** Texts of SQL in a source: of backticks, with what is put into them. */
function* sqlIn(source: string): Generator<readonly string[]> {
  for (const [text] of source.matchAll(/`[^`]*`/gs)) {
    if (!/\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|SAVEPOINT)\b/.test(text)) continue;
    yield [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inside = ""]) => inside.trim());
  }
}

test("SQL is made of texts and constants alone: what came from outside is bound to a parameter", () => {
  const put = SOURCES.flatMap((path) => {
    const source = readFileSync(join(ROOT, path), "utf8");
    return [...sqlIn(source)].flat().map((inside) => ({ path, inside }));
  });
  assert.ok(put.length >= 5, "it looks at something");
  const others = put
    // A name in capitals is a constant, with one more or less.
    .filter(({ inside }) => !/^[A-Z][A-Z0-9_]*(?: [+-] 1)?$/.test(inside))
    .map(({ inside, path }) => `${path.split("/").at(-1)}: ${inside}`);
  assert.deepEqual([...new Set(others)].toSorted(), REVIEWED);
});
