import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EnvironmentName, EventId, FunctionId, RunId, StepId } from "@holdfast/protocol";
import type { EventRecord, JournalEntry, QueueItem, RunRecord } from "#store";
import type { RunHistory } from "./contract.ts";
import { traceOf } from "./trace.ts";
import type { Span } from "./trace-span.ts";

const RUN_ID = "01J00000000000000000000000" as RunId;
const EVENT_ID = "01J00000000000000000000001" as EventId;
const ENVIRONMENT = "test" as EnvironmentName;

/** Instants are small numbers here: the run is queued at 0, and "now" is 1000. */
const NOW = 1000;

const RUN: RunRecord = {
  id: RUN_ID,
  environment: ENVIRONMENT,
  functionId: "11111111-1111-8111-8111-111111111111" as FunctionId,
  functionVersion: 1,
  eventId: EVENT_ID,
  batchId: null,
  originalRunId: null,
  status: "Running",
  queuedAt: 0,
  startedAt: 5,
  endedAt: null,
  requestVersion: 2,
  forcePlan: false,
  pending: [],
  stepCount: 0,
  stateBytes: 2,
  revision: 1,
};

const EVENT: EventRecord = {
  id: EVENT_ID,
  environment: ENVIRONMENT,
  name: "order/placed",
  userId: null,
  receivedAt: 0,
  ts: 0,
  body: '{"data":{"id":7},"id":"e1","name":"order/placed","ts":0,"user":{}}',
};

type Entry = Partial<JournalEntry> & Pick<JournalEntry, "kind" | "at">;
type Item = Partial<QueueItem> & Pick<QueueItem, "key" | "kind">;

interface Story {
  readonly run?: Partial<RunRecord>;
  readonly events?: readonly EventRecord[];
  readonly journal?: readonly Entry[];
  readonly items?: readonly Item[];
}

function historyOf({ run = {}, events = [EVENT], journal = [], items = [] }: Story): RunHistory {
  const entries = journal.map((entry, index): JournalEntry => ({
    seq: index + 1,
    stepId: null,
    name: null,
    op: null,
    attempt: 0,
    queuedAt: null,
    startedAt: null,
    data: null,
    ...entry,
  }));
  const queued = items.map((item): QueueItem => ({
    runId: RUN_ID,
    stepId: null,
    attempt: 0,
    generation: 1,
    enqueuedAt: 0,
    dueAt: 0,
    cause: null,
    ...item,
  }));
  const end = entries.find(({ kind }) => kind === "run.ended") ?? null;
  return { run: { ...RUN, ...run }, end, events, journal: entries, items: queued };
}

const trace = (story: Story): Span => traceOf(historyOf(story), "Fulfil order", NOW);

const step = (id: string, fields: Partial<JournalEntry> = {}): Partial<JournalEntry> => ({
  stepId: id as StepId,
  name: id,
  ...fields,
});

const ended = (at: number, data: string, fields: Partial<JournalEntry> = {}): Entry => ({
  kind: "run.ended",
  at,
  data,
  ...fields,
});

/** A tree as lines: two blanks to a level, then what is and since when. Dashes stand for what has not happened. */
function outline(span: Span, depth = 0): readonly string[] {
  const { endedAt, name, op, queuedAt, startedAt, status } = span;
  const times = [queuedAt, startedAt, endedAt].map((at) => at ?? "-").join(" ");
  const line = `${"  ".repeat(depth)}${[name, op, status, times].filter((part) => part !== null).join(" | ")}`;
  return [line, ...span.children.flatMap((child) => outline(child, depth + 1))];
}

const outlines = (story: Story): readonly string[] =>
  trace(story).children.flatMap((child) => outline(child));

const COMPLETED = { status: "Completed", endedAt: 100 } as const;

