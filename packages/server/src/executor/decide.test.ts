import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LIMITS } from "@holdfast/protocol";
import type { QueueItem } from "#store";
import { decide } from "./decide.ts";
import type { Decision, Input } from "./decision.ts";
import {
  asleep,
  boom,
  failedReply,
  journaled,
  NOW,
  on,
  op,
  opsReply,
  queued,
  queueItem,
  replyTo,
  stateOf,
  step,
  targeted,
  TERMS,
  version,
} from "./testing/builders.ts";

const checkpoint = (
  ops: ReturnType<typeof op>[],
  fields: Partial<Input & { kind: "checkpoint" }> = {},
): Input => ({
  kind: "checkpoint",
  itemKey: "start",
  generation: 1,
  ops,
  startedAt: NOW - 5,
  ...fields,
});

describe("decide(): the basic loop", () => {
  it("ends a run with the result of a completed call", () => {
    const decision = on(stateOf(), replyTo({ kind: "completed", output: '{"n":1}', requestVersion: 2 }));
    assert.equal(decision.state.run.status, "Completed");
    assert.equal(decision.state.run.endedAt, NOW);
    assert.deepEqual(journaled(decision), ["run.ended"]);
    assert.equal(decision.journal[0]?.data, '{"output":{"n":1},"status":"Completed"}');
    assert.equal(decision.state.items.size, 0);
  });

  it("remembers a step that ran and calls again", () => {
    const decision = on(stateOf(), replyTo(opsReply([op("StepRun", "s", { data: '{"ok":true}' })])));
    assert.equal(decision.state.steps.get(step("s")), '{"data":{"ok":true}}');
    assert.deepEqual(queued(decision), ["discovery:after:s@0"]);
    assert.deepEqual(decision.finish, ["start"]);
    assert.deepEqual(journaled(decision), ["step.completed:s"]);
    assert.equal(decision.state.run.status, "Running");
    assert.equal(decision.state.run.startedAt, NOW - 5);
    assert.equal(decision.state.run.stepCount, 1);
  });

  it("keeps the request version of the first answer for the whole run", () => {
    const first = on(stateOf(), replyTo(opsReply([op("StepRun", "s")], version(1))));
    assert.equal(first.state.run.requestVersion, 1);
    const item = [...first.state.items.values()][0];
    assert.ok(item);
    const second = on(first.state, replyTo(opsReply([op("StepRun", "t")], version(2)), item));
    assert.equal(second.state.run.requestVersion, 1);
  });

  it("ends a run by RunComplete or SyncRunComplete, remembering the steps that came with it", () => {
    for (const code of ["RunComplete", "SyncRunComplete"] as const) {
      const decision = on(stateOf(), replyTo(opsReply([op("StepRun", "s"), op(code, "c", { data: "7" })])));
      assert.deepEqual(journaled(decision), ["step.completed:s", "run.ended"]);
      assert.equal(decision.journal.at(-1)?.data, '{"output":7,"status":"Completed"}');
      assert.deepEqual(decision.enqueue, []);
    }
  });

  it("numbers journal entries on from the last one without gaps", () => {
    const decision = on(
      { ...stateOf(), lastSeq: 41 },
      replyTo(opsReply([op("StepRun", "s"), op("RunComplete", "c")])),
    );
    assert.deepEqual(
      decision.journal.map((entry) => entry.seq),
      [42, 43],
    );
    assert.equal(decision.state.lastSeq, 43);
  });

  it("queues one discovery call for a DiscoveryRequest, whatever else was reported", () => {
    const decision = on(stateOf(), replyTo(opsReply([op("StepRun", "s"), op("DiscoveryRequest", "d")])));
    assert.deepEqual(queued(decision), ["discovery:asked:1@0"]);
  });

  it("counts a DiscoveryRequest that follows on another without a step between as a failed attempt", () => {
    const asked = queueItem({ key: "asked:0" });
    const ask = (item: QueueItem, ...ops: ReturnType<typeof op>[]): Decision =>
      on(stateOf({}, [item]), replyTo(opsReply([...ops, op("DiscoveryRequest", "fresh")]), item));
    assert.deepEqual(journaled(ask(asked)), ["attempt.failed"]);
    assert.equal(ask(queueItem({ key: "asked:0", attempt: 4 })).state.run.status, "Failed");
    assert.deepEqual(queued(ask(asked, op("StepRun", "s"))), ["discovery:asked:1@0"]);
  });

  it("unwraps nothing and keeps a null result as data", () => {
    const decision = on(stateOf(), replyTo(opsReply([op("StepRun", "s", { data: "null" })])));
    assert.equal(decision.state.steps.get(step("s")), '{"data":null}');
  });

  it("leaves the state it was given untouched", () => {
    const state = stateOf();
    on(state, replyTo(opsReply([op("StepRun", "s"), op("Sleep", "z", { carried: "1h" })])));
    assert.deepEqual(state, stateOf());
  });
});

