import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Execution } from "./execution-log.ts";
import { contradictions } from "./execution-log.ts";

/** Executions of one run: what had finished, and what the function came to. Ids are their own hashes. */
const executions = (...list: readonly (readonly [finished: string, found: string])[]): readonly Execution[] =>
  list.map(([finished, found]) => ({
    runId: "r",
    finished: finished.split("").filter(Boolean),
    steps: found
      .split("")
      .filter(Boolean)
      .map((id) => ({ id, hashedId: id })),
  }));
const kinds = (list: readonly Execution[]): readonly string[] => contradictions(list).map(({ kind }) => kind);

describe("contradictions()", () => {
  it("has nothing against executions that each go on where the ones before stopped", () => {
    assert.deepEqual(kinds(executions(["", "a"], ["a", "ab"], ["ab", "abc"], ["abc", "abc"])), []);
  });

  it("has nothing against steps that are asked for at once in whatever order, nor against a late call", () => {
    assert.deepEqual(kinds(executions(["", "abc"], ["b", "bacd"], ["ba", "badce"], ["", "abc"])), []);
  });

  it("has nothing against different runs that go different ways", () => {
    const [first, second] = executions(["", "a"], ["", "b"]);
    assert.deepEqual(contradictions([first!, { ...second!, runId: "other" }]), []);
  });

  it("tells of another step in the place of one", () => {
    assert.deepEqual(kinds(executions(["", "a"], ["", "b"])), ["step_order"]);
    assert.deepEqual(kinds(executions(["", "a"], ["a", "b"])), ["step_order"]);
    assert.deepEqual(kinds(executions(["", "a"], ["a", "ab"], ["ab", "ac"])), ["step_order"]);
  });

  it("tells of a step that does not come again, and whether it had finished", () => {
    const [unfinished] = contradictions(executions(["", "ab"], ["a", "a"]));
    assert.equal(unfinished?.kind, "step_vanished");
    assert.doesNotMatch(unfinished.message, /finished/);
    const [finished] = contradictions(executions(["", "a"], ["a", ""]));
    assert.equal(finished?.kind, "step_vanished");
    assert.match(finished.message, /"a" .* though it has finished/);
  });
});
