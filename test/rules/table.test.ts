import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = "docs/reference/rules.md";

/** The first rule that counts, where it is not .1: of the event API, only its internal events are the executor's. */
const FIRST_RULE: Readonly<Record<number, number>> = { 2: 8 };

/** How many numbered rules each section of the protocol has: the first of section 7 is 7.1. */
const RULES_COUNT: Readonly<Record<number, number>> = {
  2: 8,
  7: 3,
  8: 6,
  9: 4,
  10: 3,
  11: 2,
  12: 6,
  13: 2,
  14: 10,
  15: 8,
  16: 5,
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

/** Titles of the tests in a file, whether of `it("…")` or of a story's `title: "…"`. */
function titlesOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, "test/rules", file), "utf8");
  const found = text.matchAll(/(?:\bit\(|\btitle:)\s*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|`([^`\n]*)`)/g);
  return [...found].map(([, double, single, template]) => {
    const title = double?.replaceAll(/\\(.)/g, "$1") ?? single ?? template ?? "";
    assert.ok(
      !title.includes("${"),
      `${file}: a title of a rule is written out, so that it can be found: ${title}`,
    );
    return title;
  });
}

for (const [section, count] of Object.entries(RULES_COUNT)) {
  describe(`${PAGE}, section ${section}`, () => {
    const files = globSync(`${section.padStart(2, "0")}-*.test.ts`, { cwd: join(ROOT, "test/rules") });
    const tests = files.flatMap((file) => titlesOf(file).map((title) => `${file}: ${title}`));

    it("has a row for every numbered rule", () => {
      const rules = new Set(rowsOf(section).map(({ rule }) => rule));
      const first = FIRST_RULE[Number(section)] ?? 1;
      const wanted = Array.from({ length: count - first + 1 }, (_, index) => `${section}.${index + first}`);
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
    (file) => file !== "table.test.ts" && !(Number(/^(\d\d)-/.exec(file)?.[1]) in RULES_COUNT),
  );
  assert.deepEqual(strays, []);
});
