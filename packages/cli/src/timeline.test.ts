import assert from "node:assert/strict";
import { test } from "node:test";
import type { JournalEntry, Update } from "@holdfast/client";
import type { EventId, FunctionId, RunId, StepId } from "@holdfast/protocol";
import { createTimeline } from "./timeline.ts";

const START = Date.UTC(2026, 10, 20, 14, 3, 12);
const run = (text: string) => `01JRUN${text}` as RunId;
const eventId = "01JEVENTE1" as EventId;
const functionId = "f-1" as FunctionId;

const timeline = ({ ascii = false, color = false, now = START } = {}) =>
  createTimeline({
    functionName: (id) => (id === functionId ? "charge-card" : null),
    now: () => now,
    color,
    ascii,
    clockTime: (at) => new Date(at).toISOString().slice(11, 19),
  });

const accepted = (runIds: readonly RunId[], name = "order/placed"): Update => ({
  kind: "event.accepted",
  eventId,
  name,
  at: START,
  runIds,
});
const queued = (runId: RunId, at = START): Update => ({ kind: "run.queued", runId, functionId, eventId, at });
const journal = (runId: RunId, entry: Partial<JournalEntry> & Pick<JournalEntry, "kind">): Update => ({
  kind: "journal",
  runId,
  functionId,
  eventId,
  entry: {
    seq: 1,
    at: START,
    stepId: "s" as StepId,
    name: null,
    op: null,
    attempt: 0,
    queuedAt: null,
    startedAt: null,
    data: null,
    ...entry,
  },
});
const all = (updates: readonly Update[], options = {}): readonly string[] => {
  const { lines } = timeline(options);
  return updates.flatMap((update) => [...lines(update)]);
};

test("createTimeline() shows a run from its event to its end", () => {
  const a = run("9M");
  assert.deepEqual(
    all([
      accepted([a]),
      queued(a),
      journal(a, { kind: "step.completed", name: "load-order", op: "StepRun", startedAt: START - 120 }),
      journal(a, {
        kind: "attempt.failed",
        name: "capture",
        at: START,
        data: JSON.stringify({
          error: { name: "TypeError", message: "amount is undefined" },
          retryAt: START + 30_000,
        }),
      }),
      journal(a, { kind: "step.planned", name: "x" }),
      journal(a, {
        kind: "step.sleeping",
        name: "pause",
        op: "Sleep",
        data: `{"until":${START + 7_200_000}}`,
      }),
      journal(a, { kind: "step.completed", name: "pause", op: "Sleep", data: "null" }),
      journal(a, { kind: "step.failed", name: "notify", data: '{"error":{"name":"Error","message":"no"}}' }),
      journal(a, { kind: "run.ended", at: START + 19_000, data: '{"output":1,"status":"Completed"}' }),
    ]),
    [
      "  14:03:12  order/placed → charge-card  …9M  ▶ started",
      "  14:03:12    ✓ load-order  120 ms",
      "  14:03:12    ✕ capture  attempt 1  TypeError: amount is undefined  ↻ retry in 30 s",
      "  14:03:12    … pause  sleeping 2 h",
      "  14:03:12    ✓ pause  slept",
      "  14:03:12    ✕ notify  Error: no",
      "  14:03:31  ✓ charge-card  …9M  completed  19 s",
    ],
  );
});

test("createTimeline() shows why a run failed, and that one was cancelled", () => {
  assert.deepEqual(
    all([
      journal(run("9M"), {
        kind: "run.ended",
        data: '{"error":{"name":"Error","message":"card declined"},"status":"Failed"}',
      }),
      journal(run("9N"), { kind: "run.ended", data: '{"status":"Cancelled"}' }),
    ]),
    [
      "  14:03:12  ✕ charge-card  …9M  failed",
      "            Error: card declined",
      "  14:03:12  ! charge-card  …9N  cancelled",
    ],
  );
});

