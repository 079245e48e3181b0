import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventId, RunId } from "@holdfast/protocol";
import { createIds, silentLog, systemRandom } from "#kernel";
import { createMemoryDisk } from "#store";
import { anAct, logOf, OPERATOR } from "../audit/testing/logs.ts";
import { manualClock } from "../kernel/testing/manual-clock.ts";
import {
  anAdvance,
  anEntry,
  anEvent,
  aNewRun,
  aRun,
  functionId,
  NOW,
  open,
  runId,
} from "../store/contract/testing/builders.ts";
import type { RetentionDeps } from "./open-retention.ts";
import { openRetention } from "./open-retention.ts";

const DAY = 24 * 60 * 60 * 1000;

/** A store with a run for each number, ended so many days ago, or going on (null). */
async function house(...endedDaysAgo: readonly (number | null)[]) {
  const store = createMemoryDisk().takeOver();
  const { log, time } = await logOf(store);
  const clock = manualClock(NOW + 100 * DAY);
  for (const [index, days] of endedDaysAgo.entries()) {
    const num = index + 1;
    const at = clock.now() - (days ?? 1) * DAY;
    const event = anEvent(num, { receivedAt: at, body: `{"data":{"customer":"cus-${num}"}}` });
    const fields = { functionId: functionId(num % 2), queuedAt: at, eventId: event.id };
    await open(store, [aNewRun(num, { run: fields })], { event });
    if (days === null) continue;
    const run = { ...aRun(num, fields), status: "Completed", endedAt: at } as const;
    await store.runs.advance(anAdvance(num, { expectedRevision: 0, run, now: at }));
  }
  const openIt = (changes: Partial<RetentionDeps["store"]> = {}) =>
    openRetention({
      store: { ...store, ...changes },
      audit: log,
      clock,
      machineClock: clock,
      ids: createIds(clock, systemRandom),
      log: silentLog,
    });
  /** A minute of the log passes: what it gathers is written. */
  const gathered = (): void => {
    for (const due of time.due.splice(0)) due();
  };
  return { store, clock, gathered, openIt, retention: await openIt() };
}

/** What a promise comes to while the clock goes on. */
async function during<Result>(
  clock: ReturnType<typeof manualClock>,
  promise: Promise<Result>,
): Promise<Result> {
  let isDone = false;
  const done = promise.finally(() => (isDone = true));
  done.catch(() => undefined);
  for (let turns = 0; !isDone && turns < 1000; turns++) await clock.advance(10);
  return done;
}

const actionsOf = async ({ store }: Awaited<ReturnType<typeof house>>): Promise<readonly string[]> =>
  (await store.audit.entries({ after: 0, limit: 100 })).map(
    ({ text }) => (JSON.parse(text) as { action: string }).action,
  );

const left = async ({ store }: Awaited<ReturnType<typeof house>>): Promise<readonly RunId[]> =>
  (await store.history.runs({ after: null, limit: 100 })).runs.map(({ id }) => id);

test("nothing goes until somebody says so", async () => {
  const at = await house(500, 90);
  assert.deepEqual(await during(at.clock, at.retention.sweep(OPERATOR)), { runs: 0, events: 0 });
  assert.deepEqual(at.retention.policy(), { days: null, functions: {} });
});

test("a sweep removes ended runs and events that are older than the policy, and the log has it", async () => {
  const at = await house(40, 20, null, 31);
  await at.retention.setDays(OPERATOR, null, 30);
  assert.deepEqual(await during(at.clock, at.retention.sweep(OPERATOR)), { runs: 2, events: 2 });
  assert.deepEqual(await left(at), [runId(2), runId(3)]);
  assert.equal(await at.store.events.get(anEvent(1).id), null);
  assert.notEqual(await at.store.events.get(anEvent(2).id), null);
  assert.deepEqual((await actionsOf(at)).slice(1), ["retention.changed", "data.swept", "data.swept"]);
});

