import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hasEnded } from "@holdfast/protocol";
import type { QueueItem } from "#store";
import { decide } from "./decide.ts";
import type { Decision, Input, Terms } from "./decision.ts";
import type { ReportedOp } from "./reported-op.ts";
import type { RunState } from "./run-state.ts";
import {
  boom,
  failedReply,
  NOW,
  op,
  opsReply,
  queueItem,
  stateOf,
  TERMS,
  version,
} from "./testing/builders.ts";

/** Few ids, so that steps are reported again while they are awaited, and after. */
const id = fc.constantFrom("a", "b", "c", "d", "e");

/** Everything an app may report, sound or not, whether or not it fits what it was asked. */
const reported: fc.Arbitrary<ReportedOp> = fc
  .record({ id, isRacing: fc.boolean(), isSound: fc.boolean(), code: fc.nat(99) })
  .map(({ code, id: of, isRacing, isSound }) => {
    const race = isRacing ? { parallelMode: "race" } : {};
    if (code < 20) return op("StepRun", of, { data: `"${code}"`, metadata: isSound ? null : "[1]" });
    if (code < 40) return op("StepPlanned", of, { opts: race });
    if (code < 48) return op("Sleep", of, { carried: isSound ? "1h" : "" });
    if (code < 56)
      return op("WaitForEvent", of, { carried: "x", opts: { ...race, timeout: isSound ? "1h" : "" } });
    if (code < 64)
      return op("InvokeFunction", of, { opts: { ...race, function_id: isSound ? "app-child" : "gone" } });
    if (code < 70) return op("WaitForSignal", of, { opts: { signal: "s", timeout: "1h" } });
    if (code < 76) return op("Gateway", of, { opts: { ...race, url: isSound ? "https://h/" : "nowhere" } });
    if (code < 82) return op(isSound ? "StepError" : "StepFailed", of, { error: boom });
    if (code < 86) return op("DeferAdd", `defer-${of}`, { opts: { fn_slug: "app-later", input: {} } });
    if (code < 88) return op("DeferAbort", `abort-${of}`, { opts: { target_hashed_id: `defer-${of}` } });
    if (code < 92) return op("None", of);
    if (code < 96) return op("DiscoveryRequest", `discovery-${of}`);
    if (code < 98) return op("StepNotFound", of);
    return op(isSound ? "RunComplete" : "WaitForEvent", of, { opts: { timeout: "for ever" } });
  });

