import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PLACE_NAMES, PLACES } from "../testing/places.ts";
import type { SealedPosition } from "./position-text.ts";
import { parsePositionText, positionText } from "./position-text.ts";

const text = fc.string({ unit: "binary" });
const position = fc
  .record(
    {
      form: fc.constantFrom("value", "data", "error"),
      kind: fc.constantFrom(...PLACE_NAMES.map((name) => PLACES[name].kind)),
      environment: text,
      app: text,
      functionId: text,
      runId: text,
      stepId: text,
      index: fc.nat(),
      name: text,
      eventId: text,
      replyTo: fc.record({ runId: text, stepId: text }, { noNullPrototype: true }),
    },
    { requiredKeys: ["form", "kind", "environment", "app"], noNullPrototype: true },
  )
  // Only absent members, never undefined ones.
  .map((made) => made as SealedPosition);

test("every position comes back from its text", () => {
  fc.assert(fc.property(position, (at) => assert.deepEqual(parsePositionText(positionText(at)), at)));
});

test("two positions have one text only when they are the same", () => {
  fc.assert(
    fc.property(position, position, (left, right) => {
      const isSame =
        JSON.stringify(parsePositionText(positionText(left))) ===
        JSON.stringify(parsePositionText(positionText(right)));
      assert.equal(positionText(left) === positionText(right), isSame);
    }),
  );
});

test("a part cannot pass for the beginning of another part", () => {
  const base = { form: "value", kind: "signal", environment: "", app: "" } as const;
  assert.notEqual(
    positionText({ ...base, name: "ae1:x" }),
    positionText({ ...base, name: "a", functionId: "x" }),
  );
});

test("text that no writer makes is no position", () => {
  const good = positionText({ ...PLACES.stepOutput, form: "value" });
  assert.notEqual(parsePositionText(good), null);
  for (const bad of [
    "",
    good.slice(0, -1),
    `${good}g2:s1`,
    `${good}z1:x`,
    good.replace("a5:value", "a6:others"),
    good.replace("b11:step-output", "b4:step"),
    good.replace("4:shop", "04:shop"),
    good.slice("a5:value".length),
    `${good}h1:x`,
    `${good}h2:01`,
    `${good}k1:r`,
    good.slice("a5:value".length) + good.slice(0, "a5:value".length),
  ]) {
    assert.equal(parsePositionText(bad), null, bad);
  }
});