describe("decide(): sleeping", () => {
  it("queues the end of a sleep and nothing else", () => {
    const decision = on(stateOf(), replyTo(opsReply([op("Sleep", "z", { carried: "1h" })])));
    assert.deepEqual(queued(decision), ["sleep:step:z@3600000"]);
    assert.deepEqual(journaled(decision), ["step.sleeping:z"]);
    assert.equal(decision.enqueue[0]?.generation, 0);
  });

  it("prefers opts.duration to the name", () => {
    const decision = on(
      stateOf(),
      replyTo(opsReply([op("Sleep", "z", { carried: "label", opts: { duration: "2s" } })])),
    );
    assert.deepEqual(queued(decision), ["sleep:step:z@2000"]);
  });

  it("takes an ISO date, and one in the past as now", () => {
    const until = new Date(NOW + 5000).toISOString();
    assert.deepEqual(queued(on(stateOf(), replyTo(opsReply([op("Sleep", "z", { carried: until })])))), [
      "sleep:step:z@5000",
    ]);
    assert.deepEqual(
      queued(on(stateOf(), replyTo(opsReply([op("Sleep", "z", { carried: "2001-01-01" })])))),
      ["sleep:step:z@0"],
    );
  });

  it("takes no text at all, as SDKs write a sleep of zero or less, for a sleep that is over at once", () => {
    for (const carried of ["", "0s", "-5s"]) {
      const decision = on(stateOf(), replyTo(opsReply([op("Sleep", "z", { carried })])));
      assert.deepEqual(queued(decision), ["sleep:step:z@0"]);
      assert.equal(decision.enqueue[0]?.generation, 1);
    }
  });

  it("remembers null when the sleep is over and calls again", () => {
    const item = asleep("z");
    const decision = on(stateOf({ ...version(2), pending: [step("z")] }, [item]), {
      kind: "wake",
      itemKey: item.key,
      generation: 1,
      memo: "null",
      isFailure: false,
    });
    assert.equal(decision.state.steps.get(step("z")), "null");
    assert.deepEqual(queued(decision), ["discovery:after:z@0"]);
    assert.deepEqual(decision.state.run.pending, []);
  });

  it("fails the run at once for a sleep longer than the limit, or one it cannot read", () => {
    for (const [carried, name] of [
      ["367d", "InngestErrTimeoutTooLong"],
      ["soon", "InvalidSleep"],
      ["soon 1", "InvalidSleep"],
    ] as const) {
      const decision = on(stateOf(), replyTo(opsReply([op("Sleep", "z", { carried })])));
      assert.equal(decision.state.run.status, "Failed");
      assert.match(decision.journal.at(-1)?.data ?? "", new RegExp(`"name":"${name}"`));
    }
  });

  it("does not queue a sleep twice that overlapping calls report", () => {
    const state = stateOf(version(1), [queueItem(), asleep("z", { dueAt: NOW + 1000, generation: 0 })]);
    const decision = on(state, replyTo(opsReply([op("Sleep", "z", { carried: "1h" })])));
    assert.deepEqual(decision.enqueue, []);
    assert.equal(decision.state.items.get("step:z")?.dueAt, NOW + 1000);
  });
});

