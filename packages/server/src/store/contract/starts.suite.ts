import assert from "node:assert/strict";
import type { Gate, NewRun } from "../records.ts";
import type { Store } from "../contract.ts";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRun,
  aSession,
  eventId,
  functionId,
  itemName,
  leaseAll,
  NOW,
  open,
  outcomes,
  runId,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

function throttle(limit: number, periodMs: number, burst: number): Gate {
  return { level: "throttle", counter: "t", limit, periodMs, burst };
}

const SKIP = { key: "k", mode: "skip" } as const;
const CANCEL = { key: "k", mode: "cancel" } as const;

async function openOne(store: Store, run: NewRun, now = NOW): Promise<string> {
  const num = Number(run.run.id.slice(-6));
  return outcomes(await open(store, [run], { event: anEvent(num), now }))[0] ?? "";
}

function end(store: Store, num: number, revision = 0): Promise<unknown> {
  const run = aRun(num, { status: "Cancelled", endedAt: NOW });
  return store.runs.advance(anAdvance(num, { expectedRevision: revision, run }));
}

export function startSuite(create: CreateHarness): void {
  storeTest(create, "a throttle spaces starts, and only starts", async (store) => {
    const session = await aSession(store);
    const gates = [throttle(2, 5000, 0)];
    const runs = [1, 2, 3].map((num) => aNewRun(num, { gates, run: { queuedAt: NOW + num } }));
    const { workDueAt } = await open(store, runs);
    assert.equal(workDueAt, NOW);
    assert.deepEqual(await leaseAll(store, session), [itemName(1)]);
    const lease = await store.queue.lease({ session, limit: 10, now: NOW + 2499 });
    assert.deepEqual(lease, { items: [], nextDueAt: NOW + 2500 });
    await store.runs.advance(anAdvance(1, { finish: ["start"], enqueue: [anItem(1, { key: "b" })] }));
    assert.deepEqual(await leaseAll(store, session, NOW + 2499), [itemName(1, "b")]);
    assert.deepEqual(await leaseAll(store, session, NOW + 2500), [itemName(2)]);
    const late = await store.queue.lease({ session, limit: 10, now: NOW + 4999 });
    assert.deepEqual(late, { items: [], nextDueAt: NOW + 5000 });
    assert.deepEqual(await leaseAll(store, session, NOW + 5000), [itemName(3)]);
    const empty = await store.queue.lease({ session, limit: 10, now: NOW + 9000 });
    assert.deepEqual(empty, { items: [], nextDueAt: null });
  });

  storeTest(create, "accept() says when the first throttled start is due", async (store) => {
    const session = await aSession(store);
    const gates = [throttle(1, 1000, 0)];
    await open(store, [aNewRun(1, { gates })], { session });
    const second = await open(store, [aNewRun(2, { gates })], { session, event: anEvent(2) });
    assert.equal(second.workDueAt, NOW + 1000);
  });

  storeTest(create, "a throttle lets a burst and one more through at once", async (store) => {
    const session = await aSession(store);
    await open(
      store,
      [1, 2, 3, 4].map((num) => aNewRun(num, { gates: [throttle(1, 1000, 1)] })),
    );
    assert.deepEqual(await leaseAll(store, session), [itemName(1), itemName(2)]);
    assert.deepEqual(await leaseAll(store, session, NOW + 1000), [itemName(3)]);
  });

  storeTest(create, "a start that waits at another gate uses up nothing of its throttle", async (store) => {
    const session = await aSession(store);
    const gates: readonly Gate[] = [
      throttle(1, 1000, 0),
      { level: "step", counter: "a", rule: "step:0", max: 1 },
    ];
    await open(store, [aNewRun(1, { gates }), aNewRun(2, { gates })], { session });
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session, NOW + 999), []);
    assert.deepEqual(await leaseAll(store, session, NOW + 1000), [itemName(2)]);
  });

  storeTest(create, "a retried start is not throttled again", async (store) => {
    const session = await aSession(store);
    await open(store, [aNewRun(1, { gates: [throttle(1, 60_000, 0)] })], { session });
    await store.runs.advance(anAdvance(1, { enqueue: [anItem(1, { attempt: 1, dueAt: NOW + 10 })] }));
    assert.deepEqual(await leaseAll(store, session, NOW + 10), [itemName(1)]);
  });

  reopenTest(create, "throttled starts survive a restart", async (store, reopen) => {
    const gates = [throttle(1, 1000, 0)];
    await open(store, [aNewRun(1, { gates }), aNewRun(2, { gates })]);
    await leaseAll(store, await aSession(store));
    const next = await reopen();
    const session = await aSession(next);
    await leaseAll(next, session);
    const lease = await next.queue.lease({ session, limit: 1, now: NOW + 1 });
    assert.equal(lease.nextDueAt, NOW + 1000);
    assert.deepEqual(await leaseAll(next, session, NOW + 1000), [itemName(2)]);
  });

  storeTest(create, "a rate limit leaves a run out, and stores nothing of it", async (store) => {
    const rateLimit = { counter: "r", limit: 2, periodMs: 60_000 };
    const idempotency = { key: "k", expiresAt: NOW + 86_400_000 };
    assert.equal(await openOne(store, aNewRun(1, { rateLimit })), "opened");
    assert.equal(await openOne(store, aNewRun(2, { rateLimit, idempotency }), NOW + 29_999), "rate_limited");
    assert.equal(await store.runs.get(runId(2)), null);
    assert.equal((await store.events.get(eventId(2)))?.id, eventId(2), "its event is stored");
    const again = aNewRun(3, { rateLimit, idempotency });
    assert.equal(await openOne(store, again, NOW + 30_000), "opened", "and its key was not taken");
    assert.equal(await openOne(store, aNewRun(4, { idempotency }), NOW + 30_000), "duplicate");
  });

  storeTest(create, "a rate limit lets a tenth of its number through at once", async (store) => {
    const rateLimit = { counter: "r", limit: 10, periodMs: 60_000 };
    const result = await open(
      store,
      [1, 2, 3].map((num) => aNewRun(num, { rateLimit })),
    );
    assert.deepEqual(outcomes(result), ["opened", "opened", "rate_limited"]);
  });

  storeTest(create, "a duplicate uses up nothing of the rate limit", async (store) => {
    const rateLimit = { counter: "r", limit: 1, periodMs: 1000 };
    const idempotency = { key: "k", expiresAt: NOW + 86_400_000 };
    await openOne(store, aNewRun(1, { idempotency }));
    assert.equal(await openOne(store, aNewRun(2, { idempotency, rateLimit })), "duplicate");
    assert.equal(await openOne(store, aNewRun(3, { rateLimit })), "opened");
  });

  storeTest(create, "an invoke is told when its run is refused by a rate limit", async (store) => {
    const session = await aSession(store);
    await open(store, [aNewRun(1)], { session });
    const invoke = anItem(1, { key: "invoke", kind: "invoke", stepId: stepId(1), dueAt: NOW + 9999 });
    const rateLimit = { counter: "r", limit: 1, periodMs: 60_000 };
    const child = (num: number): NewRun =>
      aNewRun(num, {
        rateLimit,
        correlation: `${runId(1)}.${stepId(1)}`,
        run: { functionId: functionId(2) },
      });
    const event = anEvent(5, { name: "inngest/function.invoked" });
    const result = await store.runs.advance(
      anAdvance(1, {
        finish: ["start"],
        enqueue: [invoke],
        emit: [{ event, runs: [child(2), child(3)], gatherings: [] }],
        session,
      }),
    );
    assert.ok(result.kind === "committed");
    assert.deepEqual(outcomes(result.emitted), ["held", "rate_limited"]);
    const { items } = await store.queue.lease({ session, limit: 10, now: NOW });
    assert.deepEqual(
      items.map(({ item }) => item.cause),
      [
        {
          kind: "memo",
          memo: '{"error":{"message":"invoked function is rate limited","name":"Error"}}',
        },
      ],
    );
  });

  storeTest(
    create,
    "a singleton that skips stores the new run as Skipped, with who is in its way",
    async (store) => {
      await openOne(store, aNewRun(1, { singleton: SKIP }));
      const result = await open(store, [aNewRun(2, { singleton: SKIP })], { event: anEvent(2) });
      assert.deepEqual(result.events[0]?.runs, [{ outcome: "skipped", existing: runId(1) }]);
      assert.equal(
        (await store.runs.end(runId(2)))?.data,
        `{"blockedBy":"${runId(1)}","reason":"Singleton","status":"Skipped"}`,
      );
      const others = [
        aNewRun(3, { singleton: { key: "other", mode: "skip" } }),
        aNewRun(4, { singleton: SKIP, run: { functionId: functionId(2) } }),
      ];
      assert.deepEqual(outcomes(await open(store, others, { event: anEvent(3) })), ["opened", "opened"]);
      await end(store, 1);
      assert.equal(await openOne(store, aNewRun(5, { singleton: SKIP })), "opened");
    },
  );

  storeTest(
    create,
    "a singleton that cancels asks for the end of the run in its way, and waits for it",
    async (store) => {
      const session = await aSession(store);
      await open(store, [aNewRun(1, { singleton: CANCEL })], { session });
      const second = await open(store, [aNewRun(2, { singleton: CANCEL })], { session, event: anEvent(2) });
      assert.deepEqual(outcomes(second), ["opened"]);
      assert.equal(second.workDueAt, NOW);
      assert.deepEqual(await leaseAll(store, session), [itemName(1, "cancel")]);
      await end(store, 1);
      assert.deepEqual(await leaseAll(store, session), [itemName(2)]);
    },
  );

  storeTest(create, "of several singletons that wait, only the latest is ever called", async (store) => {
    const session = await aSession(store);
    await open(store, [aNewRun(1, { singleton: CANCEL })], { session });
    await open(store, [aNewRun(2, { singleton: CANCEL })], { event: anEvent(2) });
    await open(store, [aNewRun(3, { singleton: CANCEL })], { event: anEvent(3) });
    assert.deepEqual((await leaseAll(store, session)).toSorted(), [
      itemName(1, "cancel"),
      itemName(2, "cancel"),
    ]);
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session), [itemName(3)]);
    await end(store, 2);
    await end(store, 3);
    assert.equal(await openOne(store, aNewRun(4, { singleton: SKIP })), "opened");
  });

  storeTest(create, "open() opens runs of stored events with what they remember", async (store) => {
    await open(store, [], { event: anEvent(1) });
    await open(store, [], { event: anEvent(2) });
    const run = aNewRun(1, {
      run: { batchId: "01JBATCH", originalRunId: runId(9) },
      eventIds: [eventId(1), eventId(2)],
      journal: [anEntry(1), anEntry(2, { kind: "step.input", stepId: stepId(2), data: '{"input":[1]}' })],
      timers: [anItem(1, { key: "timeout:start", kind: "timeout", dueAt: NOW + 100 })],
    });
    const session = await aSession(store);
    assert.deepEqual(await store.runs.open({ runs: [run], session, now: NOW }), {
      runs: [{ outcome: "held", existing: null }],
      workDueAt: NOW + 100,
    });
    const snapshot = await store.runs.load(runId(1));
    assert.deepEqual(snapshot?.run, run.run);
    assert.deepEqual(snapshot?.events, [anEvent(1).body, anEvent(2).body]);
    assert.deepEqual(snapshot?.steps, [{ id: stepId(1), memo: '{"data":1}' }]);
    assert.deepEqual(snapshot?.inputs, [{ id: stepId(2), memo: '{"input":[1]}' }]);
    assert.equal(snapshot?.lastSeq, 2);
    assert.deepEqual(await store.runs.eventsOf(runId(1)), [eventId(1), eventId(2)]);
    assert.deepEqual(await store.runs.ofEvent(eventId(2)), [run.run]);
    assert.deepEqual(
      (await store.runs.items(runId(1))).map((item) => item.key),
      ["start", "timeout:start"],
    );
  });
}