test("createTimeline() says what a step waits for, and why a run was cancelled or skipped", () => {
  const a = run("9M");
  const until = START + 3_600_000;
  assert.deepEqual(
    all([
      queued(a),
      journal(a, {
        kind: "step.waiting",
        name: "payment",
        at: START,
        data: JSON.stringify({ event: "order/paid", until }),
      }),
      journal(a, { kind: "step.waiting", name: "approval", data: '{"signal":"approve-7"}' }),
      journal(a, { kind: "step.invoking", name: "receipt", data: "{}" }),
      journal(a, { kind: "step.requesting", name: "summary", data: "{}" }),
      journal(a, { kind: "metadata", name: "summary", data: "[]" }),
      journal(a, { kind: "run.ended", data: '{"reason":"it took too long","status":"Cancelled"}' }),
      journal(run("9N"), { kind: "run.ended", data: '{"status":"Skipped"}' }),
    ]).slice(1),
    [
      "  14:03:12    … payment  waiting for order/paid, at most 1 h",
      "  14:03:12    … approval  waiting for approve-7",
      "  14:03:12    → receipt  invoking",
      "  14:03:12    → summary  requesting",
      "  14:03:12  ! charge-card  …9M  cancelled  0 ms  it took too long",
      "  14:03:12  ! charge-card  …9N  skipped",
    ],
  );
});

test("createTimeline() names the run on a line that follows another run's", () => {
  const [a, b] = [run("9M"), run("9N")];
  const step = (id: RunId, name: string) => journal(id, { kind: "step.completed", name });
  assert.deepEqual(
    all([
      queued(a),
      step(a, "one"),
      queued(b),
      step(b, "two"),
      step(a, "three"),
      step(a, "four"),
      step(b, "five"),
    ]),
    [
      "  14:03:12  charge-card  …9M  ▶ started",
      "  14:03:12    ✓ one",
      "  14:03:12  charge-card  …9N  ▶ started",
      "  14:03:12    ✓ two",
      "  14:03:12    ✓ three  …9M",
      "  14:03:12    ✓ four",
      "  14:03:12    ✓ five  …9N",
    ],
  );
});

test("createTimeline() says when an event starts nothing, unless it is one of the server's own", () => {
  assert.deepEqual(all([accepted([], "order/plced")]), ["  14:03:12  order/plced  …E1  starts no function"]);
  assert.deepEqual(all([accepted([], "inngest/function.finished")]), []);
});

test("createTimeline() writes plain ASCII when told to, and no escape sequences without colour", () => {
  const a = run("9M");
  const lines = all(
    [
      accepted([a]),
      queued(a),
      journal(a, {
        kind: "attempt.failed",
        name: "x",
        data: '{"error":{"name":"E","message":"m"},"retryAt":0}',
      }),
      journal(a, { kind: "step.sleeping" }),
      journal(a, { kind: "run.ended", data: '{"status":"Completed"}' }),
    ],
    { ascii: true },
  );
  assert.deepEqual(lines.slice(0, 2), [
    "  14:03:12  order/placed -> charge-card  ..9M  > started",
    "  14:03:12    x x  attempt 1  E: m  ~ retry in 0 ms",
  ]);
  for (const line of lines) assert.match(line, /^[\x20-\x7e]*$/);
});

test("createTimeline() lets nothing of an app or a sender act on the terminal", () => {
  const a = run("9M");
  const evil = "a\u001b]0;owned\u0007\r\nb";
  const lines = all([
    accepted([a], evil),
    queued(a),
    journal(a, { kind: "step.completed", name: evil }),
    journal(a, {
      kind: "run.ended",
      data: JSON.stringify({ error: { name: evil, message: evil }, status: "Failed" }),
    }),
  ]);
  for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
});

test("createTimeline() survives functions and kinds it does not know, and data that is not JSON", () => {
  const { lines } = timeline();
  // What a newer server might send.
  assert.deepEqual(lines({ kind: "something.new" } as unknown as Update), []);
  assert.deepEqual(
    lines({
      kind: "run.queued",
      runId: run("9M"),
      functionId: "0123456789" as FunctionId,
      eventId,
      at: START,
    }),
    ["  14:03:12  function 01234567  …9M  ▶ started"],
  );
  assert.deepEqual(lines(journal(run("9M"), { kind: "run.ended", data: "{" })), [
    "  14:03:12  ✓ function 01234567  …9M  completed  0 ms".replace("function 01234567", "charge-card"),
  ]);
});

test("createTimeline() forgets the oldest of very many runs instead of growing", () => {
  const { lines } = timeline();
  for (let index = 0; index < 5001; index++) lines(queued(run(String(index))));
  assert.deepEqual(lines(journal(run("0"), { kind: "run.ended", data: '{"status":"Completed"}' })), [
    "  14:03:12  ✓ charge-card  …N0  completed",
  ]);
});
