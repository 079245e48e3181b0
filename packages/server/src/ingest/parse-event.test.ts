import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName, EventId } from "@holdfast/protocol";
import { parseEvent } from "./parse-event.ts";

const reception = {
  id: "01J00000000000000000000000" as EventId,
  environment: "test" as EnvironmentName,
  now: 1_700_000_000_000,
};
const codeOf = (raw: unknown): string | null => {
  const parsed = parseEvent(raw, reception);
  return "code" in parsed ? parsed.code : null;
};

describe("parseEvent()", () => {
  for (const [what, name] of [
    ["a variation selector", "inn\uFE0Fgest/x"],
    ["a combining mark", "i\u0301nngest/x"],
    ["a dotless i", "\u0131nngest/x"],
    ["a dotted capital I", "\u0130NNGEST/x"],
    ["a long s", "innge\u017Ft/x"],
    ["a Hangul filler", "\u3164inngest/x"],
    ["a fraction slash", "inngest\u2044x"],
    ["a division slash", "inngest\u2215x"],
    ["a leading NUL", "\u0000inngest/x"],
  ] as const) {
    it(`refuses a reserved name with ${what} in it`, () => {
      assert.equal(codeOf({ name }), "event_name_reserved");
    });
  }

  it("takes names that merely mention what is reserved, and names of any script", () => {
    for (const name of ["my/inngest/x", "inngestion/x", "inngest", "größe/geändert", "注文/支払い", "a b"]) {
      assert.equal(codeOf({ name }), null, name);
    }
  });

  it("refuses control characters and broken Unicode in names and ids", () => {
    assert.equal(codeOf({ name: "a\nb" }), "event_name_invalid");
    assert.equal(codeOf({ name: "a\ud800" }), "event_name_invalid");
    assert.equal(codeOf({ name: "a", id: "o\u00001" }), "event_invalid");
    // These two ids have the same UTF-8 bytes, U+FFFD, and would guard the same run.
    assert.equal(codeOf({ name: "a", id: "\ud800" }), "event_invalid");
    assert.equal(codeOf({ name: "a", id: "\udfff" }), "event_invalid");
    assert.equal(codeOf({ name: "a\u{1f600}", id: "o\u{1f600}" }), null);
  });
});