describe("decide(): a step that ended by another call", () => {
  const state = (): ReturnType<typeof stateOf> => stateOf({}, [queueItem(), targeted("a")], {});
  const notUnderWay = { ...TERMS, isUnderWay: () => false };

  it("is taken out of the queue, unless its call is under way", () => {
    const ran = replyTo(opsReply([op("StepRun", "a")]));
    assert.ok(!on(state(), ran, notUnderWay).state.items.has("step:a"));
    assert.ok(on(state(), ran).state.items.has("step:a"));
  });

  it("is neither tried again nor the end of the run when its own call then fails", () => {
    const { state: after } = on(state(), replyTo(opsReply([op("StepRun", "a")])));
    const error = { name: "Error", message: "no" };
    for (const reply of [
      opsReply([op("StepError", "a", { error })]),
      { kind: "failed", error, noRetry: true, retryAt: null } as const,
    ]) {
      const decision = on(after, replyTo(reply, targeted("a")));
      assert.deepEqual(decision.finish, ["step:a"]);
      assert.deepEqual(queued(decision), []);
      assert.equal(decision.state.run.status, "Running");
    }
  });
});

describe("decide(): parallel steps", () => {
  const planned = [op("StepPlanned", "a"), op("StepPlanned", "b"), op("Sleep", "z", { carried: "1h" })];

  it("queues a targeted call for each planned step and makes later calls plan", () => {
    const decision = on(stateOf(), replyTo(opsReply(planned)));
    assert.deepEqual(queued(decision), ["step:step:a@0", "step:step:b@0", "sleep:step:z@3600000"]);
    assert.deepEqual(journaled(decision), ["step.planned:a", "step.planned:b", "step.sleeping:z"]);
    assert.equal(decision.state.run.forcePlan, true);
    assert.deepEqual(decision.state.run.pending, ["a", "b", "z"]);
  });

  it("version 2: only the step that empties the pending set calls again, and planning ends", () => {
    const first = on(
      stateOf({ ...version(2), forcePlan: true, pending: [step("a"), step("b")] }, [
        targeted("a"),
        targeted("b"),
      ]),
      replyTo(opsReply([op("StepRun", "a")]), targeted("a")),
    );
    assert.deepEqual(queued(first), []);
    assert.equal(first.state.run.forcePlan, true);
    const last = on(first.state, replyTo(opsReply([op("StepRun", "b")]), targeted("b")));
    assert.deepEqual(queued(last), ["discovery:after:b@0"]);
    assert.equal(last.state.run.forcePlan, false);
  });

  it("version 2: every step of a race calls again, and a step after it goes on while the loser runs", () => {
    const race = { opts: { parallelMode: "race" } };
    const found = on(
      stateOf(),
      replyTo(opsReply([op("StepPlanned", "slow", race), op("StepPlanned", "fast", race)])),
    );
    assert.equal(found.state.run.forcePlan, true);
    const won = on(found.state, replyTo(opsReply([op("StepRun", "fast", race)]), targeted("fast")));
    assert.deepEqual(queued(won), ["discovery:after:fast@0"]);
    const again = queueItem({ key: "after:fast" });
    const goesOn = on(
      won.state,
      replyTo(opsReply([op("StepPlanned", "slow", race), op("StepPlanned", "next")]), again),
    );
    assert.deepEqual(queued(goesOn), ["step:step:next@0"]);
    const after = on(goesOn.state, replyTo(opsReply([op("StepRun", "next")]), targeted("next")));
    assert.deepEqual(queued(after), ["discovery:after:next@0"]);
    const late = on(after.state, replyTo(opsReply([op("StepRun", "slow", race)]), targeted("slow")));
    assert.deepEqual(queued(late), ["discovery:after:slow@0"]);
  });

  it("version 1: every finished step calls again, and planning stays", () => {
    const decision = on(
      stateOf({ ...version(1), forcePlan: true }, [targeted("a"), targeted("b")]),
      replyTo(opsReply([op("StepRun", "a")]), targeted("a")),
    );
    assert.deepEqual(queued(decision), ["discovery:after:a@0"]);
    assert.equal(decision.state.run.forcePlan, true);
  });

  it("lets results that arrive together share one discovery call", () => {
    const decision = decide(
      stateOf({ ...version(1), forcePlan: true }, [targeted("a"), targeted("b")]),
      [
        replyTo(opsReply([op("StepRun", "a")]), targeted("a")),
        replyTo(opsReply([op("StepRun", "b")]), targeted("b")),
      ],
      TERMS,
      NOW,
    );
    assert.equal(decision.enqueue.length, 1);
    assert.deepEqual(decision.finish, ["step:a", "step:b"]);
    assert.equal(decision.state.steps.size, 2);
  });

  it("does not queue a planned step twice, nor one that is remembered", () => {
    const state = stateOf({ ...version(2), pending: [step("a")] }, [queueItem(), targeted("a")], {
      b: '{"data":1}',
    });
    const decision = on(state, replyTo(opsReply([op("StepPlanned", "a"), op("StepPlanned", "b")])));
    assert.deepEqual(decision.enqueue, []);
    assert.deepEqual(decision.state.run.pending, ["a"]);
  });

  it("keeps the first result of a step", () => {
    const state = stateOf(version(2), [queueItem()], { a: '{"data":"first"}' });
    const decision = on(
      state,
      replyTo(opsReply([op("StepRun", "a", { data: '"second"' }), op("StepRun", "b")])),
    );
    assert.equal(decision.state.steps.get(step("a")), '{"data":"first"}');
    assert.deepEqual(journaled(decision), ["step.completed:b"]);
  });

  it("does not force planning for a single step found after buffered results", () => {
    const decision = on(
      stateOf(),
      replyTo(opsReply([op("StepRun", "a"), op("Sleep", "z", { carried: "1s" })])),
    );
    assert.equal(decision.state.run.forcePlan, false);
    assert.deepEqual(queued(decision), ["sleep:step:z@1000"]);
  });
});

