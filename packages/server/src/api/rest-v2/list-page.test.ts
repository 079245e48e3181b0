import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { listPage } from "./list-page.ts";

describe("listPage()", () => {
  it("shows every entry exactly once, page after page, whatever the limit", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uuid(), { maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (ids, limit) => {
          const entries = ids.map((id) => ({ id }));
          const seen: string[] = [];
          let cursor: string | null = null;
          do {
            const query: Readonly<Record<string, string>> = {
              limit: String(limit),
              ...(cursor === null ? {} : { cursor }),
            };
            const found: ReturnType<typeof listPage> = listPage(entries, query);
            assert.ok(found.entries.length <= limit);
            seen.push(...found.entries.map(({ id }) => id));
            cursor = found.page.cursor;
          } while (cursor !== null);
          assert.deepEqual(seen, ids.toSorted());
        },
      ),
    );
  });
});