test("a function's own rule keeps its runs longer, and their events with them", async () => {
  const at = await house(40, 40);
  await at.retention.setDays(OPERATOR, null, 30);
  await at.retention.setDays(OPERATOR, functionId(1), 60);
  assert.deepEqual(await during(at.clock, at.retention.sweep(OPERATOR)), { runs: 1, events: 1 });
  assert.deepEqual(await left(at), [runId(1)]);
  await at.retention.setDays(OPERATOR, functionId(1), "inherit");
  assert.deepEqual(await during(at.clock, at.retention.sweep(OPERATOR)), { runs: 1, events: 1 });
});

test("the clock sweeps by itself, once it is started and until it is stopped", async () => {
  const at = await house(40);
  await at.retention.setDays(OPERATOR, null, 30);
  await at.clock.advance(20 * 60_000);
  assert.equal((await left(at)).length, 1);
  at.retention.start();
  await at.clock.advance(10 * 60_000 - 1);
  assert.equal((await left(at)).length, 1, "every ten minutes, and not before");
  await at.clock.advance(60_000);
  assert.equal((await left(at)).length, 0);
  const again = await house(40);
  await again.retention.setDays(OPERATOR, null, 60);
  again.retention.start();
  await again.clock.advance(15 * 60_000);
  await again.retention.setDays(OPERATOR, null, 30);
  await again.clock.advance(10 * 60_000);
  assert.equal((await left(again)).length, 0, "and again ten minutes later");
  again.retention.stop();
  const stopped = await house(40);
  await stopped.retention.setDays(OPERATOR, null, 30);
  stopped.retention.start();
  stopped.retention.stop();
  await stopped.clock.advance(60 * 60_000);
  assert.equal((await left(stopped)).length, 1);
});

test("what is held stays, until the hold is lifted; holds and policy outlive a restart", async () => {
  const at = await house(40, 40);
  await at.retention.setDays(OPERATOR, null, 30);
  const hold = await at.retention.placeHold(OPERATOR, { kind: "run", id: runId(1) }, "case 17");
  const again = await at.openIt();
  assert.deepEqual([again.holds(), again.policy().days], [[hold], 30]);
  assert.deepEqual(await during(at.clock, again.sweep(OPERATOR)), { runs: 1, events: 1 });
  assert.deepEqual(await left(at), [runId(1)]);
  await again.liftHold(OPERATOR, hold.id, "case closed");
  assert.deepEqual(await during(at.clock, again.sweep(OPERATOR)), { runs: 1, events: 1 });
  await assert.rejects(again.liftHold(OPERATOR, hold.id, "again"), { code: "not_found" });
});

test("a hold of the environment keeps everything", async () => {
  const at = await house(40);
  await at.retention.setDays(OPERATOR, null, 30);
  await at.retention.placeHold(OPERATOR, { kind: "environment" }, "case 17");
  assert.deepEqual(await during(at.clock, at.retention.sweep(OPERATOR)), { runs: 0, events: 0 });
  await assert.rejects(
    during(at.clock, at.retention.erase(OPERATOR, { values: ["cus-1"], events: [], reason: "r" })),
    { code: "legal_hold" },
  );
  assert.equal((await left(at)).length, 1);
});

test("an erasure takes the subject's events and runs, and nobody else's; its receipt is in the log", async () => {
  const at = await house(40, 2, 3);
  const receipt = await during(
    at.clock,
    at.retention.erase(OPERATOR, { values: ["cus-2"], events: [], reason: "request 17" }),
  );
  assert.deepEqual([receipt.events, receipt.runs], [1, 1]);
  assert.deepEqual(await left(at), [runId(1), runId(3)]);
  assert.equal(await at.store.events.get(anEvent(2).id), null);
  const [entry] = (await at.store.audit.newest({ before: null, limit: 1 })).map(
    ({ text }) => JSON.parse(text) as { action: string; reason: string; targets: { id: string }[] },
  );
  assert.deepEqual(
    [entry?.action, entry?.reason, entry?.targets[0]?.id],
    ["data.erased", "request 17", receipt.id],
  );
});

