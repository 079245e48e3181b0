import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventId, RunId } from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import { silentLog } from "#kernel";
import type { RunStore } from "#store";
import type { House } from "../ingest/testing/house.ts";
import { openHouse } from "../ingest/testing/house.ts";
import { LiveRun } from "./live-run.ts";
import {
  birthOf,
  NOW,
  op,
  opsReply,
  queueItem,
  replyTo,
  RUN,
  runRecord,
  step,
  TERMS,
} from "./testing/builders.ts";

interface Harness extends House {
  open(id?: RunId): Promise<LiveRun>;
  /** Stores one more run, and its first item as held. */
  born(id: RunId): Promise<void>;
}

/** A run on a real store, and a queue that notes what it is given. `runs` may stand between the two. */
async function harness(between: (runs: RunStore) => RunStore = (runs) => runs): Promise<Harness> {
  const house = await openHouse({ child: { triggers: [{ event: "never/sent" }] } });
  const { clock, queue, realtime, registry, store } = house;
  const runs = between(store.runs);
  const born = async (id: RunId): Promise<void> => {
    const run = runRecord({ id, eventId: `${id.slice(0, -2)}E${id.slice(-1)}` as EventId });
    const { environment, eventId } = run;
    const event = {
      id: eventId,
      environment,
      name: "a/b",
      userId: null,
      receivedAt: NOW,
      ts: NOW,
      body: "{}",
    };
    await store.events.accept({
      events: [{ event, runs: [birthOf(run)], gatherings: [] }],
      session: queue.session,
      now: NOW,
    });
  };
  await born(RUN);
  return {
    ...house,
    born,
    async open(id = RUN) {
      const snapshot = await store.runs.load(id);
      assert.ok(snapshot);
      const terms = { ...TERMS, target: registry.functionBySlug };
      const { emitter } = house.ingest;
      return new LiveRun(snapshot, {
        runs,
        queue,
        realtime,
        clock,
        log: silentLog,
        emitter,
        terms: () => terms,
      });
    },
  };
}

const planned = replyTo(opsReply(Array.from({ length: 10 }, (_, index) => op("StepPlanned", `p${index}`))));
const finished = (index: number): ReturnType<typeof replyTo> => {
  const id = `p${index}`;
  return replyTo(
    opsReply([op("StepRun", id)]),
    queueItem({ key: `step:${id}`, kind: "step", stepId: step(id) }),
  );
};

