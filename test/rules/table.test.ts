import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { testTitles } from "../kit/test-titles.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = "docs/reference/rules.md";

/** The numbered rules of each section that must have a test; of section 2, those on events of the server's own. */
const RULES: Readonly<Record<number, readonly number[]>> = {
  2: [8],
  7: [1, 2, 3],
  8: [1, 2, 3, 4, 5, 6],
  9: [1, 2, 3, 4],
  10: [1, 2, 3],
  11: [1, 2],
  12: [1, 2, 3, 4, 5, 6],
  13: [1, 2],
  14: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  15: [1, 2, 3, 4, 5, 6, 7, 8],
  16: [1, 2, 3, 4, 5],
};

/** One row of the page: a rule, and the test that shows it. */
interface Row {
  readonly rule: string;
  readonly file: string;
  readonly title: string;
}

/** Rows under the heading of a section, which read `| 7.1 | what | [file](link): title |`. */
function rowsOf(section: string): readonly Row[] {
  const page = readFileSync(join(ROOT, PAGE), "utf8");
  const text = page.split(new RegExp(`^## ${section}\\. .*$`, "m"))[1]?.split(/^## /m)[0] ?? "";
  const lines = text.split("\n").filter((line) => /^\| *\d/.test(line));
  return lines.map((line) => {
    const cells =
      /^\| (\d+\.\d+) +\| .+? \| \[([\w.-]+)\]\(\.\.\/\.\.\/test\/rules\/([\w.-]+)\): (.+?) +\|$/.exec(line);
    assert.ok(cells !== null, `a row of another form: ${line}`);
    const [, rule = "", file = "", link, title = ""] = cells;
    assert.equal(link, file, line);
    return { rule, file, title: title.replaceAll("\\|", "|") };
  });
}

/** Titles of the tests in a file. That of a rule is written out, so that it can be found. */
function titlesOf(file: string): readonly string[] {
  const titles = testTitles(join(ROOT, "test/rules", file));
  for (const title of titles) assert.ok(!title.includes("${"), `${file}: ${title}`);
  return titles;
}

for (const [section, numbers] of Object.entries(RULES)) {
  describe(`${PAGE}, section ${section}`, () => {
    const files = globSync(`${section.padStart(2, "0")}-*.test.ts`, { cwd: join(ROOT, "test/rules") });
    const tests = files.flatMap((file) => titlesOf(file).map((title) => `${file}: ${title}`));

    it("has a row for every numbered rule", () => {
      const rules = new Set(rowsOf(section).map(({ rule }) => rule));
      const wanted = numbers.map((number) => `${section}.${number}`);
      assert.deepEqual(
        wanted.filter((rule) => !rules.has(rule)),
        [],
      );
      assert.deepEqual(
        [...rules].filter((rule) => !wanted.includes(rule)),
        [],
      );
    });

    it("names tests that exist, and under the number with which their titles begin", () => {
      for (const { rule, file, title } of rowsOf(section)) {
        assert.ok(tests.includes(`${file}: ${title}`), `no such test: ${file}: ${title}`);
        assert.ok(title.startsWith(`${rule} `), `the row of ${rule} names "${title}"`);
      }
    });

    it("names every test of its rules once", () => {
      const named = rowsOf(section).map(({ file, title }) => `${file}: ${title}`);
      assert.deepEqual(named.toSorted(), tests.toSorted());
    });
  });
}

it("every file of test/rules belongs to a section", () => {
  const strays = globSync("*.test.ts", { cwd: join(ROOT, "test/rules") }).filter(
    (file) => file !== "table.test.ts" && !(Number(/^(\d\d)-/.exec(file)?.[1]) in RULES),
  );
  assert.deepEqual(strays, []);
});
