import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = join(ROOT, "docs/reference/attacks.md");

interface Row {
  readonly id: string;
  readonly hasStar: boolean;
  readonly hasDagger: boolean;
  /** Each file that is linked, with the titles that are quoted behind it. */
  readonly places: readonly { readonly path: string; readonly titles: readonly string[] }[];
}

const rows: readonly Row[] = [
  ...readFileSync(PAGE, "utf8").matchAll(/^\| (A-\d{3})(\*?)(†?) \|[^|]*\| (.*) \|$/gm),
].map(([, id = "", star, dagger, cell = ""]) => ({
  id,
  hasStar: star === "*",
  hasDagger: dagger === "†",
  places: [...cell.matchAll(/\]\(([^)]+)\)((?:[^[]|\[(?!\w))*)/g)].map(([, path = "", after = ""]) => ({
    path: resolve(PAGE, "..", path),
    titles: [...after.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => title),
  })),
}));

/** Numbers with which names of tests begin, and the attacks of the command. */
function numbersIn(path: string): ReadonlySet<string> {
  const text = readFileSync(path, "utf8");
  const named = [...text.matchAll(/\b(?:it|test)\(\s*["'`]((?:A-\d{3} )+)/g)].flatMap(([, ids = ""]) =>
    ids.trim().split(" "),
  );
  return new Set([...named, ...[...text.matchAll(/id: "(A-\d{3})"/g)].map(([, id = ""]) => id)]);
}

test("every attack of docs/reference/attacks.md is made where the page says", () => {
  assert.ok(rows.length > 60);
  const faults = rows.flatMap(({ id, places }) => {
    if (places.length === 0) return [`${id} has no test`];
    return places.flatMap(({ path, titles }) => {
      if (!existsSync(path)) return [`${id}: there is no ${path}`];
      const text = readFileSync(path, "utf8");
      if (titles.length === 0) return numbersIn(path).has(id) ? [] : [`${id} begins no test in ${path}`];
      return titles
        .filter((title) => !text.includes(title))
        .map((title) => `${id}: nothing is named "${title}" in ${path}`);
    });
  });
  assert.deepEqual(faults, []);
});

test("every numbered test is on the page, and every attack of the command has its star", () => {
  const listed = new Map(rows.map((row) => [row.id, row]));
  assert.equal(listed.size, rows.length, "a number stands twice");
  const tests = globSync(["test/**/*.test.ts", "packages/**/src/**/*.test.ts"], { cwd: ROOT });
  const numbers = new Set(tests.flatMap((path) => [...numbersIn(join(ROOT, path))]));
  assert.deepEqual(
    [...numbers].filter((id) => !listed.has(id)),
    [],
  );
  for (const [file, mark] of [
    ["attacks", "hasStar"],
    ["app-attacks", "hasDagger"],
  ] as const) {
    const made = numbersIn(join(ROOT, `packages/cli/src/redteam/${file}.ts`));
    assert.deepEqual(
      rows.filter((row) => row[mark] !== made.has(row.id)).map(({ id }) => id),
      [],
      file,
    );
  }
});
