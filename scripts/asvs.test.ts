import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { findProblems } from "./asvs/find-problems.ts";
import { renderPage } from "./asvs/render-page.ts";
import { COUNT_BY_LEVEL, everyId } from "./asvs/requirement.ts";
import type { Requirement } from "./asvs/requirement.ts";

const ROOT = join(import.meta.dirname, "..");

const readFile = (path: string): string | null =>
  existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : null;

const table = JSON.parse(readFile("docs/reference/asvs.json") ?? "[]") as Requirement[];

test("the standard has 345 requirements, and the levels add up to them", () => {
  assert.equal(new Set(everyId()).size, 345);
  assert.equal(COUNT_BY_LEVEL[1] + COUNT_BY_LEVEL[2] + COUNT_BY_LEVEL[3], 345);
});

test("docs/reference/asvs.json has each requirement once, and names only what is there", () => {
  assert.deepEqual(findProblems(table, readFile), []);
});

test("docs/reference/asvs.md shows what the data say: run `npm run asvs`", () => {
  assert.equal(readFile("docs/reference/asvs.md"), renderPage(table));
});

describe("findProblems()", () => {
  const texts: Record<string, string> = {
    "a.test.ts": 'test("it holds", () => {});\ntest(`${name} holds`, () => {});\n',
    "a.md": "# Page\n\nno heading\n\n## Part one\n",
  };
  const read = (path: string): string | null => texts[path] ?? null;
  const good = table.map((each): Requirement => ({ ...each, evidence: [{ document: "a.md#Part one" }] }));
  const first = good[0];
  assert.ok(first !== undefined);
  const withFirst = (change: Partial<Requirement>): Requirement[] => [
    { ...first, ...change },
    ...good.slice(1),
  ];

  test("has nothing to say of a table that is whole", () => {
    assert.deepEqual(findProblems(good, read), []);
    for (const title of ["it holds", "${name} holds"]) {
      assert.deepEqual(findProblems(withFirst({ evidence: [{ test: `a.test.ts#${title}` }] }), read), []);
    }
  });

  test("names an id that is missing, double, unknown or out of order, and a level that has another count", () => {
    assert.deepEqual(findProblems(good.slice(1), read), [
      "V1.1.1 stands there 0 times",
      "level 2 has 182 requirements and not 183",
    ]);
    assert.ok(findProblems([...good, first], read).includes("V1.1.1 stands there 2 times"));
    assert.ok(
      findProblems(withFirst({ id: "V18.1.1" }), read).includes("V18.1.1 is no requirement of the standard"),
    );
    assert.deepEqual(findProblems([...good.slice(1), first], read), [
      "the order is not that of the standard",
    ]);
    assert.deepEqual(findProblems(withFirst({ level: 1 }), read), [
      "level 1 has 71 requirements and not 70",
      "level 2 has 182 requirements and not 183",
    ]);
  });

  const wrong: ReadonlyArray<readonly [title: string, change: Partial<Requirement>, problem: string]> = [
    ["met without evidence", { status: "met", evidence: [] }, "V1.1.1 is met without evidence"],
    ["a gap without a word", { status: "gap", note: " " }, "V1.1.1 does not say why"],
    ["not applicable without a word", { status: "not applicable", note: "" }, "V1.1.1 does not say why"],
    ["a status that is none", { status: "open" as "gap" }, "V1.1.1 has an unknown status"],
    ["no subject", { subject: "" }, "V1.1.1 does not say what it is about"],
    [
      "a file that is not there",
      { evidence: [{ test: "b.test.ts#it holds" }] },
      "V1.1.1 names b.test.ts, which is not there",
    ],
    [
      "a part of a title",
      { evidence: [{ test: "a.test.ts#it" }] },
      'V1.1.1 names "it", which is not in a.test.ts',
    ],
    ["no title", { evidence: [{ test: "a.test.ts" }] }, 'V1.1.1 names "", which is not in a.test.ts'],
    [
      "a line that is no heading",
      { evidence: [{ document: "a.md#no heading" }] },
      'V1.1.1 names "no heading", which is not in a.md',
    ],
  ];
  for (const [title, change, problem] of wrong) {
    test(`names ${title}`, () => {
      const found = findProblems(withFirst({ note: "said", ...change }), read);
      assert.ok(found.includes(problem), found.join("\n"));
    });
  }
});
