import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import fc from "fast-check";
import Scimmy from "scimmy";
import { ScimError } from "../scim-error.ts";
import { readFilter } from "./read-filter.ts";

function isRefused(filter: string): boolean {
  try {
    readFilter(filter, "User");
    return false;
  } catch (error) {
    // Anything else is a fault, and fails the test.
    if (!(error instanceof ScimError)) throw error;
    assert.deepEqual([error.status, error.scimType], [400, "invalidFilter"]);
    return true;
  }
}

/** How long the fastest of a few readings takes, in ms: the others met a busy machine. */
function fastest(filter: string): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const start = performance.now();
      isRefused(filter);
      return performance.now() - start;
    }),
  );
}

describe("readFilter()", () => {
  it("reads comparisons by eq, joined by and, of the attributes that directories ask for", () => {
    assert.deepEqual(readFilter(undefined, "User"), []);
    assert.deepEqual(readFilter('userName eq "ada@acme.example"', "User"), [
      { attribute: "userName", value: "ada@acme.example" },
    ]);
    assert.deepEqual(readFilter(' EMAILS.VALUE Eq "a" AND externalid eq "b" ', "User"), [
      { attribute: "emails.value", value: "a" },
      { attribute: "externalId", value: "b" },
    ]);
    assert.deepEqual(readFilter('displayName eq "A and B"', "Group"), [
      { attribute: "displayName", value: "A and B" },
    ]);
  });

  it("reads the escapes of JSON in a value", () => {
    const [condition] = readFilter(String.raw`userName eq "a\"b\\\u0041"`, "User");
    assert.equal(condition?.value, 'a"b\\A');
  });

  it("refuses what is not of the kind of resource that is asked for", () => {
    assert.throws(() => readFilter('displayName eq "x"', "User"), ScimError);
    assert.throws(() => readFilter('userName eq "x"', "Group"), ScimError);
  });

  it("A-082 refuses incomplete comparisons, and more than ten", () => {
    for (const filter of [
      "",
      " ",
      "userName",
      "userName eq",
      'userName eq"a"',
      'userNameeq "a"',
      'userName eq "a"and id eq "b"',
      "userName eq 5",
      "userName eq null",
      "active eq 1",
    ])
      assert.ok(isRefused(filter), filter);
    const many = (count: number) => Array.from({ length: count }, () => 'id eq "a"').join(" and ");
    assert.equal(readFilter(many(10), "User").length, 10);
    assert.ok(isRefused(many(11)));
  });

  it("A-082 takes 1024 bytes and no more, counted as bytes", () => {
    const filter = (value: string) => `id eq "${value}"`;
    assert.equal(readFilter(filter("a".repeat(1024 - 8)), "User").length, 1);
    assert.ok(isRefused(filter("a".repeat(1024 - 7))));
    assert.ok(isRefused(filter("é".repeat(600))));
  });

  it("A-082 refuses each bomb in less than 10 ms", () => {
    const bombs = [
      `${"(".repeat(20_000)}userName eq "a"${")".repeat(20_000)}`,
      Array.from({ length: 5000 }, () => 'userName eq "a"').join(" or "),
      `userName eq "${"a".repeat(2_000_000)}"`,
      // And as large as may be looked at.
      `userName eq "${"\\".repeat(1000)}`,
      `userName eq "${"\\a".repeat(500)}"x`,
      `userName ${" ".repeat(1000)}`,
      "a.".repeat(512),
      "userName eq ".repeat(80),
      "[".repeat(1024),
    ];
    for (const bomb of bombs) {
      assert.ok(isRefused(bomb), bomb.slice(0, 40));
      const tookMs = fastest(bomb);
      assert.ok(tookMs < 10, `${bomb.slice(0, 40)} took ${tookMs} ms`);
    }
  });

  it("A-082 throws nothing but its refusal, whatever it is handed", () => {
    const word = fc.constantFrom(
      "userName",
      "id",
      "eq",
      "and",
      "or",
      "not",
      "(",
      ")",
      "[",
      "]",
      " ",
      '"a"',
      '"',
      "\\",
      "true",
      "null",
      "__proto__",
      "constructor",
      "emails.value",
      "emails[",
      "\u0000",
      "\ud800",
      "1",
      "pr",
      "co",
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 40 }).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => void isRefused(text)),
      { numRuns: 3000 },
    );
  });

  it("understands what it takes as another implementation of the protocol does", () => {
    const attribute = fc.constantFrom("userName", "externalId", "id", "emails.value");
    // Values without quotes and backslashes: of escapes the other one knows nothing.
    const value = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/["\\]/g, ""));
    const comparison = fc.record({ attribute, value }, { noNullPrototype: true });
    fc.assert(
      fc.property(
        fc.uniqueArray(comparison, { minLength: 1, maxLength: 3, selector: (each) => each.attribute }),
        (all) => {
          const filter = all.map((each) => `${each.attribute} eq "${each.value}"`).join(" and ");
          assert.deepEqual(readFilter(filter, "User"), all);
          const [theirs = {}] = [...new Scimmy.Types.Filter(filter)];
          for (const each of all) {
            const [first = "", part] = each.attribute.split(".");
            const found = (theirs as Record<string, unknown>)[first];
            const compared = part === undefined ? found : (found as Record<string, unknown>)[part];
            assert.deepEqual(compared, ["eq", each.value]);
          }
        },
      ),
    );
  });
});