const CASES: readonly (readonly [claim: string, story: Story, lines: readonly string[]])[] = [
  [
    "a step that ran when it was found is one span with its queue and its call",
    {
      journal: [
        { kind: "step.completed", at: 20, ...step("a", { queuedAt: 0, startedAt: 5, data: '{"data":1}' }) },
      ],
    },
    ["a | RUN | COMPLETED | 0 5 20"],
  ],
  [
    "steps of one call follow each other: each begins when the one before was stored",
    {
      journal: [
        { kind: "step.completed", at: 20, ...step("a", { queuedAt: 0, startedAt: 5, data: '{"data":1}' }) },
        { kind: "step.completed", at: 45, ...step("b", { queuedAt: 0, startedAt: 5, data: '{"data":1}' }) },
        { kind: "step.completed", at: 45, ...step("c", { queuedAt: 0, startedAt: 5, data: '{"data":1}' }) },
      ],
    },
    ["a | RUN | COMPLETED | 0 5 20", "b | RUN | COMPLETED | 20 20 45", "c | RUN | COMPLETED | 20 20 45"],
  ],
  [
    "attempts are children, and the pause before one is no waiting in the queue",
    {
      journal: [
        { kind: "step.planned", at: 10, ...step("a") },
        {
          kind: "attempt.failed",
          at: 30,
          ...step("a", { queuedAt: 10, startedAt: 20, data: '{"error":{"message":"no"},"retryAt":60}' }),
        },
        {
          kind: "step.completed",
          at: 90,
          ...step("a", { attempt: 1, queuedAt: 10, startedAt: 65, data: '{"data":1}' }),
        },
      ],
    },
    [
      "a | RUN | COMPLETED | 10 20 90",
      "  Attempt 0 | FAILED | 10 20 30",
      "  Attempt 1 | COMPLETED | 60 65 90",
    ],
  ],
  [
    "an attempt that failed before its step was named is the step's",
    {
      journal: [
        { kind: "attempt.failed", at: 30, queuedAt: 0, startedAt: 5, data: '{"error":{},"retryAt":40}' },
        {
          kind: "step.failed",
          at: 60,
          ...step("a", { attempt: 1, queuedAt: 0, startedAt: 45, data: '{"error":{}}' }),
        },
      ],
    },
    ["a | RUN | FAILED | 0 5 60", "  Attempt 0 | FAILED | 0 5 30", "  Attempt 1 | FAILED | 40 45 60"],
  ],
  [
    "a planned step that waits for room is queued, one that was handed out is running",
    {
      journal: [
        { kind: "step.planned", at: 10, ...step("a") },
        { kind: "step.planned", at: 10, ...step("b") },
      ],
      items: [
        { key: "step:a", kind: "step", stepId: "a" as StepId, generation: 0, enqueuedAt: 10, dueAt: 10 },
        { key: "step:b", kind: "step", stepId: "b" as StepId, enqueuedAt: 10, dueAt: 10 },
      ],
    },
    ["a | RUN | QUEUED | 10 - -", "b | RUN | RUNNING | 10 - -"],
  ],
  [
    "a step between two attempts is queued, with the attempt that failed",
    {
      journal: [
        { kind: "step.planned", at: 10, ...step("a") },
        {
          kind: "attempt.failed",
          at: 30,
          ...step("a", { queuedAt: 10, startedAt: 20, data: '{"error":{},"retryAt":5000}' }),
        },
      ],
      items: [{ key: "step:a", kind: "step", stepId: "a" as StepId, attempt: 1, generation: 1, dueAt: 5000 }],
    },
    ["a | RUN | QUEUED | 10 20 -", "  Attempt 0 | FAILED | 10 20 30"],
  ],
  [
    "a sleep waits, and is completed when it is over",
    {
      journal: [
        { kind: "step.sleeping", at: 10, ...step("a", { data: '{"until":50}' }) },
        { kind: "step.completed", at: 50, ...step("a", { op: "Sleep", data: "null" }) },
        { kind: "step.sleeping", at: 60, ...step("b", { data: '{"until":5000}' }) },
      ],
      items: [{ key: "step:b", kind: "sleep", stepId: "b" as StepId, dueAt: 5000 }],
    },
    ["a | SLEEP | COMPLETED | 10 10 50", "b | SLEEP | WAITING | 60 60 -"],
  ],
  [
    "an invoke is running until its function has ended",
    {
      journal: [
        {
          kind: "step.invoking",
          at: 10,
          ...step("a", { data: '{"eventId":"E","functionId":"F","until":5000}' }),
        },
      ],
      items: [{ key: "step:a", kind: "invoke", stepId: "a" as StepId, dueAt: 5000 }],
    },
    ["a | INVOKE | RUNNING | 10 10 -"],
  ],
  [
    "requests that the server makes are calls",
    {
      journal: [
        { kind: "step.requesting", at: 10, ...step("a", { op: "AIGateway", data: "{}" }) },
        {
          kind: "step.completed",
          at: 40,
          ...step("a", { queuedAt: 10, startedAt: 15, data: '{"data":{}}' }),
        },
        { kind: "step.requesting", at: 50, ...step("b", { op: "Gateway", data: "{}" }) },
      ],
      items: [{ key: "step:b", kind: "gateway", stepId: "b" as StepId, enqueuedAt: 50, dueAt: 50 }],
    },
    ["a | AI_GATEWAY | COMPLETED | 10 15 40", "b | GATEWAY | RUNNING | 50 - -"],
  ],
  [
    "what was open when the run ended is cancelled with it",
    {
      run: { status: "Cancelled", endedAt: 100 },
      journal: [
        { kind: "step.planned", at: 10, ...step("a") },
        { kind: "step.waiting", at: 10, ...step("b", { data: '{"event":"x","until":5000}' }) },
        ended(100, '{"status":"Cancelled"}'),
      ],
    },
    ["a | RUN | CANCELLED | 10 - 100", "b | WAIT_FOR_EVENT | CANCELLED | 10 10 100"],
  ],
  [
    "a call that has named no step yet is `execute`, with the attempts before it",
    {
      journal: [
        { kind: "attempt.failed", at: 30, queuedAt: 0, startedAt: 5, data: '{"error":{},"retryAt":40}' },
      ],
      items: [{ key: "start", kind: "discovery", attempt: 1, generation: 2, dueAt: 40 }],
    },
    ["execute | RUNNING | 0 5 -", "  Attempt 0 | FAILED | 0 5 30", "  Attempt 1 | RUNNING | 40 - -"],
  ],
  [
    "a step that failed in the call of another, and is tried again, has its name and its own time",
    {
      journal: [
        {
          kind: "step.completed",
          at: 20,
          ...step("a", { queuedAt: 0, startedAt: 6, data: '{"data":1}' }),
        },
        {
          kind: "attempt.failed",
          at: 30,
          name: "b",
          queuedAt: 0,
          startedAt: 5,
          data: '{"error":{},"retryAt":5000}',
        },
      ],
      items: [{ key: "start", kind: "discovery", attempt: 1, dueAt: 5000 }],
    },
    ["a | RUN | COMPLETED | 0 6 20", "b | QUEUED | 20 20 -", "  Attempt 0 | FAILED | 20 20 30"],
  ],
  [
    "a function that failed for good shows each of its attempts",
    {
      run: { status: "Failed", endedAt: 90 },
      journal: [
        { kind: "attempt.failed", at: 30, queuedAt: 0, startedAt: 5, data: '{"error":{},"retryAt":40}' },
        ended(90, '{"error":{"message":"no"},"status":"Failed"}', { attempt: 1, startedAt: 45 }),
      ],
    },
    ["function error | FAILED | 0 5 90", "  Attempt 0 | FAILED | 0 5 30", "  Attempt 1 | FAILED | 40 45 90"],
  ],
  [
    "the call that returned the output is shown where its instants are known",
    {
      run: COMPLETED,
      journal: [ended(100, '{"output":1,"status":"Completed"}', { queuedAt: 50, startedAt: 60 })],
    },
    ["function success | COMPLETED | 50 60 100"],
  ],
  [
    "a deferred function is shown where it was added, and as cancelled when it was aborted",
    {
      journal: [
        { kind: "defer.added", at: 10, stepId: "d" as StepId, data: '{"fnSlug":"shop-mail","input":{}}' },
        { kind: "defer.added", at: 10, stepId: "e" as StepId, data: '{"fnSlug":"shop-sms","input":{}}' },
        { kind: "defer.aborted", at: 20, stepId: "e" as StepId },
      ],
    },
    ["shop-mail | DEFER | COMPLETED | 10 10 10", "shop-sms | DEFER | CANCELLED | 10 10 20"],
  ],
];

