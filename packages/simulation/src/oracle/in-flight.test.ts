import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NO_OPTIONS } from "../scenario/scenario.ts";
import type { FunctionOptions } from "../scenario/scenario.ts";
import { createInFlight } from "./in-flight.ts";
import type { RunFacts } from "./run-facts.ts";

const facts = (runId: string, k: number, options: Partial<FunctionOptions>): RunFacts => ({
  runId,
  spec: {
    name: "f",
    event: "e",
    onlyKey: null,
    program: { nodes: [], failures: 0, throws: false },
    retries: 0,
    requestVersion: 1,
    checkpoints: false,
    options: { ...NO_OPTIONS, ...options },
  },
  data: { n: 1, k },
  memos: new Map(),
  hasEnded: false,
  endRevision: null,
  handOuts: new Set(),
});
const LIMIT = { level: "step", max: 1, isKeyed: true, isShared: false } as const;

describe("createInFlight()", () => {
  it("names a call too many, by key, and counts an item that is called twice as one", () => {
    const inFlight = createInFlight(false);
    const [first, second, other] = [
      facts("1", 0, { limits: [LIMIT] }),
      facts("2", 0, { limits: [LIMIT] }),
      facts("3", 1, { limits: [LIMIT] }),
    ];
    assert.equal(inFlight.begin(first, "start"), null);
    assert.equal(inFlight.begin(other, "start"), null);
    assert.equal(inFlight.begin(first, "start"), null);
    inFlight.end(first, "start");
    assert.match(inFlight.begin(second, "start") ?? "", /2 calls at once/);
    inFlight.end(first, "start");
    inFlight.end(second, "start");
    assert.equal(inFlight.begin(first, "start"), null);
  });

  it("counts a run of a singleton from its first call to its end", () => {
    const inFlight = createInFlight(false);
    const singleton = { singleton: { mode: "skip", isKeyed: false } } as const;
    const [first, second] = [facts("1", 0, singleton), facts("2", 1, singleton)];
    assert.equal(inFlight.begin(first, "start"), null);
    inFlight.end(first, "start");
    assert.match(inFlight.begin(second, "start") ?? "", /2 runs at once/);
    inFlight.runEnds(first);
    assert.equal(inFlight.begin(second, "after"), null);
  });
});