test("an erasure follows what the server said of a run, and what was started by that", async () => {
  const at = await house(40);
  const told = anEvent(50, {
    name: "inngest/function.finished",
    body: JSON.stringify({
      name: "inngest/function.finished",
      data: { run_id: runId(1), result: "derived" },
    }),
  });
  const child = { functionId: functionId(2), queuedAt: NOW, eventId: told.id };
  await open(at.store, [aNewRun(9, { run: child })], { event: told });
  const run = { ...aRun(9, child), status: "Completed", endedAt: NOW } as const;
  await at.store.runs.advance(anAdvance(9, { expectedRevision: 0, run, now: NOW }));
  const receipt = await during(
    at.clock,
    at.retention.erase(OPERATOR, { values: ["cus-1"], events: [], reason: "r" }),
  );
  assert.deepEqual([receipt.events, receipt.runs], [2, 2]);
});

test("sealed events are named by their ids", async () => {
  const at = await house(40, 2);
  const receipt = await during(
    at.clock,
    at.retention.erase(OPERATOR, { values: [], events: [anEvent(1).id], reason: "r" }),
  );
  assert.deepEqual([receipt.events, receipt.runs], [1, 1]);
  assert.deepEqual(await left(at), [runId(2)]);
});

test("an erasure of what goes on, or is held, removes nothing and says which runs", async () => {
  const at = await house(null, 2);
  const subject = { values: ["cus-1", "cus-2"], events: [] as EventId[], reason: "r" };
  await assert.rejects(
    during(at.clock, at.retention.erase(OPERATOR, subject)),
    (error: Error & { code: string }) => {
      assert.equal(error.code, "conflict");
      assert.match(error.message, new RegExp(runId(1)));
      return true;
    },
  );
  await at.retention.placeHold(OPERATOR, { kind: "run", id: runId(2) }, "case");
  await assert.rejects(during(at.clock, at.retention.erase(OPERATOR, subject)), { code: "legal_hold" });
  assert.equal((await left(at)).length, 2);
});

test("names of the subject in the log lose what opens them; the entries stay", async () => {
  const at = await house(40);
  const { log } = await logOf(at.store);
  const targets = [{ type: "event_key", id: "k", name: "ana@example.org" }];
  const draft = log.draft({
    action: "event_key.created",
    authority: OPERATOR,
    targets,
    result: "success",
    reason: null,
    changes: {},
  });
  const [row] = await at.store.audit.append([draft]);
  const receipt = await during(
    at.clock,
    at.retention.erase(OPERATOR, {
      values: ["ana@example.org"],
      events: [],
      reason: "r",
    }),
  );
  assert.equal(receipt.names, 1);
  const rows = await at.store.audit.entries({ after: (row?.seq ?? 0) - 1, limit: 1 });
  assert.deepEqual([rows[0]?.openings, rows[0]?.hash], [null, row?.hash]);
});

test("bad requests change nothing", async () => {
  const at = await house(40);
  const { retention } = at;
  const invalid = { code: "request_invalid" };
  for (const days of [0, -1, 1.5, 40_000])
    await assert.rejects(retention.setDays(OPERATOR, null, days), invalid);
  await assert.rejects(retention.setDays(OPERATOR, null, "inherit"), invalid);
  await assert.rejects(retention.placeHold(OPERATOR, { kind: "environment" }, " "), invalid);
  const erase =
    (values: readonly string[], reason = "r") =>
    async () =>
      retention.erase(OPERATOR, { values, events: [], reason });
  await assert.rejects(erase([]), invalid);
  await assert.rejects(erase(["ab"]), invalid);
  await assert.rejects(erase(Array.from({ length: 21 }, (_, index) => `value-${index}`)), invalid);
  await assert.rejects(erase(["cus-1"], ""), invalid);
  await assert.rejects(erase(["cus-1"], "asked by cus-1"), invalid);
  assert.deepEqual([retention.policy().days, retention.holds(), (await left(at)).length], [null, [], 1]);
  assert.equal((await actionsOf(at)).length, 1);
});