describe("traceOf()", () => {
  for (const [claim, story, lines] of CASES) {
    it(`shows: ${claim}`, () => assert.deepEqual(outlines(story), lines));
  }

  for (const [status, shown] of [
    ["Scheduled", "QUEUED"],
    ["Running", "RUNNING"],
    ["Skipped", "SKIPPED"],
    ["Completed", "COMPLETED"],
    ["Failed", "FAILED"],
    ["Cancelled", "CANCELLED"],
  ] as const) {
    it(`shows a run that is ${status} as ${shown}`, () => {
      assert.equal(trace({ run: { status } }).status, shown);
    });
  }

  it("begins with the run: its function, its event, what it returned", () => {
    const root = trace({
      run: COMPLETED,
      journal: [ended(100, '{"output":{"ok":true},"status":"Completed"}')],
    });
    assert.equal(root.id, RUN_ID);
    assert.equal(root.name, "Fulfil order");
    assert.deepEqual(root.input, JSON.parse(EVENT.body));
    assert.deepEqual(root.output, { ok: true });
    assert.equal(root.error, undefined);
  });

  it("has every event of a batch as input, one event included", () => {
    const batch = trace({ run: { batchId: "01J00000000000000000000009" } });
    assert.deepEqual(batch.input, [JSON.parse(EVENT.body)]);
  });

  it("gives a step its result, its error, or the event it waited for", () => {
    const [a, b, c] = trace({
      journal: [
        {
          kind: "step.completed",
          at: 1,
          ...step("a", { startedAt: 0, data: '{"data":{"name":"x","error":1}}' }),
        },
        { kind: "step.failed", at: 2, ...step("b", { startedAt: 1, data: '{"error":{"message":"no"}}' }) },
        {
          kind: "step.waiting",
          at: 3,
          ...step("c", { data: '{"event":"paid","if":"async.data.id == 7","until":9}' }),
        },
        {
          kind: "step.completed",
          at: 4,
          ...step("c", { data: '{"data":{"id":7},"id":"e2","name":"paid"}' }),
        },
      ],
    }).children;
    assert.deepEqual(a?.output, { name: "x", error: 1 });
    assert.deepEqual(b?.error, { message: "no" });
    assert.equal(b?.output, undefined);
    assert.deepEqual(c?.output, { data: { id: 7 }, id: "e2", name: "paid" });
    assert.deepEqual(c?.pause, {
      kind: "event",
      target: "paid",
      filter: "async.data.id == 7",
      until: 9,
      eventId: null,
      outcome: "resumed",
      resumedBy: "e2",
    });
  });

  for (const [what, kind, begun, memo, outcome] of [
    ["an event that came", "step.waiting", '{"event":"x","until":9}', '{"name":"x","id":"e"}', "resumed"],
    ["an event that did not", "step.waiting", '{"event":"x","until":9}', "null", "timed_out"],
    [
      "a signal that came",
      "step.waiting",
      '{"signal":"x","until":9}',
      '{"data":{"signal":"x","data":1}}',
      "resumed",
    ],
    ["a signal that did not", "step.waiting", '{"signal":"x","until":9}', "null", "timed_out"],
    ["a sleep", "step.sleeping", '{"until":9}', "null", "resumed"],
    ["a function that returned", "step.invoking", '{"functionId":"F","until":9}', '{"data":1}', "resumed"],
    [
      "a function that failed",
      "step.invoking",
      '{"functionId":"F","until":9}',
      '{"error":{"name":"E"}}',
      "resumed",
    ],
    [
      "a function that took too long",
      "step.invoking",
      '{"functionId":"F","until":9}',
      '{"error":{"name":"InngestInvokeTimeoutError"}}',
      "timed_out",
    ],
  ] as const) {
    it(`says of a wait for ${what}: ${outcome}`, () => {
      const journal: readonly Entry[] = [
        { kind, at: 3, ...step("a", { data: begun }) },
        {
          kind: memo.includes('"error"') ? "step.failed" : "step.completed",
          at: 9,
          ...step("a", { data: memo }),
        },
      ];
      assert.equal(trace({ journal }).children[0]?.pause?.outcome, outcome);
    });
  }

  it("shows of a request where it goes and what it carries, never the keys in headers, options or query", () => {
    const data = JSON.stringify({
      url: "https://api.example/v1?key=hunter2",
      auth_key: "hunter2",
      headers: { authorization: "hunter2" },
      method: "POST",
      body: { prompt: "hello" },
    });
    const root = trace({
      journal: [{ kind: "step.requesting", at: 3, ...step("a", { op: "AIGateway", data }) }],
    });
    assert.deepEqual(root.children[0]?.input, {
      url: "https://api.example/v1",
      method: "POST",
      body: { prompt: "hello" },
    });
    assert.ok(!JSON.stringify(root).includes("hunter2"));
  });

  it("shows the arguments that replaced a step's own", () => {
    const [a] = trace({
      journal: [{ kind: "step.input", at: 1, ...step("a", { data: '{"input":[1,2]}' }) }],
    }).children;
    assert.deepEqual(a?.input, [1, 2]);
  });

  it("merges the metadata of the run and of each step, in the order in which it was reported", () => {
    const metadata = (at: number, op: string, values: unknown, scope = "run"): Entry => ({
      kind: "metadata",
      at,
      stepId: "s" as StepId,
      data: JSON.stringify([{ kind: "inngest.score", scope, op, values }]),
    });
    const root = trace({
      journal: [
        metadata(1, "set", { a: 1, b: 2 }),
        metadata(2, "merge", { b: 3 }),
        metadata(3, "add", { a: 10, c: 5 }),
        metadata(4, "delete", { b: null }),
        metadata(5, "set", { own: true }, "step"),
        { kind: "attempt.failed", at: 6, queuedAt: 0, startedAt: 5, data: '{"error":{},"retryAt":7}' },
        { kind: "step.completed", at: 9, ...step("s", { attempt: 1, startedAt: 8, data: '{"data":1}' }) },
      ],
    });
    assert.deepEqual(root.metadata, [
      { kind: "inngest.score", scope: "run", values: { a: 11, c: 5 }, updatedAt: 4 },
    ]);
    const [reporter] = root.children;
    assert.deepEqual(reporter?.metadata, [
      { kind: "inngest.score", scope: "step", values: { own: true }, updatedAt: 5 },
    ]);
    // That a step reported something does not make it a planned one.
    assert.equal(reporter?.children.length, 2);
  });
});
