import assert from "node:assert/strict";
import type { JournalEntry, JournalKind } from "../records.ts";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRun,
  NOW,
  open,
  runId,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { storeTest } from "./testing/harness.ts";

export function snapshotSuite(create: CreateHarness): void {
  storeTest(create, "load() answers null for a run that is not there", async (store) => {
    assert.equal(await store.runs.load(runId(1)), null);
  });

  storeTest(create, "load() has the run, its event and its first item from the start", async (store) => {
    await open(store, [aNewRun(1)]);
    assert.deepEqual(await store.runs.load(runId(1)), {
      run: aRun(1),
      events: [anEvent(1).body],
      steps: [],
      items: [anItem(1)],
      held: [],
      planned: [],
      inputs: [],
      defers: [],
      lastSeq: 0,
    });
  });

  storeTest(create, "load() has the memos of finished steps in the order they finished", async (store) => {
    await open(store, [aNewRun(1)]);
    await store.runs.advance(
      anAdvance(1, {
        journal: [
          anEntry(1, { kind: "step.planned", stepId: stepId(1), data: null }),
          anEntry(2, { kind: "step.completed", stepId: stepId(9), data: '{"data":"nine"}' }),
          anEntry(3, { kind: "attempt.failed", stepId: stepId(8), data: '{"error":{}}' }),
          anEntry(4, { kind: "step.failed", stepId: stepId(3), data: '{"error":{"name":"Error"}}' }),
        ],
      }),
    );
    await store.runs.advance(
      anAdvance(1, {
        expectedRevision: 1,
        journal: [anEntry(5, { stepId: stepId(5), op: "Sleep", data: "null" })],
      }),
    );
    const snapshot = await store.runs.load(runId(1));
    assert.deepEqual(snapshot?.steps, [
      { id: stepId(9), memo: '{"data":"nine"}' },
      { id: stepId(3), memo: '{"error":{"name":"Error"}}' },
      { id: stepId(5), memo: "null" },
    ]);
    assert.equal(snapshot?.lastSeq, 5);
  });

  storeTest(create, "load() has every item of the run and none of another", async (store) => {
    await open(store, [aNewRun(1), aNewRun(2)]);
    const sleep = anItem(1, { key: "sleep", kind: "sleep", stepId: stepId(1), dueAt: NOW + 1000 });
    const step = anItem(1, { key: "step", kind: "step", stepId: stepId(2), attempt: 3, generation: 2 });
    await store.runs.advance(anAdvance(1, { enqueue: [sleep, step] }));
    const items = (await store.runs.load(runId(1)))?.items ?? [];
    const byKey = items.toSorted((one, other) => one.key.localeCompare(other.key));
    assert.deepEqual(byKey, [sleep, anItem(1), step]);
  });

  storeTest(
    create,
    "load() has the latest names of steps that are planned or asleep and not finished",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const planned = (seq: number, step: number, name: string) =>
        anEntry(seq, { kind: "step.planned", stepId: stepId(step), name, data: null });
      await store.runs.advance(
        anAdvance(1, {
          journal: [
            planned(1, 1, "charge"),
            planned(2, 2, "old name"),
            anEntry(3, { kind: "step.sleeping", stepId: stepId(3), name: "a nap", data: '{"until":1}' }),
            planned(4, 4, "refund"),
            planned(5, 2, "new name"),
            anEntry(6, { kind: "step.completed", stepId: stepId(1) }),
            anEntry(7, { kind: "step.failed", stepId: stepId(4) }),
            anEntry(8, { kind: "attempt.failed", stepId: stepId(5), name: "never planned" }),
          ],
        }),
      );
      assert.deepEqual((await store.runs.load(runId(1)))?.planned, [
        { id: stepId(2), name: "new name", data: null },
        { id: stepId(3), name: "a nap", data: '{"until":1}' },
      ]);
    },
  );

  storeTest(
    create,
    "load() has what steps wait for, arguments in place of their own, and defers",
    async (store) => {
      await open(store, [aNewRun(1)]);
      const entry = (seq: number, kind: JournalKind, step: number, data: string | null): JournalEntry =>
        anEntry(seq, { kind, stepId: stepId(step), name: `step ${step}`, data });
      await store.runs.advance(
        anAdvance(1, {
          journal: [
            entry(1, "step.waiting", 1, '{"event":"payment","until":1}'),
            entry(2, "step.invoking", 2, '{"eventId":"e"}'),
            entry(3, "step.requesting", 3, '{"url":"u"}'),
            entry(4, "step.input", 4, '{"input":[1]}'),
            entry(5, "step.input", 5, '{"input":[2]}'),
            entry(6, "step.completed", 5, '{"data":2}'),
            entry(7, "defer.added", 6, '{"fnSlug":"a"}'),
            entry(8, "defer.added", 7, '{"fnSlug":"b"}'),
            entry(9, "defer.aborted", 6, null),
            entry(10, "metadata", 8, "[]"),
            entry(11, "step.completed", 2, '{"data":1}'),
          ],
        }),
      );
      const snapshot = await store.runs.load(runId(1));
      assert.deepEqual(snapshot?.planned, [
        { id: stepId(1), name: "step 1", data: '{"event":"payment","until":1}' },
        { id: stepId(3), name: "step 3", data: '{"url":"u"}' },
      ]);
      assert.deepEqual(snapshot?.inputs, [{ id: stepId(4), memo: '{"input":[1]}' }]);
      assert.deepEqual(snapshot?.defers, [
        { id: stepId(6), data: '{"fnSlug":"a"}', isAborted: true },
        { id: stepId(7), data: '{"fnSlug":"b"}', isAborted: false },
      ]);
      assert.deepEqual(
        snapshot?.steps.map((step) => step.id),
        [stepId(5), stepId(2)],
      );
    },
  );
}
