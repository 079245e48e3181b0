import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, it } from "node:test";
import type { RunId, StepId } from "@holdfast/protocol";
import type { JournalEntry, RunSnapshot } from "#store";
import type { RerunOutcome, RerunRequest } from "./contract.ts";
import { NOW } from "./testing/events.ts";
import type { House } from "./testing/house.ts";
import { idsOf, openHouse } from "./testing/house.ts";

const idOf = (step: string): StepId => hash("sha1", step) as StepId;

/** What a run wrote down: `kind:step`, a name after `=` where it differs from the step's id. */
function journal(...lines: string[]): JournalEntry[] {
  return lines.map((line, index) => {
    const [kind = "", step = "", name = step] = line.split(/[:=]/);
    return {
      seq: index + 1,
      // The words of the tests below are kinds.
      kind: kind as JournalEntry["kind"],
      at: NOW,
      stepId: step === "" ? null : idOf(step),
      name: step === "" ? null : name,
      op: null,
      attempt: 0,
      queuedAt: null,
      startedAt: null,
      data: kind === "step.completed" || kind === "step.failed" ? `{"data":"${step}"}` : null,
    };
  });
}

/** A run of `pay` that ended, having written this down. */
async function ended(house: House, entries: readonly JournalEntry[]): Promise<RunId> {
  await house.ingest.accept({ name: "order/placed", data: { n: 1 }, ts: NOW + 500 }, undefined);
  const runs = await house.runsOf("pay");
  const run = runs.at(-1);
  assert.ok(run);
  const end: JournalEntry[] = [
    ...entries,
    ...journal("run.ended").map((entry) => ({
      ...entry,
      seq: entries.length + 1,
      data: '{"status":"Failed"}',
    })),
  ];
  const result = await house.store.runs.advance({
    runId: run.id,
    expectedRevision: run.revision,
    run: { ...run, status: "Failed", endedAt: NOW, requestVersion: 2, stepCount: 1, forcePlan: true },
    journal: end,
    finish: [],
    enqueue: [],
    waits: [],
    signals: [],
    emit: [],
    session: null,
    now: NOW,
  });
  assert.equal(result.kind, "committed");
  await house.clock.advance(1000);
  return run.id;
}

const rerun = (
  house: House,
  runId: RunId,
  fromStep: RerunRequest["fromStep"] = null,
): Promise<RerunOutcome> => house.ingest.rerun({ runId, fromStep });

async function snapshotOf(house: House, outcome: RerunOutcome): Promise<RunSnapshot> {
  assert.ok(outcome.kind === "started", JSON.stringify(outcome));
  const snapshot = await house.store.runs.load(outcome.runId);
  assert.ok(snapshot);
  return snapshot;
}

const WHOLE = journal(
  "step.completed:a",
  "step.planned:b",
  "step.completed:c",
  "step.completed:b",
  "step.failed:d",
);

describe("Ingest.rerun(): the whole run", () => {
  it("starts a run for the same events, which remembers nothing and names the one it repeats", async () => {
    const house = await openHouse({ pay: {} });
    const original = await ended(house, WHOLE);
    const offered = house.offered.length;
    const { events, held, run, steps } = await snapshotOf(house, await rerun(house, original));
    assert.deepEqual(
      [run.originalRunId, run.status, run.requestVersion, run.forcePlan, run.stepCount],
      [original, "Scheduled", -1, false, 0],
    );
    assert.deepEqual([steps, held], [[], ["start"]]);
    const [body] = events;
    assert.match(body ?? "", /"n":1/);
    assert.deepEqual(
      house.offered.slice(offered).map(({ item }) => [item.runId, item.dueAt, item.generation]),
      [[run.id, house.clock.now(), 1]],
    );
    assert.equal((await rerun(house, original)).kind, "started");
  });

  it("happens now, although its event says it happens later", async () => {
    const house = await openHouse({ pay: {} });
    await house.ingest.accept({ name: "order/placed", ts: NOW + 3_600_000 }, undefined);
    const [later] = await house.runsOf("pay");
    assert.ok(later);
    const { items } = await snapshotOf(house, await rerun(house, later.id));
    assert.equal(items[0]?.dueAt, NOW);
  });

  it("is not stopped by what limits starts, and keeps what limits calls", async () => {
    const limits = { rateLimit: { limit: 1, period: "1h" }, concurrency: [{ limit: 1 }] };
    const house = await openHouse({ pay: limits });
    const original = await ended(house, []);
    assert.equal((await rerun(house, original)).kind, "started");
    const second = await rerun(house, original);
    const { held } = await snapshotOf(house, second);
    assert.deepEqual(held, []);
  });

  it("repeats a batch as one", async () => {
    const house = await openHouse({ pay: { batchEvents: { maxSize: 2, timeout: "60s" } } });
    house.ingest.start();
    for (const n of [1, 2]) await house.ingest.accept({ name: "order/placed", data: { n } }, undefined);
    await house.clock.advance(1000);
    const [original] = await house.runsOf("pay");
    assert.ok(original);
    const { events, run } = await snapshotOf(house, await rerun(house, original.id));
    assert.equal(events.length, 2);
    assert.equal(run.batchId, original.batchId);
  });

  it("says when there is no such run, its function is gone, or the clock started it", async () => {
    const house = await openHouse({ pay: {}, tick: { triggers: [{ cron: "* * * * *" }] } });
    assert.deepEqual(await rerun(house, "01J00000000000000000000000" as RunId), { kind: "unknown" });
    house.ingest.start();
    await house.clock.advance(61_000);
    const [ticked] = await house.runsOf("tick");
    assert.ok(ticked);
    assert.deepEqual(await rerun(house, ticked.id), { kind: "cron" });
    const original = await ended(house, []);
    await house.register({ other: {} });
    assert.deepEqual(await rerun(house, original), { kind: "function_gone" });
  });
});

