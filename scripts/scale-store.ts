/**
 * What the embedded store's acts cost with very many waits, sleeping runs and concurrency keys, against few of them. The
 * store is in memory and writes on this thread, so that what is measured is the work and not the disk.
 *
 *     node -C @holdfast/source scripts/scale-store.ts [COUNT]
 *
 * COUNT is how many "very many" are, a million unless it is given; of keys there are a hundredth. Prints the median of
 * each cost in microseconds for few and many, and their ratio.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvironmentName, EventId, FunctionId, RunId } from "@holdfast/protocol";
import { compileExpression, prepareFilter } from "../packages/server/src/expressions/expressions.ts";
import { openSqliteStore } from "../packages/server/src/store/store.ts";
import type { EventRecord, NewRun, NewWait, SessionId, Store } from "../packages/server/src/store/store.ts";

const FEW = 1000;
const many = Number(process.argv[2] ?? 1_000_000);
const FEW_KEYS = 10;
const manyKeys = Math.max(FEW_KEYS, Math.floor(many / 100));

/** Runs opened by one act, and times that a cost is measured. */
const CHUNK = 500;
const SAMPLES = FEW;

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const environment = "production" as EnvironmentName;
const functionId = "00000000-0000-5000-8000-000000000001" as FunctionId;

// Of the shape of real ids; brands exist for the compiler only.
const idOf = (num: number): string => `01JDX${String(num).padStart(21, "0")}`;

function eventOf(num: number, name: string, data: object): EventRecord {
  const id = idOf(num) as EventId;
  const body = JSON.stringify({ data, id, name, ts: NOW, user: {} });
  return { id, environment, name, userId: null, receivedAt: NOW, ts: NOW, body };
}

function runOf(num: number, fields: Partial<NewRun> = {}, item: Partial<NewRun["item"]> = {}): NewRun {
  const id = idOf(num) as RunId;
  const eventId = idOf(0) as EventId;
  return {
    run: {
      id,
      environment,
      functionId,
      functionVersion: 1,
      eventId,
      batchId: null,
      originalRunId: null,
      status: "Scheduled",
      queuedAt: NOW,
      startedAt: null,
      endedAt: null,
      requestVersion: -1,
      forcePlan: false,
      pending: [],
      stepCount: 0,
      stateBytes: 0,
      revision: 0,
    },
    eventIds: [eventId],
    item: {
      runId: id,
      key: "start",
      kind: "discovery",
      stepId: null,
      attempt: 0,
      generation: 0,
      enqueuedAt: NOW,
      dueAt: NOW,
      cause: null,
      ...item,
    },
    timers: [],
    idempotency: null,
    rateLimit: null,
    singleton: null,
    gates: [],
    priorityMs: 0,
    cancels: [],
    journal: [],
    correlation: null,
    ...fields,
  };
}

async function openAll(store: Store, count: number, make: (num: number) => NewRun): Promise<void> {
  for (let from = 1; from <= count; from += CHUNK) {
    const nums = Array.from({ length: Math.min(CHUNK, count - from + 1) }, (_, index) => from + index);
    await store.runs.open({ runs: nums.map(make), session: null, now: NOW });
  }
}

/** The median cost of an act, in microseconds. */
async function cost(act: (sample: number) => Promise<unknown>): Promise<number> {
  const costs: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const begun = performance.now();
    await act(sample);
    costs.push((performance.now() - begun) * 1000);
  }
  costs.sort((one, other) => one - other);
  return costs[costs.length >> 1] ?? 0;
}

const NAP = { key: "nap", kind: "sleep", dueAt: NOW + DAY } as const;

const expression = compileExpression("async.data.order == event.data.order", "filter");

/** A wait for the payment of one order. */
function waitFor(order: number): NewWait {
  const filter = prepareFilter(expression, { data: { order: `order-${order}` } }, NOW);
  if (filter === "never") throw new Error("The filter would match nothing.");
  return {
    effect: "cancel",
    key: "cancel:0",
    eventName: "payment",
    filter,
    expiresAt: NOW + DAY,
    lookBackFrom: null,
  };
}