test("a rule stands in the log with what it was and is, of which function; of two who set one at once one is told", async () => {
  const at = await house(40);
  await at.retention.setDays(OPERATOR, null, 36_500);
  await at.retention.setDays(OPERATOR, functionId(1), 7);
  await at.retention.setDays(OPERATOR, functionId(1), null);
  await at.retention.setDays(OPERATOR, functionId(1), "inherit");
  const entries = (await at.store.audit.entries({ after: 1, limit: 10 })).map(
    ({ text }) =>
      JSON.parse(text) as {
        targets: { type: string; id: string }[];
        changes: { days: { from: unknown; to: unknown } };
      },
  );
  assert.deepEqual(
    entries.map(({ changes, targets }) => [
      targets[0]?.type,
      targets[0]?.id,
      changes.days.from,
      changes.days.to,
    ]),
    [
      ["environment", "production", null, 36_500],
      ["function", functionId(1), "inherit", 7],
      ["function", functionId(1), 7, null],
      ["function", functionId(1), null, "inherit"],
    ],
  );
  const late = await at.openIt();
  await at.retention.setDays(OPERATOR, null, 30);
  await assert.rejects(late.setDays(OPERATOR, null, 60), { code: "conflict" });
  assert.equal(late.policy().days, 36_500);
});

test("an erasure that finds nothing says so, in the log too", async () => {
  const at = await house(40);
  const receipt = await during(
    at.clock,
    at.retention.erase(OPERATOR, { values: ["nobody@example.org"], events: [], reason: "request 21" }),
  );
  assert.deepEqual([receipt.events, receipt.runs, receipt.names], [0, 0, 0]);
  assert.equal((await actionsOf(at)).at(-1), "data.erased");
  assert.equal((await left(at)).length, 1);
});

test("a value that JSON writes in escapes is found, in text inside of text too", async () => {
  for (const value of ['say "hi"/é', "C:\\temp", "Łódź-17"]) {
    const at = await house();
    const inner = JSON.stringify({ value })
      .replaceAll("/", "\\/")
      .replace("é", "\\u00e9")
      .replace("Ł", "\\u0141");
    const body = JSON.stringify({ data: { note: inner } });
    await open(at.store, [], { event: anEvent(1, { body }) });
    const receipt = await during(
      at.clock,
      at.retention.erase(OPERATOR, { values: [value], events: [], reason: "r" }),
    );
    assert.equal(receipt.events, 1, value);
  }
});

test("a run of somebody else's event that remembers a value of the subject goes too", async () => {
  const at = await house(40);
  const { store } = at;
  const other = anEvent(60);
  const fields = { functionId: functionId(2), queuedAt: NOW, eventId: other.id };
  await open(store, [aNewRun(60, { run: fields })], { event: other });
  // As a wait is answered by an event of the subject, which is gone already.
  const run = { ...aRun(60, fields), status: "Completed", endedAt: NOW } as const;
  const journal = [anEntry(1, { data: JSON.stringify({ data: { mail: "ana@example.org" } }) })];
  await store.runs.advance(anAdvance(60, { expectedRevision: 0, run, journal, now: NOW }));
  const receipt = await during(
    at.clock,
    at.retention.erase(OPERATOR, { values: ["ana@example.org"], events: [], reason: "r" }),
  );
  assert.deepEqual([receipt.events, receipt.runs], [0, 1]);
  assert.deepEqual(await left(at), [runId(1)]);
  assert.notEqual(await store.events.get(other.id), null, "the event is somebody else's");
});