describe("LiveRun.submit()", () => {
  it("has its consequence on disk when it resolves, hands the next work over, and tells who follows", async () => {
    const { store, offered, updates, open } = await harness();
    const run = await open();
    assert.deepEqual(await run.submit(replyTo(opsReply([op("StepRun", "a")]))), { kind: "applied" });
    const stored = await store.runs.load(RUN);
    assert.deepEqual(stored?.steps, [{ id: "a", memo: '{"data":null}' }]);
    assert.equal(stored?.run.revision, run.state.run.revision);
    assert.deepEqual(
      offered.map(({ item }) => item.key),
      ["after:a"],
    );
    assert.deepEqual(
      updates.map((update) => update.kind === "journal" && update.entry.kind),
      ["step.completed"],
    );
  });

  it("lets results that arrive together share one commit", async () => {
    const { store, open } = await harness();
    const run = await open();
    await run.submit(planned);
    const before = store.stats().commits;
    const verdicts = await Promise.all(Array.from({ length: 10 }, (_, index) => run.submit(finished(index))));
    assert.equal(store.stats().commits - before, 1);
    assert.ok(verdicts.every(({ kind }) => kind === "applied"));
    assert.equal((await store.runs.load(RUN))?.steps.length, 10);
  });

  it("decides again when another process moved the run on meanwhile", async () => {
    const { store, open } = await harness();
    const [ours, theirs] = [await open(), await open()];
    await theirs.submit(planned);
    await theirs.submit(finished(0));
    // Decided from an old state: the store refuses it, and on the new one the same reply is stale.
    assert.deepEqual(await ours.submit(planned), { kind: "stale" });
    assert.deepEqual(await ours.submit(finished(1)), { kind: "applied" });
    assert.equal((await store.runs.load(RUN))?.steps.length, 2);
  });

  it("says that the run ended when another process ended it", async () => {
    const { open } = await harness();
    const [ours, theirs] = [await open(), await open()];
    await theirs.submit({ kind: "cancel", reason: null });
    assert.deepEqual(await ours.submit(planned), { kind: "ended" });
  });

  it("tries a commit again that the disk refused, and takes up what is due", async () => {
    let failures = 2;
    const { clock, offered, open } = await harness((runs) => ({
      ...runs,
      advance: (advance) =>
        failures-- > 0
          ? Promise.reject(new HoldfastError("store_failed", "The disk is full."))
          : runs.advance(advance),
    }));
    const run = await open();
    let verdict: unknown = null;
    void run.submit(replyTo(opsReply([op("StepRun", "a")]))).then((given) => (verdict = given));
    await clock.advance(10_000);
    assert.deepEqual(verdict, { kind: "applied" });
    assert.ok(offered.some(({ item }) => item.key === "after:a"));
  });

  it("loses nothing when a commit reached the disk although it was reported as failed", async () => {
    let isFirst = true;
    const { clock, offered, store, open } = await harness((runs) => ({
      ...runs,
      async advance(advance) {
        const result = await runs.advance(advance);
        if (!isFirst) return result;
        isFirst = false;
        throw new HoldfastError("store_failed", "The answer was lost.");
      },
    }));
    const run = await open();
    let verdict: unknown = null;
    void run.submit(replyTo(opsReply([op("StepRun", "a")]))).then((given) => (verdict = given));
    await clock.advance(10_000);
    assert.deepEqual(verdict, { kind: "stale" });
    assert.equal((await store.runs.load(RUN))?.steps.length, 1);
    // The call that the lost commit had queued is this process's to make: nobody else holds it.
    assert.deepEqual(
      offered.map(({ item }) => item.key),
      ["after:a"],
    );
  });

  it("makes the first call of a child that such a commit had started", async () => {
    let isFirst = true;
    const { clock, offered, open, runsOf } = await harness((runs) => ({
      ...runs,
      async advance(advance) {
        const result = await runs.advance(advance);
        if (!isFirst) return result;
        isFirst = false;
        throw new HoldfastError("store_failed", "The answer was lost.");
      },
    }));
    const run = await open();
    const invoke = op("InvokeFunction", "i", { opts: { function_id: "shop-child", timeout: "1h" } });
    void run.submit(replyTo(opsReply([invoke])));
    await clock.advance(10_000);
    const [child] = await runsOf("child");
    assert.ok(child);
    assert.deepEqual(
      offered.map(({ item }) => item.runId),
      [child.id],
    );
  });

  it("gives up at once on what the store will never take", async () => {
    const { clock, open } = await harness((runs) => ({
      ...runs,
      advance: () => Promise.reject(new HoldfastError("store_refused", "The journal does not continue.")),
    }));
    const run = await open();
    const verdict = run.submit(replyTo(opsReply([op("StepRun", "a")])));
    await clock.advance(0);
    assert.deepEqual(await verdict, { kind: "stale" });
  });

  it("expects retries and sleeps at their time instead of handing them over", async () => {
    const { offered, expected, open } = await harness();
    const run = await open();
    await run.submit(replyTo(opsReply([op("Sleep", "z", { carried: "1m" })])));
    assert.deepEqual(offered, []);
    assert.deepEqual(new Set(expected), new Set([NOW + 60_000]));
  });
});