async function waits(store: Store, count: number): Promise<Record<string, number>> {
  await openAll(store, count, (num) => runOf(num, { cancels: [waitFor(num)] }, NAP));
  let next = count + 1;
  const send = async (order: string, isWanted: boolean): Promise<void> => {
    next += 1;
    const events = [{ event: eventOf(next, "payment", { order }), runs: [], gatherings: [] }];
    const { workDueAt } = await store.events.accept({ events, session: null, now: NOW });
    if ((workDueAt !== null) !== isWanted) throw new Error(`The payment of ${order} woke the wrong runs.`);
  };
  await cost(() => send("nobody", false));
  return {
    "event that no wait matches": await cost(() => send("nobody", false)),
    // Each sample another wait, spread over all.
    "event that one wait matches": await cost((sample) =>
      send(`order-${1 + ((sample * 7919) % count)}`, true),
    ),
  };
}

async function sleeps(store: Store, count: number): Promise<Record<string, number>> {
  await openAll(store, count, (num) => runOf(num, {}, NAP));
  const session = await openSession(store);
  const lease = (): Promise<unknown> => store.queue.lease({ session, limit: 10, now: NOW });
  await cost(lease);
  return { "lease beside sleeping runs": await cost(lease) };
}

async function keys(store: Store, count: number): Promise<Record<string, number>> {
  const keyed = (num: number): NewRun =>
    runOf(num, { gates: [{ level: "step", counter: `key-${num % count}`, rule: "step:0", max: 1 }] });
  const session = await openSession(store);
  // Of each key one call that goes and one that waits; the function's own thousand go first.
  await openAll(store, count * 2, keyed);
  let next = count * 2;
  const turn = async (): Promise<void> => {
    next += 1;
    const event = eventOf(next + 10_000_000, "order", {});
    const runs = [keyed(next)];
    await store.events.accept({ events: [{ event, runs, gatherings: [] }], session: null, now: NOW });
    const { items } = await store.queue.lease({ session, limit: 1, now: NOW });
    for (const { item } of items) await end(store, item.runId);
  };
  await cost(turn);
  return { "accept, lease and end of a call with a key": await cost(turn) };
}

async function end(store: Store, id: RunId): Promise<void> {
  const run = { ...runOf(0).run, id, status: "Completed", endedAt: NOW } as const;
  await store.runs.advance({
    runId: id,
    expectedRevision: 0,
    run,
    journal: [],
    finish: ["start"],
    enqueue: [],
    waits: [],
    signals: [],
    emit: [],
    session: null,
    now: NOW,
  });
}

function openSession(store: Store): Promise<SessionId> {
  return store.queue.openSession({ node: "n", now: NOW, expiresAt: NOW + DAY });
}

async function compare(
  measure: (store: Store, count: number) => Promise<Record<string, number>>,
  few: number,
  lots: number,
): Promise<void> {
  const results: Record<string, number>[] = [];
  for (const count of [few, lots]) {
    const store = await openSqliteStore({ path: ":memory:" });
    results.push(await measure(store, count));
    await store.close();
  }
  const [low = {}, high = {}] = results;
  for (const [name, before] of Object.entries(low)) {
    const after = high[name] ?? 0;
    const ratio = (after / before).toFixed(2);
    console.log(
      `${name}: ${before.toFixed(1)} µs with ${few}, ${after.toFixed(1)} µs with ${lots}, ratio ${ratio}`,
    );
  }
}

/** Bytes that a wait adds to the file. */
async function bytesPerWait(count: number): Promise<number> {
  const sizes: number[] = [];
  for (const withWait of [false, true]) {
    const dataDir = mkdtempSync(join(tmpdir(), "holdfast-scale-"));
    const store = await openSqliteStore({ dataDir });
    await openAll(store, count, (num) => runOf(num, withWait ? { cancels: [waitFor(num)] } : {}, NAP));
    await store.close();
    sizes.push(statSync(join(dataDir, "holdfast.db")).size);
    rmSync(dataDir, { recursive: true });
  }
  const [without = 0, withWaits = 0] = sizes;
  return (withWaits - without) / count;
}

await compare(waits, FEW, many);
await compare(sleeps, FEW, many);
await compare(keys, FEW_KEYS, manyKeys);
console.log(`a wait takes ${Math.round(await bytesPerWait(Math.min(many, 100_000)))} bytes`);