describe("decide(): attempts and retries", () => {
  it("tries the same item again after the back-off of its attempt, with jitter", () => {
    const decision = on(stateOf(), replyTo(failedReply()));
    assert.deepEqual(queued(decision), [`discovery:start@${15_000 + 15_000}`]);
    assert.equal(decision.enqueue[0]?.attempt, 1);
    assert.deepEqual(journaled(decision), ["attempt.failed"]);
    assert.equal(decision.state.run.status, "Running");
    assert.deepEqual(decision.finish, []);
  });

  it("fails the run when the last attempt fails", () => {
    const last = queueItem({ attempt: 4 });
    const decision = on(stateOf({}, [last]), replyTo(failedReply(), last));
    assert.equal(decision.state.run.status, "Failed");
    assert.equal(
      decision.journal.at(-1)?.data,
      '{"error":{"message":"boom","name":"Error"},"status":"Failed"}',
    );
  });

  it("fails the run at once when the app says not to retry", () => {
    const decision = on(stateOf(), replyTo(failedReply({ noRetry: true })));
    assert.equal(decision.state.run.status, "Failed");
  });

  it("does as Retry-After says, between one second and a day", () => {
    for (const [asked, delay] of [
      [NOW + 90_000, 90_000],
      [NOW - 5, 1000],
      [NOW + 1e12, 86_400_000],
    ] as const) {
      const decision = on(stateOf(), replyTo(failedReply({ retryAt: asked })));
      assert.deepEqual(queued(decision), [`discovery:start@${delay}`]);
    }
  });

  it("uses the flat interval in place of the table", () => {
    const decision = on(stateOf(), replyTo(failedReply()), { ...TERMS, retry: { intervalMs: 1000 } });
    assert.deepEqual(queued(decision), ["discovery:start@1000"]);
  });

  it("hands a retry that is due at once out under a new generation", () => {
    const decision = on(stateOf(), replyTo(failedReply()), { ...TERMS, retry: { intervalMs: 0 } });
    assert.equal(decision.enqueue[0]?.generation, 2);
  });

  it("retries the item of a StepError and forgets nothing else of the reply", () => {
    const decision = on(
      stateOf({}, [queueItem({ attempt: 3 })]),
      replyTo(
        opsReply([op("StepRun", "a"), op("StepError", "b", { error: boom })]),
        queueItem({ attempt: 3 }),
      ),
    );
    assert.equal(decision.state.steps.size, 1);
    // Progress was made: attempts count from zero, and this was the first of them.
    assert.equal(decision.enqueue[0]?.attempt, 1);
    assert.deepEqual(journaled(decision), ["step.completed:a", "attempt.failed"]);
  });

  it("remembers the error of an exhausted step and calls again, so that user code can catch it", () => {
    const last = targeted("a", { attempt: 4 });
    const decision = on(
      stateOf({ ...version(2), pending: [step("a")] }, [last]),
      replyTo(opsReply([op("StepError", "a", { error: boom })]), last),
    );
    assert.equal(decision.state.steps.get(step("a")), '{"error":{"message":"boom","name":"Error"}}');
    assert.deepEqual(journaled(decision), ["step.failed:a"]);
    assert.deepEqual(queued(decision), ["discovery:after:a@0"]);
  });

  it("never retries a StepFailed, nor a StepError with no-retry on it or on its reply", () => {
    const failing = [
      opsReply([op("StepFailed", "a", { error: boom })]),
      opsReply([op("StepError", "a", { error: boom })], { noRetry: true }),
      opsReply([op("StepError", "a", { error: { ...boom, noRetry: true } })]),
    ];
    for (const reply of failing) {
      const decision = on(stateOf(), replyTo(reply));
      assert.deepEqual(journaled(decision), ["step.failed:a"]);
      assert.deepEqual(queued(decision), ["discovery:after:a@0"]);
    }
  });

  it("counts the attempts of a parallel step by itself", () => {
    const state = stateOf({ ...version(2), pending: [step("a"), step("b")] }, [
      targeted("a", { attempt: 3 }),
      targeted("b"),
    ]);
    const decision = on(state, replyTo(opsReply([op("StepError", "b", { error: boom })]), targeted("b")));
    assert.equal(decision.enqueue[0]?.key, "step:b");
    assert.equal(decision.enqueue[0]?.attempt, 1);
    assert.equal(decision.state.items.get("step:a")?.attempt, 3);
  });

  it("takes StepNotFound for a failed attempt, and in the end for the failure of the run", () => {
    const item = targeted("a");
    const state = stateOf(version(2), [item]);
    assert.deepEqual(queued(on(state, replyTo(opsReply([op("StepNotFound", "a")]), item))), [
      "step:step:a@30000",
    ]);
    const last = targeted("a", { attempt: 4 });
    const decision = on(stateOf(version(2), [last]), replyTo(opsReply([op("StepNotFound", "a")]), last));
    assert.equal(decision.state.run.status, "Failed");
  });
});

