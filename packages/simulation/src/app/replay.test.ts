import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Leaf, Program } from "../scenario/program.ts";
import { stepIdOf } from "../scenario/program.ts";
import { replay } from "./replay.ts";

const run = (id: string, isCaught = false): Leaf => ({
  kind: "run",
  id,
  workMs: 1,
  failures: 0,
  isFatal: false,
  isCaught,
});
const program = (...nodes: Program["nodes"]): Program => ({ nodes, failures: 0, throws: false });
const memos = (...entries: readonly (readonly [string, unknown])[]): ReadonlyMap<string, unknown> =>
  new Map(entries.map(([id, memo]) => [stepIdOf(id), memo]));
const foundIds = (standing: ReturnType<typeof replay>): readonly string[] =>
  standing.found.map(({ leaf }) => leaf.id);

describe("replay()", () => {
  it("finds one step after another", () => {
    const two = program(run("a"), run("b"));
    assert.deepEqual(foundIds(replay(two, memos())), ["a"]);
    assert.deepEqual(foundIds(replay(two, memos(["a", { data: 1 }]))), ["b"]);
    assert.equal(replay(two, memos(["a", { data: 1 }], ["b", { data: 2 }])).kind, "done");
  });

  it("waits for every branch that stands side by side, and then goes on", () => {
    const both = program({
      kind: "parallel",
      id: "p",
      mode: "wait",
      branches: [[run("a")], [run("b"), run("c")]],
    });
    assert.deepEqual(foundIds(replay(both, memos())), ["a", "b"]);
    assert.deepEqual(foundIds(replay(both, memos(["b", { data: 1 }]))), ["a", "c"]);
    assert.equal(
      replay(both, memos(["b", { data: 1 }], ["c", { data: 1 }], ["a", { data: 1 }])).kind,
      "done",
    );
  });

  it("decides a race by what was remembered first, whatever comes later", () => {
    const race = program({ kind: "parallel", id: "p", mode: "race", branches: [[run("a")], [run("b")]] });
    const early = replay(race, memos(["b", { data: "b" }]));
    const late = replay(race, memos(["b", { data: "b" }], ["a", { data: "a" }]));
    const other = replay(race, memos(["a", { data: "a" }], ["b", { data: "b" }]));
    assert.ok(early.kind === "done" && late.kind === "done" && other.kind === "done");
    assert.equal(late.output, early.output);
    assert.notEqual(other.output, early.output);
    assert.deepEqual(foundIds(early), ["a"], "the loser is found again");
  });

  it("fails with the error of a step, unless the code catches it", () => {
    const failed = memos(["a", { error: { name: "Error", message: "no" } }]);
    const standing = replay(program(run("a")), failed);
    assert.ok(standing.kind === "failed");
    assert.equal(standing.message, "no");
    assert.equal(replay(program(run("a", true)), failed).kind, "done");
  });
});