/** One thing that happens to whichever item `pick` falls on. */
const happening = fc.record({
  pick: fc.nat(50),
  act: fc.nat(99),
  ops: fc.array(reported, { maxLength: 4 }),
  isHandedOut: fc.boolean(),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

const run = fc.record({
  turns: fc.array(fc.array(happening, { minLength: 1, maxLength: 3 }), { maxLength: 30 }),
  requestVersion: fc.constantFrom(1 as const, 2 as const),
  attemptsMax: fc.constantFrom(1, 3),
  finishTimeoutMs: fc.constantFrom(null, 60_000),
  isQuiet: fc.boolean(),
});

/** What a turn's happenings mean for the run as it stands: inputs that a queue and an app could give, of each item one. */
function inputsOf(state: RunState, happenings: readonly Happening[]): Input[] {
  const items = [...state.items.values()];
  return happenings.flatMap(({ act, isHandedOut, ops, pick }): Input[] => {
    if (act < 2) return [{ kind: "cancel", reason: null }];
    const [found] = items.splice(pick % Math.max(1, items.length), 1);
    if (found === undefined || act < 4) {
      return [{ kind: "rescue", act: act === 3 ? "fail" : "resume", jitter: 0 }];
    }
    const item = isHandedOut ? { ...found, generation: found.generation + 1 } : found;
    return [...(isHandedOut ? [{ kind: "leased", item } as const] : []), endOf(item, act, ops)];
  });
}

function endOf(item: QueueItem, act: number, ops: readonly ReportedOp[]): Input {
  const which = { itemKey: item.key, generation: act > 95 ? item.generation - 1 : item.generation };
  const called = { ...which, startedAt: NOW - 5, jitter: 0 };
  switch (item.kind) {
    case "discovery":
    case "step": {
      if (act < 10) return { kind: "begun", ...which, startedAt: NOW - 5 };
      if (act < 25) {
        const sound = ops.filter((each) => each.op === "StepRun" || each.op === "DeferAdd");
        return { kind: "checkpoint", ...which, ops: sound, startedAt: null };
      }
      if (act < 30) return { kind: "reply", ...called, reply: failedReply({ noRetry: act === 29 }) };
      if (act === 30) {
        return { kind: "reply", ...called, reply: { kind: "completed", output: "1", requestVersion: null } };
      }
      return { kind: "reply", ...called, reply: opsReply(ops, { requestVersion: null }) };
    }
    case "gateway": {
      const error = { name: "GatewayError", message: "m" };
      const reply =
        act < 50
          ? ({ kind: "failed", error, isFinal: act < 10 } as const)
          : ({ kind: "done", memo: '{"data":1}' } as const);
      return { kind: "gateway", op: "Gateway", ...called, reply };
    }
    case "timeout":
      return { kind: "timeout", ...which };
    case "cancel":
      return { kind: "cancel", reason: "event" };
    case "sleep":
    case "wait":
    case "invoke":
    case "signal":
      return { kind: "wake", ...which, memo: act < 50 ? "null" : '{"data":1}', isFailure: false };
  }
}

/** The queue of a run as a store has it after a decision. */
function stored(before: RunState, { enqueue, finish, state }: Decision): ReadonlyMap<string, QueueItem> {
  const items = new Map(before.items);
  for (const key of finish) items.delete(key);
  for (const item of enqueue) items.set(item.key, item);
  return hasEnded(state.run.status) ? new Map() : items;
}

const keys = (items: ReadonlyMap<string, QueueItem>): string[] => [...items.keys()].toSorted();

function check(before: RunState, decision: Decision, inputs: readonly Input[]): void {
  const { journal, state, verdicts } = decision;
  assert.equal(verdicts.length, inputs.length);
  assert.deepEqual(
    journal.map(({ seq }) => seq),
    journal.map((_, index) => before.lastSeq + 1 + index),
    "the journal goes on without gaps",
  );
  assert.equal(state.lastSeq, before.lastSeq + journal.length);
  for (const [of, memo] of before.steps) assert.equal(state.steps.get(of), memo, "a memo stays");
  assert.equal(state.run.stepCount, decision.changed ? state.steps.size : before.run.stepCount);
  const ends = journal.filter(({ kind }) => kind === "run.ended").length;
  if (hasEnded(before.run.status)) {
    assert.equal(decision.changed, false, "what ended stays as it is");
    assert.equal(state.run.status, before.run.status);
  } else {
    assert.equal(ends, hasEnded(state.run.status) ? 1 : 0, "an end is written down, once");
    assert.ok(ends === 0 || journal.at(-1)?.kind === "run.ended", "nothing follows the end");
  }
  if (!decision.changed) return;
  const queue = stored(before, decision);
  // What a lease raised is in the store already.
  assert.deepEqual(keys(state.items), keys(queue), "the store's queue is the one decided from");
  for (const item of decision.enqueue) assert.deepEqual(state.items.get(item.key), item);
  for (const { key } of [...decision.waits, ...decision.signals]) {
    assert.ok(queue.has(key), "a wait has the item it wakes");
  }
  const awaited = new Set([...queue.values()].map(({ stepId }) => stepId));
  for (const pending of state.run.pending) assert.ok(awaited.has(pending), "what is pending will end");
  if (hasEnded(state.run.status)) return;
  assert.ok(
    [...queue.values()].some(({ kind }) => kind !== "timeout" && kind !== "cancel"),
    "a run that goes on has something to go on with",
  );
}

describe("decide(): any sequence of inputs", () => {
  it("keeps journal, memos, queue and end sound, and tells each end once", () => {
    fc.assert(
      fc.property(run, ({ attemptsMax, finishTimeoutMs, isQuiet, requestVersion, turns }) => {
        const terms: Terms = { ...TERMS, attemptsMax, finishTimeoutMs };
        const name = isQuiet ? "inngest/function.failed" : "a/b";
        let state: RunState = {
          ...stateOf(version(requestVersion), [queueItem()]),
          events: [`{"data":{},"id":"e1","name":"${name}","ts":1,"user":{}}`],
        };
        const emitted: string[] = [];
        for (const [turn, happenings] of turns.entries()) {
          const inputs = inputsOf(state, happenings);
          const decision = decide(state, inputs, terms, NOW + turn);
          check(state, decision, inputs);
          emitted.push(...decision.emit.map((event) => event.name));
          ({ state } = decision);
        }
        const finished = emitted.filter((each) => each === "inngest/function.finished").length;
        assert.equal(finished, hasEnded(state.run.status) && !isQuiet ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });
});