describe("decide(): answers that lead nowhere", () => {
  it("asks once more after an empty answer", () => {
    const decision = on(stateOf({}, [queueItem()], { a: "null" }), replyTo(opsReply([])));
    assert.deepEqual(queued(decision), ["discovery:again:a@0"]);
  });

  it("counts a second empty answer as a failed attempt, and in the end fails the run", () => {
    const again = queueItem({ key: "again:a" });
    const decision = on(stateOf({}, [again]), replyTo(opsReply([op("None", "n")]), again));
    assert.deepEqual(queued(decision), ["discovery:again:a@30000"]);
    const last = queueItem({ key: "again:a", attempt: 4 });
    const final = on(stateOf({}, [last]), replyTo(opsReply([]), last));
    assert.equal(final.state.run.status, "Failed");
  });

  it("waits, rather than asks, while other work of the run is under way", () => {
    const decision = on(stateOf(version(1), [queueItem(), targeted("a")]), replyTo(opsReply([])));
    assert.deepEqual(decision.enqueue, []);
    assert.deepEqual(decision.finish, ["start"]);
  });

  it("never leaves an unended run without a queue item", () => {
    const answers = [
      opsReply([]),
      opsReply([op("None", "n")]),
      opsReply([op("StepRun", "a")]),
      failedReply(),
    ];
    for (const reply of answers) {
      const decision = on(stateOf(version(2), [queueItem()], { a: "null" }), replyTo(reply));
      assert.ok(decision.state.items.size > 0, JSON.stringify(reply));
    }
  });
});

