import { readFileSync } from "node:fs";

/**
 * Titles of the tests in a file, whether of `it("…")`, `test("…")` or of a story's `title: "…"`. What a title is put
 * together from stands in it as it is written: `the journal of ${story.title}`.
 */
export function testTitles(path: string): readonly string[] {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(
    /(?:(?<![.\w])(?:it|test)\(|\btitle:)\s*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|`([^`\n]*)`)/g,
  );
  return [...found].map(
    ([, double, single, template]) => double?.replaceAll(/\\(.)/g, "$1") ?? single ?? template ?? "",
  );
}
