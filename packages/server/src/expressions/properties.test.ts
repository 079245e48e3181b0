import assert from "node:assert/strict";
import { test } from "node:test";
import { isHoldfastError } from "@holdfast/protocol";
import fc from "fast-check";
import { valueAt } from "./access.ts";
import { compileExpression, type Expression, type Purpose } from "./expression.ts";
import { prepareFilter } from "./filter.ts";
import { createFilterCache } from "./filter-cache.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import { isMatch, keyText, wholeNumber } from "./outcomes.ts";
import {
  anyJson,
  event,
  expression,
  frozen,
  plainCondition,
  plainEvent,
  waitExpression,
  wordSoup,
} from "./testing/arbitraries.ts";
import { equalityKey } from "./value.ts";

const NOW = 1_764_158_400_000;
const PURPOSES: readonly Purpose[] = ["filter", "key", "priority", "cancel"];

/** The expression, or null when the source is refused as such a source must be. */
function compileOrNull(source: string, purpose: Purpose = "filter"): Expression | null {
  try {
    return compileExpression(source, purpose);
  } catch (error) {
    assert.ok(isHoldfastError(error, "expression_invalid"), `${source}: ${String(error)}`);
    const { line, column } = error.details;
    assert.ok(Number.isInteger(line) && Number.isInteger(column) && Number(line) > 0 && Number(column) > 0);
    return null;
  }
}

test("compileExpression() takes any text, and throws nothing but expression_invalid with a place", () => {
  fc.assert(
    fc.property(
      fc.oneof(wordSoup, fc.string({ unit: "binary" })),
      fc.constantFrom(...PURPOSES),
      (source, purpose) => {
        compileOrNull(source, purpose);
      },
    ),
    { numRuns: 2000 },
  );
});

test("Expression.evaluate() never throws and never changes what it reads, whatever it is about", () => {
  let values = 0;
  fc.assert(
    fc.property(
      expression(5),
      fc.oneof(event, anyJson),
      fc.oneof(event, anyJson),
      (source, from, incoming) => {
        const compiled = compileOrNull(source);
        if (compiled === null) return;
        const outcome = compiled.evaluate({ event: frozen(from), async: frozen(incoming) }, NOW);
        isMatch(outcome);
        keyText(outcome);
        wholeNumber(outcome);
        if (outcome.kind === "value") values++;
        else assert.ok(outcome.reason.length > 0);
        assert.deepEqual(compiled.evaluate({ event: from, async: incoming }, NOW), outcome, "a second time");
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(values > 400, `only ${values} of the expressions had a value`);
});

test("Expression.evaluate() reads no more of an event than its budget pays for", () => {
  fc.assert(
    fc.property(
      expression(5),
      fc.oneof(event, anyJson),
      fc.integer({ min: 1, max: 3000 }),
      (source, from, copies) => {
        const compiled = compileOrNull(source);
        if (compiled === null) return;
        let reads = 0;
        const list = new Proxy(
          Array.from({ length: copies }, () => from),
          {
            get(target, key) {
              reads++;
              return Reflect.get(target, key) as unknown;
            },
          },
        );
        const data = { id: list, text: list, tags: list, list, deep: list };
        compiled.evaluate({ event: { data }, async: { data } }, NOW);
        // Each item that is paid for is read once, and asking for the list costs a few reads more.
        assert.ok(reads <= EXPRESSION_LIMITS.budgetUnits * 4, `${reads} reads by ${source}`);
      },
    ),
    { numRuns: 1000 },
  );
});

test("prepareFilter() keeps enough of the event: with it the expression gives what it gives with the whole", () => {
  const counts = { never: 0, matched: 0, smaller: 0 };
  const matches = createFilterCache(8);
  fc.assert(
    fc.property(fc.oneof(waitExpression, expression(4)), event, event, (source, from, incoming) => {
      const compiled = compileOrNull(source);
      if (compiled === null) return;
      const outcome = compiled.evaluate({ event: from, async: incoming }, NOW);
      const filter = prepareFilter(compiled, frozen(from), NOW);
      if (filter === "never") {
        counts.never++;
        assert.equal(isMatch(outcome), false);
        return;
      }
      const captured: unknown = JSON.parse(filter.captured);
      assert.deepEqual(
        compiled.evaluate({ event: captured, async: incoming }, NOW),
        outcome,
        filter.captured,
      );
      assert.equal(matches(filter.source, filter.captured, incoming, NOW), isMatch(outcome));
      if (isMatch(outcome)) counts.matched++;
      if (filter.captured.length < JSON.stringify(from).length) counts.smaller++;
    }),
    { numRuns: 3000 },
  );
  assert.ok(Math.min(...Object.values(counts)) > 50, JSON.stringify(counts));
});

test("WaitFilter.equality holds for every event that matches", () => {
  let matched = 0;
  const conditions = fc.oneof(
    plainCondition,
    fc.tuple(plainCondition, expression(2)).map((both) => both.join(" && ")),
  );
  fc.assert(
    fc.property(conditions, plainEvent, plainEvent, (source, from, incoming) => {
      const compiled = compileOrNull(source);
      if (compiled === null) return;
      const filter = prepareFilter(compiled, from, NOW);
      if (filter === "never" || filter.equality === null) return;
      const { path, value } = filter.equality;
      assert.notEqual(equalityKey(value), null);
      if (!isMatch(compiled.evaluate({ event: from, async: incoming }, NOW))) return;
      matched++;
      assert.equal(
        equalityKey(valueAt(incoming, path)),
        equalityKey(value),
        `${path.join(".")} of ${source}`,
      );
    }),
    { numRuns: 5000 },
  );
  assert.ok(matched > 50, `only ${matched} events matched a filter with an equality`);
});

test("equalityKey() is the same for any two scalars that == holds equal, and keyText() exactly for those", () => {
  const equal = compileExpression("event == async", "filter");
  const itself = compileExpression("event", "key");
  fc.assert(
    fc.property(anyJson, fc.oneof(anyJson, fc.constant("same")), (left, other) => {
      const right = other === "same" ? (JSON.parse(JSON.stringify(left)) as unknown) : other;
      const isEqual = isMatch(equal.evaluate({ event: left, async: right }, NOW));
      if (isEqual) assert.equal(equalityKey(left), equalityKey(right));
      const [leftKey, rightKey] = [left, right].map((value) =>
        keyText(itself.evaluate({ event: value }, NOW)),
      );
      assert.equal(leftKey === rightKey, isEqual, `${leftKey} and ${rightKey}`);
    }),
    { numRuns: 2000 },
  );
});