describe("decide(): stale and late inputs", () => {
  it("ignores the reply of an older hand-out", () => {
    const state = stateOf({}, [queueItem({ generation: 2 })]);
    const decision = on(state, replyTo(opsReply([op("StepRun", "a")])));
    assert.deepEqual(decision.verdicts, [{ kind: "stale" }]);
    assert.equal(decision.changed, false);
    assert.equal(decision.state, state);
  });

  it("ignores the reply to an item that is done", () => {
    const decision = on(stateOf({}, []), replyTo(opsReply([op("StepRun", "a")])));
    assert.deepEqual(decision.verdicts, [{ kind: "stale" }]);
  });

  it("ignores everything once the run has ended", () => {
    for (const status of ["Completed", "Failed", "Cancelled"] as const) {
      const inputs: Input[] = [
        replyTo(opsReply([op("StepRun", "a")])),
        { kind: "cancel", reason: null },
        checkpoint([op("StepRun", "a")]),
      ];
      const decision = decide(stateOf({ status }), inputs, TERMS, NOW);
      assert.deepEqual(
        decision.verdicts.map((verdict) => verdict.kind),
        ["ended", "ended", "ended"],
      );
      assert.equal(decision.changed, false);
    }
  });

  it("cancels a run, dropping its work, and takes nothing more in the same breath", () => {
    const decision = decide(
      stateOf({}, [queueItem(), asleep("z")]),
      [{ kind: "cancel", reason: null }, replyTo(opsReply([op("StepRun", "a")]))],
      TERMS,
      NOW,
    );
    assert.equal(decision.state.run.status, "Cancelled");
    assert.deepEqual(journaled(decision), ["run.ended"]);
    assert.equal(decision.state.items.size, 0);
    assert.deepEqual(decision.verdicts[1], { kind: "ended" });
  });
});

describe("decide(): hand-outs by the queue", () => {
  it("takes over the generation of a lease, with nothing to commit", () => {
    const state = stateOf({}, [queueItem(), targeted("a", { attempt: 1, generation: 1 })]);
    const leased = targeted("a", { attempt: 1, generation: 2 });
    const decision = on(state, { kind: "leased", item: leased });
    assert.equal(decision.changed, false);
    const next = on(decision.state, replyTo(opsReply([op("StepRun", "a")]), leased));
    assert.deepEqual(next.verdicts, [{ kind: "applied" }]);
  });

  it("knows nothing of a lease of an item that is done, or that was handed out again", () => {
    const state = stateOf({}, [targeted("a", { generation: 3 })]);
    assert.deepEqual(on(state, { kind: "leased", item: targeted("a", { generation: 2 }) }).verdicts, [
      { kind: "stale" },
    ]);
    assert.deepEqual(on(state, { kind: "leased", item: targeted("b") }).verdicts, [{ kind: "stale" }]);
  });
});

