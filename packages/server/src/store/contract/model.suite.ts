import assert from "node:assert/strict";
import { test } from "node:test";
import { hasEnded, isHoldfastError } from "@holdfast/protocol";
import type { RunStatus } from "@holdfast/protocol";
import fc from "fast-check";
import type { RunSnapshot, SessionId } from "../records.ts";
import type { AcceptBatch, Advance, Store } from "../contract.ts";
import {
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRun,
  functionId,
  NOW,
  runId,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { StoreModel } from "./testing/model.ts";

/** One act, as numbers: what they mean is decided against the model when the act is asked for. */
type Act =
  | {
      readonly act: "accept";
      readonly event: number;
      readonly runs: readonly RunPlan[];
      readonly session: number;
    }
  | {
      readonly act: "advance";
      readonly run: number;
      readonly isStale: boolean;
      readonly status: RunStatus;
      readonly kinds: readonly ("step.planned" | "step.sleeping" | "step.completed" | "step.failed")[];
      readonly finish: readonly string[];
      readonly enqueue: readonly ItemPlan[];
      readonly session: number;
    }
  | { readonly act: "open"; readonly lastsMs: number }
  | { readonly act: "extend" | "close" | "lease"; readonly session: number; readonly lastsMs: number };

interface RunPlan {
  readonly run: number;
  readonly key: string | null;
  readonly dueInMs: number;
}

interface ItemPlan {
  readonly key: string;
  readonly dueInMs: number;
}

const RUNS = 6;
const dueInMs = fc.integer({ min: -40, max: 40 });
const session = fc.integer({ min: -1, max: 3 });
const lastsMs = fc.integer({ min: 0, max: 80 });
const itemKey = fc.constantFrom("start", "a", "b", "c");

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("accept" as const),
      event: fc.integer({ min: 1, max: 8 }),
      runs: fc.array(
        fc.record({
          run: fc.integer({ min: 1, max: RUNS }),
          key: fc.constantFrom(null, "x", "y"),
          dueInMs,
        }),
        { maxLength: 3 },
      ),
      session,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant("advance" as const),
      run: fc.integer({ min: 1, max: RUNS }),
      isStale: fc.nat(9).map((die) => die === 0),
      status: fc.constantFrom<RunStatus>("Running", "Running", "Running", "Scheduled", "Completed", "Failed"),
      kinds: fc.array(
        fc.constantFrom(
          "step.planned" as const,
          "step.sleeping" as const,
          "step.completed" as const,
          "step.failed" as const,
        ),
        { maxLength: 3 },
      ),
      finish: fc.array(itemKey, { maxLength: 2 }),
      enqueue: fc.array(fc.record({ key: itemKey, dueInMs }), { minLength: 1, maxLength: 2 }),
      session,
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("open" as const), lastsMs }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom("extend" as const, "close" as const, "lease" as const, "lease" as const),
      session,
      lastsMs,
    }),
  },
);

/** Acts asked for at once, and how much later than the ones before. */
const burst = fc.record({
  afterMs: fc.integer({ min: 0, max: 30 }),
  acts: fc.array(act, { minLength: 1, maxLength: 8 }),
});

export function modelSuite(create: CreateHarness, numRuns: number): void {
  test("a store does what the model does, whatever is asked for at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 12 }), async (bursts) => {
        const harness = await create();
        try {
          await compare(harness.store, bursts);
        } finally {
          await harness.cleanup();
        }
      }),
      { numRuns },
    );
  });
}

async function compare(
  store: Store,
  bursts: readonly { afterMs: number; acts: readonly Act[] }[],
): Promise<void> {
  const model = new StoreModel();
  const sessions: SessionId[] = [];
  let now = NOW;
  for (const { afterMs, acts } of bursts) {
    now += afterMs;
    const checks = acts.map((each) => ask(store, model, sessions, each, now));
    const outcomes = await Promise.allSettled(checks.map((check) => check.outcome));
    // In the order of asking: the model is taken along only now, when every answer is there.
    for (const [index, outcome] of outcomes.entries()) checks[index]?.verify(outcome);
    await compareAll(store, model);
  }
}

interface Check {
  readonly outcome: Promise<unknown>;
  verify(outcome: PromiseSettledResult<unknown>): void;
}

/** A check that the store answers what the model does. */
function same<Result>(outcome: Promise<Result>, expected: () => Result | "refused"): Check {
  return {
    outcome,
    verify(settled) {
      const wanted = expected();
      if (wanted === "refused") {
        assert.ok(settled.status === "rejected" && isHoldfastError(settled.reason, "store_refused"));
      } else {
        assert.equal(settled.status, "fulfilled");
        assert.deepEqual(settled.value, wanted);
      }
    },
  };
}

