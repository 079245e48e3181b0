import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileExpression } from "#expressions";
import type { EventTrigger, FunctionDefinition } from "./contract.ts";
import { candidates, startedBy, triggerIndex } from "./trigger-index.ts";

function definition(slug: string, triggers: readonly EventTrigger[], archived = false): FunctionDefinition {
  // The index looks at nothing else.
  return { slug, triggers, archived } as unknown as FunctionDefinition;
}

const on = (...events: string[]): readonly EventTrigger[] => events.map((event) => ({ event, filter: null }));

describe("startedBy()", () => {
  it("finds wildcards at every / and ., each function once, and * for nothing", () => {
    const index = triggerIndex([
      definition("exact", on("app/user.created", "app/*")),
      definition("slash", on("app/*")),
      definition("dot", on("app/user.*")),
      definition("other", on("app/user")),
      definition("all", on("*")),
      definition("deep", on("app/user.created.*")),
      definition("gone", on("app/user.created"), true),
    ]);
    const found = startedBy(index, "app/user.created").map((each) => each.definition.slug);
    assert.deepEqual(found.toSorted(), ["dot", "exact", "slash"]);
  });

  it("gives the filters of all triggers that cover the name, and of no others", () => {
    const paid = compileExpression("event.data.paid == true", "filter");
    const late = compileExpression("event.data.late == true", "filter");
    const index = triggerIndex([
      definition("a", [
        { event: "order/placed", filter: paid },
        { event: "order/placed", filter: late },
        { event: "order/*", filter: null },
        { event: "order/paid", filter: null },
      ]),
      definition("b", [{ event: "order/*", filter: late }]),
    ]);
    const filters = (name: string): unknown =>
      startedBy(index, name).map((each) => [each.definition.slug, each.filters]);
    assert.deepEqual(filters("order/placed"), [
      ["a", [paid, late, null]],
      ["b", [late]],
    ]);
    assert.deepEqual(filters("order/paid"), [
      ["a", [null, null]],
      ["b", [late]],
    ]);
    assert.deepEqual(filters("user/gone"), []);
  });

  it("leaves the index as it is", () => {
    const index = triggerIndex([definition("a", on("order/placed", "order/*"))]);
    for (let times = 0; times < 3; times += 1)
      assert.deepEqual(startedBy(index, "order/placed")[0]?.filters, [null, null]);
  });

  it("finds what a look at each trigger finds, whatever the names", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "*"), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.array(name, { maxLength: 4 }), { maxLength: 5 }), name, (functions, event) => {
        const definitions = functions.map((events, at) => definition(String(at), on(...events)));
        const expected = new Map(
          definitions
            .map(
              ({ slug, triggers }) =>
                [slug, triggers.filter((each) => covers(each.event, event)).length] as const,
            )
            .filter(([, count]) => count > 0),
        );
        const found = startedBy(triggerIndex(definitions), event);
        assert.deepEqual(new Map(found.map((each) => [each.definition.slug, each.filters.length])), expected);
        assert.equal(found.length, expected.size);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Wire-protocol 13.1, the slow way round: from the pattern to the name. */
function covers(pattern: string, name: string): boolean {
  return pattern === name || (/[/.]\*$/.test(pattern) && name.startsWith(pattern.slice(0, -1)));
}

describe("candidates()", () => {
  it("has the name and each prefix cut at / and .", () => {
    assert.deepEqual([...candidates("app/user.created")], ["app/user.created", "app/*", "app/user.*"]);
    assert.deepEqual([...candidates("plain")], ["plain"]);
    assert.deepEqual([...candidates("app/*")], ["app/*"]);
  });
});