test("an event that waits in a batch is refused, and nothing is gone", async () => {
  const at = await house(40);
  const gathering = {
    kind: "batch",
    functionId: functionId(1),
    key: "k",
    periodMs: 1000,
    timeoutMs: null,
    sizeMax: 5,
    bytesMax: null,
    rateLimit: null,
    correlation: null,
  } as const;
  const event = anEvent(70, { body: '{"data":{"customer":"cus-1"}}' });
  await at.store.events.accept({
    events: [{ event, runs: [], gatherings: [gathering] }],
    session: null,
    now: NOW,
  });
  await assert.rejects(
    during(at.clock, at.retention.erase(OPERATOR, { values: ["cus-1"], events: [], reason: "r" })),
    { code: "conflict", message: /waits in a batch or a debounce/ },
  );
  assert.equal((await left(at)).length, 1);
  assert.ok(!(await actionsOf(at)).includes("data.erased"));
});

test("what a hold keeps stands in the log; of many runs that stand in the way the first five are named", async () => {
  const at = await house(...Array.from({ length: 6 }, () => null));
  const scopes = [
    { kind: "environment" },
    { kind: "function", id: functionId(1) },
    { kind: "run", id: runId(1) },
  ] as const;
  for (const scope of scopes) {
    const { id } = await at.retention.placeHold(OPERATOR, scope, "case");
    await at.retention.liftHold(OPERATOR, id, "closed");
  }
  const placed = (await at.store.audit.entries({ after: 1, limit: 10 }))
    .map(({ text }) => JSON.parse(text) as { action: string; changes: { scope?: { to: string } } })
    .filter(({ action }) => action === "legal_hold.placed");
  assert.deepEqual(
    placed.map(({ changes }) => changes.scope?.to),
    ["environment", `function ${functionId(1)}`, `run ${runId(1)}`],
  );
  const named = async (...nums: readonly number[]) => {
    const values = nums.map((num) => `cus-${num}`);
    const failure = during(at.clock, at.retention.erase(OPERATOR, { values, events: [], reason: "r" }));
    return failure.then(
      () => "",
      (error: Error) => error.message,
    );
  };
  assert.match(await named(1, 2, 3, 4, 5), new RegExp(`5 of its runs have not ended \\(.*${runId(5)}\\)`));
  const six = await named(1, 2, 3, 4, 5, 6);
  assert.match(six, /6 of its runs have not ended \(.*, …\)/);
  assert.ok(!six.includes(runId(6)));
});

/** Whether something still goes on although nobody gave it any time. */
async function needsTime(promise: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  void promise.then(() => (isDone = true));
  for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve));
  return !isDone;
}

test("a sweep goes through all there is, portion by portion, and lets others have their turn", async () => {
  const at = await house(...Array.from({ length: 1001 }, () => 40));
  await at.retention.setDays(OPERATOR, null, 30);
  const sweep = at.retention.sweep(OPERATOR);
  assert.equal(await needsTime(sweep), true);
  assert.deepEqual(await during(at.clock, sweep), { runs: 1001, events: 1001 });
  assert.deepEqual(await left(at), []);
  // Events that started nothing, alone.
  const loose = await house();
  for (let num = 1; num <= 501; num++)
    await open(loose.store, [], { event: anEvent(num, { receivedAt: loose.clock.now() - 40 * DAY }) });
  await loose.retention.setDays(OPERATOR, null, 30);
  const events = loose.retention.sweep(OPERATOR);
  assert.equal(await needsTime(events), true);
  assert.deepEqual(await during(loose.clock, events), { runs: 0, events: 501 });
});

test("a sweep that finds nothing is no act", async () => {
  const at = await house(10);
  await at.retention.setDays(OPERATOR, null, 30);
  assert.deepEqual(await during(at.clock, at.retention.sweep(OPERATOR)), { runs: 0, events: 0 });
  assert.deepEqual((await actionsOf(at)).slice(1), ["retention.changed"]);
});

