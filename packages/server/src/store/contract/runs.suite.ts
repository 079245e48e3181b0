import assert from "node:assert/strict";
import type { RunStatus } from "@holdfast/protocol";
import type { RunQuery, Store } from "../contract.ts";
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
  production,
  runId,
  staging,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { storeTest } from "./testing/harness.ts";

export function runSuite(create: CreateHarness): void {
  storeTest(
    create,
    "advance() applies a whole step forward and raises the revision by one",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const run = aRun(1, {
        status: "Running",
        functionVersion: 2,
        startedAt: NOW + 1,
        requestVersion: 2,
        forcePlan: true,
        pending: [stepId(2), stepId(1)],
        stepCount: 1,
        stateBytes: 250,
        revision: 99,
      });
      const next = anItem(1, { key: "after:1", generation: 1 });
      const result = await store.runs.advance(
        anAdvance(1, { run, journal: [anEntry(1), anEntry(2)], finish: ["start"], enqueue: [next] }),
      );
      assert.equal(result.kind, "committed");
      assert.deepEqual(await store.runs.get(runId(1)), { ...run, revision: 1 });
      assert.deepEqual(await store.runs.journal(runId(1)), [anEntry(1), anEntry(2)]);
      assert.deepEqual((await store.runs.load(runId(1)))?.items, [next]);
    },
  );

  storeTest(create, "advance() applies nothing where the run moved on meanwhile", async (store) => {
    await open(store, [aNewRun(1)]);
    await store.runs.advance(anAdvance(1, { journal: [anEntry(1)] }));
    const before = await store.runs.load(runId(1));
    const late = anAdvance(1, {
      run: aRun(1, { status: "Failed", endedAt: NOW }),
      journal: [anEntry(1)],
      finish: ["start"],
      enqueue: [anItem(1, { key: "late" })],
    });
    assert.equal((await store.runs.advance(late)).kind, "conflict");
    assert.equal((await store.runs.advance({ ...late, expectedRevision: 2 })).kind, "conflict");
    assert.deepEqual(await store.runs.load(runId(1)), before);
  });

  storeTest(create, "advance() answers unknown for a run that is not there", async (store) => {
    assert.equal((await store.runs.advance(anAdvance(1))).kind, "unknown");
    assert.equal(await store.runs.get(runId(1)), null);
  });

  storeTest(
    create,
    "advance() commits one of several steps from the same revision: the one asked first",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const asked = [10, 20, 30].map((stepCount) =>
        store.runs.advance(anAdvance(1, { run: aRun(1, { status: "Running", stepCount }) })),
      );
      assert.deepEqual(
        (await Promise.all(asked)).map((result) => result.kind),
        ["committed", "conflict", "conflict"],
      );
      assert.equal((await store.runs.get(runId(1)))?.stepCount, 10);
    },
  );

  storeTest(create, "advance() finishes items, and one that is not there is no error", async (store) => {
    await open(store, [aNewRun(1)]);
    await store.runs.advance(anAdvance(1, { enqueue: [anItem(1, { key: "a" }), anItem(1, { key: "b" })] }));
    const result = await store.runs.advance(
      anAdvance(1, { expectedRevision: 1, finish: ["gone", "a", "start"] }),
    );
    assert.equal(result.kind, "committed");
    assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1, "b")]);
  });

  storeTest(
    create,
    "advance() lets an item replace the one of the same key, as a retry does",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const retry = anItem(1, { attempt: 1, generation: 4, enqueuedAt: NOW + 5, dueAt: NOW + 1000 });
      await store.runs.advance(anAdvance(1, { enqueue: [retry] }));
      assert.deepEqual((await store.runs.load(runId(1)))?.items, [retry]);
      const session = await aSession(store);
      assert.deepEqual(await leaseAll(store, session, NOW + 999), []);
      assert.deepEqual(await leaseAll(store, session, NOW + 1000), [itemName(1)]);
    },
  );

  storeTest(create, "advance() queues an item that it finishes and enqueues", async (store) => {
    await open(store, [aNewRun(1)]);
    const again = anItem(1, { attempt: 1, dueAt: NOW + 1 });
    await store.runs.advance(anAdvance(1, { finish: ["start"], enqueue: [again] }));
    assert.deepEqual((await store.runs.load(runId(1)))?.items, [again]);
  });

  storeTest(create, "advance() touches the items of its own run only", async (store) => {
    await open(store, [aNewRun(1), aNewRun(2)]);
    await store.runs.advance(anAdvance(1, { finish: ["start"], enqueue: [anItem(1, { key: "next" })] }));
    await store.runs.advance(
      anAdvance(1, { expectedRevision: 1, run: aRun(1, { status: "Completed", endedAt: NOW }) }),
    );
    assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(2)]);
  });

  storeTest(
    create,
    "advance() with a session has it hold items that are due, and no others",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const session = await aSession(store);
      const enqueue = [anItem(1, { key: "due" }), anItem(1, { key: "later", dueAt: NOW + 1 })];
      await store.runs.advance(anAdvance(1, { session, finish: ["start"], enqueue }));
      assert.deepEqual(await store.queue.size(), { queued: 2, held: 1 });
      const other = await aSession(store);
      assert.deepEqual(await leaseAll(store, other, NOW + 1), [itemName(1, "later")]);
      await store.queue.closeSession(session);
      assert.deepEqual(await leaseAll(store, other, NOW + 1), [itemName(1, "due")]);
    },
  );

  storeTest(
    create,
    "advance() without a session, or with one that has ended, leaves items free",
    async (store) => {
      const session = await aSession(store);
      await open(store, [aNewRun(1)], { session });
      assert.deepEqual(await store.queue.size(), { queued: 1, held: 1 });
      await store.runs.advance(anAdvance(1, { enqueue: [anItem(1)] }));
      assert.deepEqual(
        await store.queue.size(),
        { queued: 1, held: 0 },
        "the held item was replaced by a free one",
      );
      await store.queue.closeSession(session);
      await store.runs.advance(
        anAdvance(1, { expectedRevision: 1, session, enqueue: [anItem(1, { key: "next" })] }),
      );
      assert.deepEqual(await store.queue.size(), { queued: 2, held: 0 });
    },
  );

  storeTest(
    create,
    "advance() stores generations as given, and a lease counts on from there",
    async (store) => {
      await open(store, [aNewRun(1)]);
      await store.runs.advance(anAdvance(1, { enqueue: [anItem(1, { generation: 6 })] }));
      const { items } = await store.queue.lease({ session: await aSession(store), limit: 1, now: NOW });
      assert.deepEqual(
        items.map(({ item }) => item),
        [anItem(1, { generation: 7 })],
      );
    },
  );

  for (const status of ["Completed", "Failed", "Cancelled"] as const) {
    storeTest(create, `advance() to ${status} drops every item the run still has`, async (store) => {
      const session = await aSession(store);
      await open(store, [aNewRun(1), aNewRun(2)], { session });
      await store.runs.advance(anAdvance(1, { enqueue: [anItem(1, { key: "sleep", dueAt: NOW + 1000 })] }));
      const run = aRun(1, { status, endedAt: NOW });
      const last = { expectedRevision: 1, run, finish: ["start"], enqueue: [anItem(1, { key: "more" })] };
      assert.equal((await store.runs.advance(anAdvance(1, last))).kind, "committed");
      assert.deepEqual((await store.runs.load(runId(1)))?.items, []);
      assert.deepEqual(await store.queue.size(), { queued: 1, held: 1 });
    });
  }

  storeTest(create, "advance() applies all of a step or nothing of it", async (store) => {
    await open(store, [aNewRun(1)]);
    await store.runs.advance(anAdvance(1, { journal: [anEntry(1)] }));
    const before = await store.runs.load(runId(1));
    // The second entry repeats a position.
    const broken = store.runs.advance(
      anAdvance(1, {
        expectedRevision: 1,
        journal: [anEntry(2), anEntry(2)],
        finish: ["start"],
        enqueue: [anItem(1, { key: "next" })],
      }),
    );
    await assert.rejects(broken, { code: "store_refused" });
    assert.deepEqual(await store.runs.load(runId(1)), before);
    assert.deepEqual(await store.runs.journal(runId(1)), [anEntry(1)]);
  });

  storeTest(create, "a run that has ended stays ended, and none is opened that has", async (store) => {
    const ended = aRun(1, { status: "Completed", endedAt: NOW });
    await assert.rejects(open(store, [{ ...aNewRun(1), run: ended }]), { code: "store_refused" });
    await open(store, [aNewRun(1)]);
    await store.runs.advance(anAdvance(1, { run: ended }));
    await assert.rejects(store.runs.advance(anAdvance(1, { expectedRevision: 1 })), {
      code: "store_refused",
    });
    assert.equal((await store.runs.get(runId(1)))?.status, "Completed");
  });

  storeTest(create, "advance() leaves no run without an item that would wake it", async (store) => {
    await open(store, [aNewRun(1)]);
    await assert.rejects(store.runs.advance(anAdvance(1, { finish: ["start"] })), { code: "store_refused" });
    assert.equal((await store.runs.items(runId(1))).length, 1);
  });

  storeTest(create, "journal() lists the entries of a run in order, as they were appended", async (store) => {
    await open(store, [aNewRun(1), aNewRun(2)]);
    const entries = [
      anEntry(1, { kind: "step.planned", data: null, queuedAt: null, startedAt: null }),
      anEntry(2, { kind: "step.sleeping", op: "Sleep", data: '{"until":5}' }),
      anEntry(3, {
        kind: "attempt.failed",
        stepId: null,
        name: null,
        op: null,
        attempt: 2,
        data: '{"error":{}}',
      }),
      anEntry(4, { kind: "step.failed", data: '{"error":{}}' }),
      anEntry(5, { kind: "step.completed", data: "null" }),
      anEntry(6, { kind: "run.ended", stepId: null, data: '{"output":1,"status":"Completed"}' }),
    ];
    await store.runs.advance(anAdvance(1, { journal: entries.slice(0, 2) }));
    await store.runs.advance(anAdvance(2, { journal: [anEntry(1)] }));
    await store.runs.advance(anAdvance(1, { expectedRevision: 1, journal: entries.slice(2) }));
    assert.deepEqual(await store.runs.journal(runId(1)), entries);
    assert.deepEqual(await store.runs.journal(runId(3)), []);
  });

  storeTest(create, "end() answers the last entry of a run that has ended, else null", async (store) => {
    await open(store, [aNewRun(1), aNewRun(2)]);
    await store.runs.advance(anAdvance(1, { journal: [anEntry(1)] }));
    assert.equal(await store.runs.end(runId(1)), null);
    const ended = anEntry(2, { kind: "run.ended", stepId: null, data: '{"output":1,"status":"Completed"}' });
    const run = aRun(1, { status: "Completed", endedAt: NOW });
    await store.runs.advance(anAdvance(1, { expectedRevision: 1, run, journal: [ended] }));
    assert.deepEqual(await store.runs.end(runId(1)), ended);
    assert.equal(await store.runs.end(runId(3)), null);
    await store.runs.advance(anAdvance(2, { run: aRun(2, { status: "Cancelled", endedAt: NOW }) }));
    assert.equal(await store.runs.end(runId(2)), null, "no entry was ever appended");
  });

  storeTest(create, "ofEvent() lists the runs an event started, oldest first", async (store) => {
    await open(store, [aNewRun(3), aNewRun(1)]);
    await open(store, [aNewRun(2, { run: { eventId: eventId(2) } })], { event: anEvent(2) });
    assert.deepEqual(await store.runs.ofEvent(eventId(1)), [aRun(1), aRun(3)]);
    assert.deepEqual(await store.runs.ofEvent(eventId(3)), []);
  });

  storeTest(create, "get() answers null for a run that is not there", async (store) => {
    assert.equal(await store.runs.get(runId(1)), null);
  });

  storeTest(
    create,
    "list() lists runs newest first, up to the limit, before an id that is left out",
    async (store) => {
      await open(store, [aNewRun(2), aNewRun(1), aNewRun(4), aNewRun(3)]);
      assert.deepEqual(await listed(store, {}), [4, 3, 2, 1]);
      assert.deepEqual(await listed(store, { limit: 2 }), [4, 3]);
      assert.deepEqual(await listed(store, { limit: 2, before: runId(3) }), [2, 1]);
      assert.deepEqual(await store.runs.list({ environment: production, limit: 1 }), [aRun(4)]);
    },
  );

  storeTest(
    create,
    "list() filters runs by environment, function and status, in any combination",
    async (store) => {
      const statuses: readonly RunStatus[] = ["Scheduled", "Running", "Completed", "Failed", "Cancelled"];
      // Runs 1 to 10: each status once for function 1, then once for function 2.
      await open(
        store,
        Array.from({ length: 10 }, (_, index) =>
          aNewRun(index + 1, { run: { functionId: functionId(index < 5 ? 1 : 2) } }),
        ),
      );
      await open(store, [aNewRun(11, { run: { environment: staging, functionId: functionId(3) } })], {
        event: anEvent(2, { environment: staging }),
      });
      for (const num of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
        const status = statuses[(num - 1) % 5];
        assert.ok(status !== undefined);
        await store.runs.advance(anAdvance(num, { run: aRun(num, { status }) }));
      }
      assert.deepEqual(await listed(store, { environment: staging }), [11]);
      assert.deepEqual(await listed(store, { functionIds: [functionId(1)] }), [5, 4, 3, 2, 1]);
      assert.deepEqual(
        await listed(store, { functionIds: [functionId(1)], before: runId(4), limit: 2 }),
        [3, 2],
      );
      assert.deepEqual(await listed(store, { functionIds: [functionId(3)] }), []);
      assert.deepEqual(await listed(store, { functionIds: [functionId(4)] }), []);
      for (const [index, status] of statuses.entries()) {
        const [old, young] = [index + 1, index + 6];
        assert.deepEqual(await listed(store, { statuses: [status] }), [young, old]);
        assert.deepEqual(await listed(store, { statuses: [status], before: runId(young) }), [old]);
        assert.deepEqual(await listed(store, { statuses: [status], functionIds: [functionId(2)] }), [young]);
        assert.deepEqual(
          await listed(store, { statuses: [status], functionIds: [functionId(2)], before: runId(young) }),
          [],
        );
      }
      assert.deepEqual(await listed(store, { statuses: ["Scheduled"], environment: staging }), [11]);
    },
  );

  storeTest(
    create,
    "list() lists several functions and statuses together, in either order",
    async (store) => {
      const statuses = ["Failed", "Completed", "Cancelled"] as const;
      await open(
        store,
        Array.from({ length: 9 }, (_, index) =>
          aNewRun(index + 1, { run: { functionId: functionId(1 + (index % 3)) } }),
        ),
      );
      for (let num = 1; num <= 9; num++) {
        const status = statuses[Math.floor((num - 1) / 3)] ?? "Failed";
        await store.runs.advance(anAdvance(num, { run: aRun(num, { status, endedAt: NOW + num }) }));
      }
      const some = [functionId(1), functionId(3), functionId(1), functionId(77)];
      assert.deepEqual(await listed(store, { functionIds: some }), [9, 7, 6, 4, 3, 1]);
      assert.deepEqual(await listed(store, { functionIds: some, order: "asc", limit: 3 }), [1, 3, 4]);
      assert.deepEqual(await listed(store, { functionIds: [] }), []);
      assert.deepEqual(await listed(store, { statuses: ["Failed", "Cancelled"] }), [9, 8, 7, 3, 2, 1]);
      assert.deepEqual(await listed(store, { statuses: ["Failed", "Completed"], limit: 4 }), [6, 5, 4, 3]);
      const both = { functionIds: some, statuses: ["Failed", "Cancelled"], order: "asc" } as const;
      assert.deepEqual(await listed(store, both), [1, 3, 7, 9]);
      assert.deepEqual(await listed(store, { order: "asc", after: runId(3), before: runId(6) }), [4, 5]);
    },
  );

  storeTest(create, "list() keeps to a stretch of time, its end left out", async (store) => {
    const runs = [1, 2, 3, 4].map((num) => aNewRun(num, { run: { queuedAt: NOW + num } }));
    await open(store, runs);
    await store.runs.advance(anAdvance(2, { run: aRun(2, { status: "Running", startedAt: NOW + 7 }) }));
    const ended = aRun(3, { status: "Completed", startedAt: NOW + 8, endedAt: NOW + 9 });
    await store.runs.advance(anAdvance(3, { run: ended }));
    const between = (field: "queuedAt" | "startedAt" | "endedAt", from?: number, until?: number) =>
      listed(store, {
        time: {
          field,
          ...(from === undefined ? {} : { from: NOW + from }),
          ...(until === undefined ? {} : { until: NOW + until }),
        },
      });
    assert.deepEqual(await between("queuedAt", 4), [4]);
    assert.deepEqual(await between("queuedAt", undefined, 1), [3, 2], "as the latest advance says");
    assert.deepEqual(await between("startedAt", 7, 8), [2]);
    assert.deepEqual(await between("startedAt", 0), [3, 2]);
    assert.deepEqual(await between("endedAt", 9, 10), [3]);
    assert.deepEqual(await between("endedAt", 10), []);
  });
}

/** The numbers of the runs that a query finds. */
async function listed(store: Store, query: Partial<RunQuery>): Promise<number[]> {
  const runs = await store.runs.list({ environment: production, limit: 100, ...query });
  return runs.map((run) => Number(run.id.slice(-6)));
}
