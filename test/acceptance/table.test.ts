import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { testTitles } from "../kit/test-titles.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = "docs/reference/sdk-acceptance.md";

/** What must hold for an app that comes from an official SDK, and what must be better. */
const LINES = ["M1", "M2", "M3", "M4", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"].map(
  (line) => `32.${line}`,
);

/** Files whose tests are there for the list alone. */
const OWN = ["test/acceptance/*.test.ts", "test/compat/journals*.test.ts"];

/** One row of the page: a line of the list, and the test that shows it; or why nothing does yet. */
type Row =
  | { readonly line: string; readonly file: string; readonly title: string }
  | { readonly line: string; readonly missing: string };

/** Rows read `| 32.M1 | what | [file](link): title |`, or `| 32.M1 | what | not yet: why |`. */
function rowsOf(): readonly Row[] {
  const lines = readFileSync(join(ROOT, PAGE), "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("| 32."))
    .map((line): Row => {
      const missing = /^\| (32\.\w+) +\| .+? \| not yet: (.+?) +\|$/.exec(line);
      if (missing !== null) return { line: missing[1] ?? "", missing: missing[2] ?? "" };
      const cells = /^\| (32\.\w+) +\| .+? \| \[([\w.-]+)\]\(\.\.\/\.\.\/([\w./-]+)\): (.+?) +\|$/.exec(line);
      assert.ok(cells !== null, `a row of another form: ${line}`);
      const [, name = "", shown = "", file = "", title = ""] = cells;
      assert.equal(basename(file), shown, line);
      return { line: name, file, title: title.replaceAll("\\|", "|") };
    });
}

describe(PAGE, () => {
  const rows = rowsOf();
  const shown = rows.flatMap((row) => ("file" in row ? [row] : []));
  const files = globSync(OWN, { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file !== "test/acceptance/table.test.ts");
  // A story's own title is a part of the title of its test.
  const own = files.flatMap((file) =>
    testTitles(join(ROOT, file))
      .filter((title) => title.startsWith("32.") || !file.startsWith("test/compat/"))
      .map((title) => ({ file, title })),
  );

  it("has a row for every line of the list, and no other", () => {
    assert.deepEqual([...new Set(rows.map(({ line }) => line))].toSorted(), LINES.toSorted());
  });

  it("names a test that exists for each line, whatever else is not there yet", () => {
    for (const { file, title } of shown)
      assert.ok(testTitles(join(ROOT, file)).includes(title), `no such test: ${file}: ${title}`);
    const withTest = new Set(shown.map(({ line }) => line));
    assert.deepEqual(
      LINES.filter((line) => !withTest.has(line)),
      [],
    );
  });

  it("names every test of the list once, under the line with which its title begins", () => {
    for (const { title } of own)
      assert.ok(
        LINES.some((line) => title.startsWith(`${line} `)),
        `the title names no line: ${title}`,
      );
    for (const { line, title } of shown)
      if (title.startsWith("32."))
        assert.ok(title.startsWith(`${line} `), `the row of ${line} names "${title}"`);
    const named = shown
      .filter(({ file }) => files.includes(file))
      .map(({ file, title }) => `${file}: ${title}`);
    assert.deepEqual(named.toSorted(), own.map(({ file, title }) => `${file}: ${title}`).toSorted());
  });
});