test("a sweep that is stopped in its middle is not followed by another", async () => {
  const at = await house(40);
  await at.retention.setDays(OPERATOR, null, 30);
  let stop = (): void => undefined;
  const { history } = at.store;
  const retention = await at.openIt({
    history: {
      ...history,
      runs: (request) => {
        stop();
        return history.runs(request);
      },
    },
  });
  stop = () => retention.stop();
  retention.start();
  await at.clock.advance(10 * 60_000);
  assert.deepEqual(await left(at), []);
  const late = at.clock.now() - 40 * DAY;
  const fields = { functionId: functionId(1), queuedAt: late, eventId: anEvent(2).id };
  await open(at.store, [aNewRun(2, { run: fields })], { event: anEvent(2, { receivedAt: late }) });
  const run = { ...aRun(2, fields), status: "Completed", endedAt: late } as const;
  await at.store.runs.advance(anAdvance(2, { expectedRevision: 0, run, now: late }));
  await at.clock.advance(60 * 60_000);
  assert.deepEqual(await left(at), [runId(2)]);
});

test("what is erased is scrubbed from the file, and names are looked for in the whole log, once", async () => {
  const at = await house(40);
  const { log } = await logOf(at.store);
  const named = (name: string) => log.draft(anAct({ targets: [{ type: "event_key", id: "k", name }] }));
  await at.store.audit.append(Array.from({ length: 500 }, () => named("Web shop")));
  await at.store.audit.append([named("ana@example.org")]);
  let scrubs = 0;
  const { history } = at.store;
  const scrub = () => {
    scrubs += 1;
    return history.scrub();
  };
  const retention = await at.openIt({ history: { ...history, scrub } });
  const erasure = retention.erase(OPERATOR, { values: ["ana@example.org"], events: [], reason: "r" });
  assert.equal(await needsTime(erasure), true);
  assert.deepEqual([(await during(at.clock, erasure)).names, scrubs], [1, 1]);
  const before = (await at.store.audit.newest({ before: null, limit: 1 }))[0]?.seq ?? 0;
  const nobody = retention.erase(OPERATOR, { values: ["ben@example.org"], events: [], reason: "r" });
  assert.equal((await during(at.clock, nobody)).names, 0);
  const added = await at.store.audit.entries({ after: before, limit: 10 });
  assert.equal(added.length, 1, "one entry for the erasure, and none for names");
});

test("a hold of something else is in nobody's way; one that was lifted is gone after a restart", async () => {
  const at = await house(40, 40);
  const hold = await at.retention.placeHold(OPERATOR, { kind: "run", id: runId(1) }, "case 17");
  const erase = (value: string) =>
    during(at.clock, at.retention.erase(OPERATOR, { values: [value], events: [], reason: "r" }));
  assert.equal((await erase("cus-2")).runs, 1);
  await assert.rejects(erase("cus-1"), { code: "legal_hold" });
  // Refusals are gathered, and written together a little later.
  at.gathered();
  await at.clock.advance(1);
  const rows = await at.store.audit.newest({ before: null, limit: 1 });
  assert.ok(rows.some(({ text }) => text.includes('"reason":"legal_hold"') && text.includes('"denied"')));
  await at.retention.liftHold(OPERATOR, hold.id, "closed");
  assert.deepEqual((await at.openIt()).holds(), []);
});

test("the least and the most that a request may say is taken", async () => {
  const at = await house(40);
  await at.retention.setDays(OPERATOR, null, 1);
  await at.retention.placeHold(OPERATOR, { kind: "run", id: runId(1) }, "r".repeat(1000));
  const values = ["abc", "x".repeat(1000), ...Array.from({ length: 18 }, (_, index) => `value-${index}`)];
  const receipt = await during(at.clock, at.retention.erase(OPERATOR, { values, events: [], reason: "r" }));
  assert.equal(receipt.runs, 0);
  const invalid = { code: "request_invalid" };
  const erase = async (text: string) =>
    at.retention.erase(OPERATOR, { values: [text], events: [], reason: "r" });
  await assert.rejects(erase("x".repeat(1001)), invalid);
  await assert.rejects(at.retention.placeHold(OPERATOR, { kind: "environment" }, "r".repeat(1001)), invalid);
});