describe("LiveRun.submit(): what a step waits for", () => {
  const OTHER = "01J00000000000000000000002" as RunId;
  const signal = (conflict: "fail" | "replace"): ReturnType<typeof replyTo> =>
    replyTo(opsReply([op("WaitForSignal", "s", { opts: { signal: "go", timeout: "1h", conflict } })]));

  it("decides again when another run has the signal, and ends the run that may not take it over", async () => {
    const { born, open, store } = await harness();
    await born(OTHER);
    const [first, second] = [await open(), await open(OTHER)];
    await first.submit(signal("fail"));
    assert.deepEqual(await second.submit(signal("fail")), { kind: "applied" });
    assert.equal((await store.runs.get(OTHER))?.status, "Failed");
    assert.match((await store.runs.end(OTHER))?.data ?? "", /InngestErrSignalConflict/);
    assert.equal((await store.runs.get(RUN))?.status, "Running");
  });

  it("lets a run take a signal over, which then wakes it alone", async () => {
    const { born, open, registry, store } = await harness();
    await born(OTHER);
    const [first, second] = [await open(), await open(OTHER)];
    await first.submit(signal("fail"));
    await second.submit(signal("replace"));
    const { environment } = registry;
    const bring = { environment, name: "go", memo: '{"data":1}', now: NOW };
    assert.equal(await store.runs.signal(bring), OTHER);
    assert.equal(await store.runs.signal(bring), null);
  });

  it("stores the events it causes with the decision, starts what they start, and hands that over", async () => {
    const { definition, offered, open, runsOf, store, updates } = await harness();
    const run = await open();
    await run.submit(
      replyTo(opsReply([op("InvokeFunction", "i", { opts: { function_id: "shop-child", timeout: "1h" } })])),
    );
    const [child] = await runsOf("child");
    assert.ok(child);
    assert.deepEqual(
      offered.map(({ functionId, item }) => [functionId, item.runId, item.key]),
      [[definition("child").id, child.id, "start"]],
    );
    assert.ok(updates.some((update) => update.kind === "run.queued" && update.runId === child.id));
    const event = await store.events.get(child.eventId);
    assert.match(event?.body ?? "", new RegExp(`"correlation_id":"${RUN}.i"`));
  });

  it("starts the child once, although the commit was refused and decided again", async () => {
    const { open, runsOf } = await harness();
    const [ours, theirs] = [await open(), await open()];
    const plan = replyTo(
      opsReply([
        op("StepPlanned", "p"),
        op("InvokeFunction", "i", { opts: { function_id: "shop-child", timeout: "1h" } }),
      ]),
    );
    await theirs.submit(plan);
    assert.deepEqual(await ours.submit(plan), { kind: "stale" });
    assert.equal((await runsOf("child")).length, 1);
  });

  it("says by an event that it ended", async () => {
    const { ingest, open } = await harness();
    const run = await open();
    await run.submit(replyTo({ kind: "completed", output: "1", requestVersion: 2 }));
    const events = await ingest.list({ limit: 10, withInternal: true });
    assert.deepEqual(
      events.map(({ name }) => name).filter((name) => name.startsWith("inngest/")),
      ["inngest/function.finished"],
    );
  });
});

describe("LiveRun.submit(): work that it makes", () => {
  it("hands over what the session holds, and leaves the rest to be leased in its turn", async () => {
    const { offered, open, queue } = await harness((runs) => ({
      ...runs,
      async advance(advance) {
        // As if a limit left room for one call.
        const result = await runs.advance(advance);
        return result.kind === "committed" ? { ...result, held: new Set(["step:p3"]) } : result;
      },
    }));
    const run = await open();
    await run.submit(planned);
    assert.deepEqual(
      offered.map(({ item }) => item.key),
      ["step:p3"],
    );
    assert.equal(queue.load().waiting, 0);
    assert.equal(run.state.items.size, 10);
  });

  it("ends the time to finish of a first call that is still open", async () => {
    const { expected, open, store } = await harness();
    const run = await open();
    const begun = { kind: "begun", itemKey: "start", generation: 1, startedAt: NOW } as const;
    assert.deepEqual(await run.submit(begun), { kind: "applied" });
    assert.equal((await store.runs.get(RUN))?.status, "Running");
    assert.deepEqual(expected, []);
  });
});
