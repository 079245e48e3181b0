import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { expandedSize } from "./pattern-size.ts";

test("expandedSize() counts what a pattern is with its repetitions written out", () => {
  const rows: readonly (readonly [pattern: string, size: number])[] = [
    ["", 0],
    ["abc", 3],
    ["[a-z(){}]", 1],
    ["[]{9}]", 1],
    ["\\{9\\}", 3],
    ["a{3}", 4],
    ["a{2,5}", 9],
    ["a{2,}", 5],
    ["(ab){10}", 41],
    ["((a{10}){10}){10}", 1331],
    ["a{x}", 4],
    ["a{0,9}(?i){0,9}", 181],
    ["(", Number.POSITIVE_INFINITY],
    ["a)", Number.POSITIVE_INFINITY],
  ];
  for (const [pattern, size] of rows) assert.equal(expandedSize(pattern), size, pattern);
});

test("expandedSize() is never far below the size of the program", () => {
  const piece = fc.constantFrom(
    ..."a b é ( (?: (?i) ) ) ) [a-z] [(] [)] []a] [^]] [[:alpha:]] [\\]] {3} {2,5} {0,9} {4,} * + ? | . \\d \\pL".split(
      " ",
    ),
    ..."\\x{41} \\( \\[ ^ $ [ ] { } , 1 \\b [[:x] \\{ - \\\\".split(" "),
  );
  let compiled = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const pattern = pieces.join("");
      const size = expandedSize(pattern);
      if (size > 3000) return;
      let program: RE2JS;
      try {
        program = RE2JS.compile(pattern);
      } catch {
        // No pattern, so it has no size.
        return;
      }
      compiled++;
      assert.ok(
        program.programSize() <= 2 * (size + 4),
        `${pattern}: ${program.programSize()} instructions, ${size}`,
      );
    }),
    { numRuns: 5000 },
  );
  assert.ok(compiled > 500, `only ${compiled} patterns compiled`);
});