describe("Ingest.rerun(): from a step", () => {
  const from = (step: string, input: readonly unknown[] | null = null): RerunRequest["fromStep"] => ({
    step,
    input,
  });

  it("remembers what had finished before the step was first heard of, in the order it finished", async () => {
    const house = await openHouse({ pay: {} });
    const original = await ended(house, WHOLE);
    const remembered = async (step: string): Promise<string[]> =>
      (await snapshotOf(house, await rerun(house, original, from(step)))).steps.map(({ memo }) => memo);
    assert.deepEqual(await remembered(idOf("a")), []);
    assert.deepEqual(await remembered(idOf("b")), ['{"data":"a"}']);
    assert.deepEqual(await remembered(idOf("d")), ['{"data":"a"}', '{"data":"c"}', '{"data":"b"}']);
    const { lastSeq, run } = await snapshotOf(house, await rerun(house, original, from(idOf("d"))));
    assert.deepEqual([run.stepCount, run.requestVersion, lastSeq], [3, 2, 3]);
    const bare = await snapshotOf(house, await rerun(house, original));
    assert.equal(run.stateBytes, bare.run.stateBytes + 3 * '{"data":"a"}'.length);
  });

  it("finds the step by its hashed id, the id in the user's code, or the name it is shown under", async () => {
    const house = await openHouse({ pay: {} });
    const original = await ended(house, journal("step.completed:a", "step.completed:charge=Charge the card"));
    for (const step of [idOf("charge"), "charge", "Charge the card"]) {
      const { steps } = await snapshotOf(house, await rerun(house, original, from(step)));
      assert.equal(steps.length, 1, step);
    }
  });

  it("refuses a name that several steps have, and one that none has", async () => {
    const house = await openHouse({ pay: {} });
    const original = await ended(
      house,
      journal("step.completed:a=Mail", "attempt.failed:a=Mail", "step.completed:b=Mail"),
    );
    const before = (await house.runsOf("pay")).length;
    const ambiguous = await rerun(house, original, from("Mail"));
    assert.equal(ambiguous.kind, "step_ambiguous");
    assert.match(JSON.stringify(ambiguous), /2 steps/);
    assert.equal((await rerun(house, original, from("nowhere"))).kind, "step_unknown");
    assert.equal((await rerun(house, original, from(idOf("b")))).kind, "started");
    assert.equal((await house.runsOf("pay")).length, before + 1);
  });

  it("gives the step other arguments, without taking it for finished", async () => {
    const house = await openHouse({ pay: {} });
    const original = await ended(house, WHOLE);
    const outcome = await rerun(house, original, from(idOf("b"), [{ b: 1, a: 2 }]));
    const { inputs, lastSeq, steps } = await snapshotOf(house, outcome);
    assert.deepEqual(inputs, [{ id: idOf("b"), memo: '{"input":[{"a":2,"b":1}]}' }]);
    assert.deepEqual(
      steps.map(({ id }) => id),
      [idOf("a")],
    );
    assert.equal(lastSeq, 2);
  });
});

describe("Ingest.rerun(): events", () => {
  it("leaves the events as they are", async () => {
    const house = await openHouse({ pay: {} });
    const [id] = idsOf(await house.ingest.accept({ name: "order/placed" }, undefined));
    assert.ok(id);
    const [original] = await house.ingest.runsOf(id);
    assert.ok(original);
    await rerun(house, original.id);
    assert.equal((await house.ingest.runsOf(id)).length, 2);
    assert.equal((await house.ingest.list({ limit: 10 })).length, 1);
  });
});