function ask(store: Store, model: StoreModel, sessions: SessionId[], act: Act, now: number): Check {
  switch (act.act) {
    case "accept": {
      const batch = acceptBatch(act, sessions, now);
      return same(store.events.accept(batch), () => model.accept(batch));
    }
    case "advance": {
      const advance = advanceOf(act, model, sessions, now);
      return same(store.runs.advance(advance), () => model.advance(advance));
    }
    case "open": {
      const expiresAt = now + act.lastsMs;
      const outcome = store.queue.openSession({ node: "n", now, expiresAt });
      return {
        outcome,
        verify(settled) {
          assert.equal(settled.status, "fulfilled");
          // The outcome above is of this type.
          const id = settled.value as SessionId;
          model.openSession(id, expiresAt);
          sessions.push(id);
        },
      };
    }
    case "extend": {
      const id = sessionOf(sessions, act.session) ?? NO_SESSION;
      const expiresAt = now + act.lastsMs;
      return same(store.queue.extendSession(id, expiresAt, now), () =>
        model.extendSession(id, expiresAt, now),
      );
    }
    case "close": {
      const id = sessionOf(sessions, act.session) ?? NO_SESSION;
      return same(store.queue.closeSession(id), () => model.closeSession(id));
    }
    case "lease": {
      const request = { session: sessionOf(sessions, act.session) ?? NO_SESSION, limit: 3, now };
      const outcome = store.queue.lease(request);
      return {
        outcome,
        verify(settled) {
          assert.equal(settled.status, "fulfilled");
          // The outcome above is of this type.
          assert.deepEqual(model.lease(request, settled.value as Awaited<typeof outcome>), []);
        },
      };
    }
  }
}

// No store gives out this number here.
const NO_SESSION = 4711 as SessionId;

/** The session of that number, counted from the youngest; null for -1, or while there are not so many. */
function sessionOf(sessions: readonly SessionId[], num: number): SessionId | null {
  return num < 0 ? null : (sessions.at(-1 - num) ?? null);
}

function acceptBatch(act: Act & { act: "accept" }, sessions: readonly SessionId[], now: number): AcceptBatch {
  const runs = act.runs.map((plan) =>
    aNewRun(plan.run, {
      run: { eventId: anEvent(act.event).id, functionId: functionId(1 + (plan.run % 2)) },
      item: { dueAt: now + plan.dueInMs },
      idempotency: plan.key === null ? null : { key: plan.key, expiresAt: now + 25 },
    }),
  );
  const events = [{ event: anEvent(act.event), runs, gatherings: [] }];
  return { events, session: sessionOf(sessions, act.session), now };
}

/** A step forward made from the run as the model has it now, which another of the same burst may outrun. */
function advanceOf(
  act: Act & { act: "advance" },
  model: StoreModel,
  sessions: readonly SessionId[],
  now: number,
): Advance {
  const id = runId(act.run);
  const known = model.runs.get(id);
  const before = known?.run ?? aRun(act.run);
  const lastSeq = known?.journal.length ?? 0;
  const status = hasEnded(before.status) ? before.status : act.status;
  return {
    runId: id,
    expectedRevision: before.revision - (act.isStale ? 1 : 0),
    run: { ...before, status, endedAt: hasEnded(status) ? now : null, stepCount: lastSeq },
    journal: act.kinds.map((kind, index) =>
      anEntry(lastSeq + index + 1, {
        kind,
        stepId: stepId((lastSeq + index) % 4),
        name: `name ${lastSeq + index}`,
      }),
    ),
    finish: act.finish,
    enqueue: act.enqueue.map(({ key, dueInMs: dueIn }) =>
      anItem(act.run, { key, dueAt: now + dueIn, generation: lastSeq }),
    ),
    waits: [],
    signals: [],
    emit: [],
    session: sessionOf(sessions, act.session),
    now,
  };
}

async function compareAll(store: Store, model: StoreModel): Promise<void> {
  assert.deepEqual(await store.queue.size(), model.size());
  for (let num = 1; num <= RUNS; num++) {
    const id = runId(num);
    assert.deepEqual(sorted(await store.runs.load(id)), sorted(model.load(id)));
    assert.deepEqual(await store.runs.journal(id), model.runs.get(id)?.journal ?? []);
  }
  for (const [id, event] of model.events) assert.deepEqual(await store.events.get(id), event);
}

/** Items in an order of their own: a snapshot promises none. */
function sorted(snapshot: RunSnapshot | null): RunSnapshot | null {
  if (snapshot === null) return null;
  return { ...snapshot, items: snapshot.items.toSorted((one, other) => one.key.localeCompare(other.key)) };
}