describe("decide(): checkpoints", () => {
  it("remembers steps while the call goes on", () => {
    const decision = on(stateOf(), checkpoint([op("StepRun", "a"), op("StepRun", "b")]));
    assert.deepEqual(decision.verdicts, [{ kind: "applied" }]);
    assert.deepEqual(journaled(decision), ["step.completed:a", "step.completed:b"]);
    assert.deepEqual(decision.enqueue, []);
    assert.deepEqual(decision.finish, []);
    assert.equal(decision.state.run.status, "Running");
  });

  it("takes the same checkpoint twice without a second effect", () => {
    const first = on(stateOf(), checkpoint([op("StepRun", "a")]));
    const second = on(first.state, checkpoint([op("StepRun", "a", { data: "2" })]));
    assert.deepEqual(second.verdicts, [{ kind: "applied" }]);
    assert.deepEqual(second.journal, []);
    assert.equal(second.state.steps.get(step("a")), '{"data":null}');
  });

  it("refuses a checkpoint of an older hand-out, and of an item that is done", () => {
    const state = stateOf({}, [queueItem({ generation: 2 })]);
    assert.deepEqual(on(state, checkpoint([op("StepRun", "a")])).verdicts, [{ kind: "stale" }]);
    assert.deepEqual(on(stateOf({}, []), checkpoint([op("StepRun", "a")])).verdicts, [{ kind: "stale" }]);
  });

  it("accepts one without a generation, from SDKs that do not report it", () => {
    const state = stateOf({}, [queueItem({ generation: 2 })]);
    assert.deepEqual(on(state, checkpoint([op("StepRun", "a")], { generation: null })).verdicts, [
      { kind: "applied" },
    ]);
  });

  it("refuses ops that only an answer may carry, and stores nothing of the request", () => {
    for (const code of [
      "Sleep",
      "RunComplete",
      "WaitForEvent",
      "StepError",
      "InvokeFunction",
      "Gateway",
    ] as const) {
      const decision = on(stateOf(), checkpoint([op("StepRun", "a"), op(code, "b")]));
      assert.equal(decision.verdicts[0]?.kind, "refused");
      assert.equal(decision.changed, false);
    }
  });

  it("lets attempts count from zero after progress", () => {
    const item = queueItem({ attempt: 3 });
    const decision = on(stateOf({}, [item]), checkpoint([op("StepRun", "a")]));
    assert.equal(decision.state.items.get("start")?.attempt, 0);
    assert.equal(decision.enqueue[0]?.generation, item.generation);
  });

  it("remembers a step of a call that was given up, and leaves its item as it is queued again", () => {
    const item = queueItem({ attempt: 1, dueAt: NOW - 1 });
    const decision = on(stateOf({}, [item]), checkpoint([op("StepRun", "a")]), {
      ...TERMS,
      isUnderWay: () => false,
    });
    assert.equal(decision.verdicts[0]?.kind, "applied");
    assert.equal(decision.state.steps.size, 1);
    assert.deepEqual(decision.enqueue, []);
  });
});

describe("decide(): limits", () => {
  const many = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, "null"]));

  it("fails the run that goes past the step limit, not the one that reaches it", () => {
    const full = stateOf({}, [queueItem()], many(LIMITS.stepsPerRunCount - 1));
    assert.notEqual(on(full, replyTo(opsReply([op("StepRun", "last")]))).state.run.status, "Failed");
    const over = stateOf({}, [queueItem()], many(LIMITS.stepsPerRunCount));
    const decision = on(over, replyTo(opsReply([op("StepRun", "one-more")])));
    assert.equal(decision.state.run.status, "Failed");
    assert.match(
      decision.journal.at(-1)?.data ?? "",
      /InngestErrFunctionOverflowed.*|exceeded the step limit of 1000 steps/,
    );
  });

  it("counts planned and sleeping steps too", () => {
    const state = stateOf({}, [queueItem()], many(LIMITS.stepsPerRunCount - 1));
    const decision = on(state, replyTo(opsReply([op("StepPlanned", "a"), op("StepPlanned", "b")])));
    assert.equal(decision.state.run.status, "Failed");
  });

  it("fails the run whose one answer carries too many ops", () => {
    const ops = Array.from({ length: LIMITS.opsPerResponseCount + 1 }, (_, index) => op("None", `n${index}`));
    const decision = on(stateOf(), replyTo(opsReply(ops)));
    assert.match(decision.journal.at(-1)?.data ?? "", /InngestErrFunctionOverflowed/);
  });

  it("fails the run whose state outgrows the limit", () => {
    const decision = on(
      stateOf({ stateBytes: LIMITS.runStateBytes - 5 }),
      replyTo(opsReply([op("StepRun", "a")])),
    );
    assert.match(decision.journal.at(-1)?.data ?? "", /InngestErrStateOverflowed/);
  });

  it("puts an error in place of a step result that is too large", () => {
    const data = JSON.stringify("x".repeat(LIMITS.stepOutputBytes));
    const decision = on(stateOf(), replyTo(opsReply([op("StepRun", "a", { data })])));
    assert.deepEqual(journaled(decision), ["step.failed:a"]);
    assert.match(decision.state.steps.get(step("a")) ?? "", /StepOutputTooLarge/);
  });
});
