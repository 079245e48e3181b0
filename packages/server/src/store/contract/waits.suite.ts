import assert from "node:assert/strict";
import { compileExpression, prepareFilter } from "#expressions";
import type { WaitFilter } from "#expressions";
import type { EventRecord, NewWait, QueueItem } from "../records.ts";
import type { AcceptResult, Advance, AdvanceResult, Store } from "../contract.ts";
import {
  anAdvance,
  anEntry,
  aNewRun,
  anEvent,
  anItem,
  aRun,
  aSession,
  aWait,
  eventId,
  itemName,
  leaseAll,
  NOW,
  open,
  outcomes,
  production,
  runId,
  staging,
  stepId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

const DUE = NOW + 50_000;

/** An event of this data that waits may be for; of another name than the one that starts the runs. */
function payment(num: number, data: object = {}, fields: Partial<EventRecord> = {}): EventRecord {
  const body = JSON.stringify({ data, id: eventId(num), name: "payment", ts: NOW, user: {} });
  return anEvent(num, { name: "payment", body, ...fields });
}

/** A filter over `event`, the run's own, and `async`, the one that comes. */
function filter(source: string, event: object = {}): WaitFilter {
  const prepared = prepareFilter(compileExpression(source, "filter"), event, NOW);
  assert.ok(prepared !== "never");
  return prepared;
}

function waiting(key = "wait", fields: Partial<QueueItem> = {}, num = 1): QueueItem {
  return anItem(num, { key, kind: "wait", stepId: stepId(1), dueAt: DUE, ...fields });
}

/** Opens a run that waits for payments. */
async function wait(
  store: Store,
  num: number,
  waits: readonly NewWait[] = [aWait({ eventName: "payment" })],
  fields: Partial<Advance> = {},
): Promise<AdvanceResult> {
  await store.runs.open({
    runs: [aNewRun(num, { run: { eventId: eventId(900) } })],
    session: null,
    now: NOW,
  });
  const keys = waits.filter((each) => each.effect === "resume").map((each) => each.key);
  const enqueue =
    keys.length === 0
      ? [anItem(num, { key: "later", dueAt: DUE })]
      : keys.map((key) => waiting(key, {}, num));
  return store.runs.advance(anAdvance(num, { finish: ["start"], enqueue, waits, ...fields }));
}

function accept(store: Store, event: EventRecord, now = NOW): Promise<AcceptResult> {
  return open(store, [], { event, now });
}

/** What woke each item that is due. */
async function woken(
  store: Store,
  now = NOW,
): Promise<readonly (readonly [name: string, cause: string | null])[]> {
  const session = await aSession(store);
  const { items } = await store.queue.lease({ session, limit: 1000, now });
  return items.map(({ item: { runId: id, key, cause } }) => [
    `${id} ${key}`,
    cause === null ? null : cause.kind === "event" ? cause.eventId : cause.memo,
  ]);
}

export function waitSuite(create: CreateHarness): void {
  storeTest(create, "an event resumes what waits for its name, once, as its cause", async (store) => {
    await wait(store, 1);
    await wait(store, 2);
    assert.equal((await accept(store, payment(1), NOW + 5)).workDueAt, NOW + 5);
    assert.equal((await accept(store, payment(2), NOW + 6)).workDueAt, null);
    assert.deepEqual((await store.runs.items(runId(1)))[0], {
      ...waiting(),
      dueAt: NOW + 5,
      cause: { kind: "event", eventId: eventId(1) },
    });
    assert.deepEqual(await woken(store, NOW + 6), [
      [itemName(1, "wait"), eventId(1)],
      [itemName(2, "wait"), eventId(1)],
    ]);
  });

  storeTest(create, "an event resumes nothing of another name or environment", async (store) => {
    await wait(store, 1);
    await accept(store, payment(1, {}, { name: "payments" }));
    await accept(store, payment(2, {}, { environment: staging }));
    assert.deepEqual(await woken(store), []);
    assert.deepEqual(await woken(store, DUE), [[itemName(1, "wait"), null]], "it timed out");
  });

  storeTest(create, "an event is held against the whole filter", async (store) => {
    const source = "async.data.order == event.data.order && async.data.total > 10";
    await wait(store, 1, [aWait({ eventName: "payment", filter: filter(source, { data: { order: "a" } }) })]);
    await wait(store, 2, [aWait({ eventName: "payment", filter: filter(source, { data: { order: "b" } }) })]);
    await wait(store, 3, [aWait({ eventName: "payment", filter: filter("async.data.total > 20") })]);
    await accept(store, payment(1, { order: "a", total: 5 }));
    assert.deepEqual(await woken(store), []);
    await accept(store, payment(2, { order: "b", total: 11 }));
    assert.deepEqual(await woken(store), [[itemName(2, "wait"), eventId(2)]]);
    await accept(store, payment(3, { order: "c", total: 21 }));
    assert.deepEqual(await woken(store), [[itemName(3, "wait"), eventId(3)]]);
  });

  storeTest(create, "waits on more paths than are indexed are found all the same", async (store) => {
    for (let num = 1; num <= 70; num++) {
      const source = `async.data.p${num} == "x"`;
      await wait(store, num, [aWait({ eventName: "payment", filter: filter(source) })]);
    }
    await accept(store, payment(1, { p1: "x", p64: "x", p65: "x", p70: "x" }));
    assert.deepEqual(
      (await woken(store)).map(([name]) => name),
      [1, 64, 65, 70].map((num) => itemName(num, "wait")),
    );
  });

  storeTest(create, "a wait that has expired is not resumed", async (store) => {
    await wait(store, 1, [aWait({ eventName: "payment", expiresAt: NOW + 10 })]);
    await accept(store, payment(1), NOW + 10);
    assert.deepEqual(await woken(store, NOW + 10), []);
  });

  storeTest(create, "a wait whose item is due or held already times out", async (store) => {
    const session = await aSession(store);
    await wait(store, 1);
    assert.deepEqual(await leaseAll(store, session, DUE), [itemName(1, "wait")]);
    await accept(store, payment(1), DUE);
    assert.equal((await store.runs.items(runId(1)))[0]?.cause, null);
  });

  storeTest(create, "a wait is dropped with its item, and with the run's end", async (store) => {
    await wait(store, 1);
    await wait(store, 2);
    const next = anItem(1, { key: "wait", kind: "wait", dueAt: DUE });
    await store.runs.advance(anAdvance(1, { expectedRevision: 1, finish: ["wait"], enqueue: [next] }));
    const ended = aRun(2, { status: "Cancelled", endedAt: NOW });
    await store.runs.advance(anAdvance(2, { expectedRevision: 1, run: ended }));
    assert.equal((await accept(store, payment(1))).workDueAt, null);
    assert.deepEqual(await store.runs.stranded(10), []);
  });

  storeTest(
    create,
    "an item in the place of one that waited is not woken by what that waited for",
    async (store) => {
      await wait(store, 1);
      await store.runs.advance(anAdvance(1, { expectedRevision: 1, enqueue: [waiting()] }));
      assert.equal((await accept(store, payment(1))).workDueAt, null);
    },
  );

  storeTest(create, "one event resumes several waits of one run", async (store) => {
    await wait(
      store,
      1,
      ["a", "b"].map((key) => aWait({ key, eventName: "payment" })),
    );
    await accept(store, payment(1));
    assert.deepEqual(
      (await woken(store)).map(([name]) => name),
      [itemName(1, "a"), itemName(1, "b")],
    );
  });

  storeTest(create, "an event never resumes or cancels the run it starts", async (store) => {
    const cancel = aWait({ effect: "cancel", key: "cancel:0", eventName: "payment", lookBackFrom: NOW - 10 });
    const run = aNewRun(1, { cancels: [cancel], eventIds: [eventId(1), eventId(2)] });
    await open(store, [run], { event: payment(1), session: await aSession(store) });
    await accept(store, payment(2));
    assert.deepEqual(await woken(store), [], "nor one of its batch");
    await store.runs.advance(
      anAdvance(1, {
        finish: ["start"],
        enqueue: [waiting()],
        waits: [aWait({ eventName: "payment", lookBackFrom: NOW })],
      }),
    );
    assert.deepEqual(await woken(store), []);
  });

  storeTest(create, "a cancel rule asks for the run's end, once, for younger events only", async (store) => {
    const cancels = [0, 1].map((num) =>
      aWait({ effect: "cancel", key: `cancel:${num}`, eventName: "payment" }),
    );
    const id = eventId(5).replace("EVENT", "RUN00") as typeof runId extends (num: number) => infer Id
      ? Id
      : never;
    const session = await aSession(store);
    const newRun = aNewRun(1, { cancels });
    await store.runs.open({
      runs: [{ ...newRun, run: { ...newRun.run, id }, item: { ...newRun.item, runId: id } }],
      session,
      now: NOW,
    });
    await accept(store, payment(4));
    assert.deepEqual(await woken(store), [], `${eventId(4)} is older than ${id}`);
    const younger = eventId(6).replace("EVENT", "RUN00") as EventRecord["id"];
    await accept(store, payment(6, {}, { id: younger }), NOW + 1);
    await accept(
      store,
      payment(7, {}, { id: eventId(7).replace("EVENT", "RUN00") as EventRecord["id"] }),
      NOW + 1,
    );
    assert.deepEqual(await woken(store, NOW + 1), [[`${id} cancel`, younger]]);
  });

  storeTest(
    create,
    "a wait may look back at events that came while the call was under way",
    async (store) => {
      await accept(store, payment(1, {}, { receivedAt: NOW - 11 }));
      await accept(store, payment(2, { ok: true }, { receivedAt: NOW - 10 }));
      await accept(store, payment(3, { ok: true }, { receivedAt: NOW - 9 }));
      const source = filter("async.data.ok == true");
      const result = await wait(store, 1, [
        aWait({ eventName: "payment", filter: source, lookBackFrom: NOW - 10 }),
      ]);
      assert.equal(result.kind === "committed" && result.emitted.workDueAt, NOW);
      await wait(store, 2, [aWait({ eventName: "payment", lookBackFrom: NOW - 8 })]);
      await wait(store, 3);
      assert.deepEqual(await woken(store), [[itemName(1, "wait"), eventId(2)]], "the earliest that matches");
      await accept(store, payment(4));
      assert.deepEqual(
        (await woken(store)).map(([name]) => name),
        [itemName(2, "wait"), itemName(3, "wait")],
      );
    },
  );

  storeTest(
    create,
    "a wait that looks back for days finds the oldest among many events, and none from before",
    async (store) => {
      const day = 86_400_000;
      await accept(store, payment(1, { ok: true }, { receivedAt: NOW - 2 * day - 1 }));
      await accept(store, payment(2, { ok: true }, { receivedAt: NOW - 2 * day }));
      for (let index = 3; index < 400; index++)
        await accept(store, payment(index, { ok: index === 399 }, { receivedAt: NOW - day + index }));
      const source = filter("async.data.ok == true");
      await wait(store, 1, [aWait({ eventName: "payment", filter: source, lookBackFrom: NOW - 2 * day })]);
      assert.deepEqual(await woken(store), [[itemName(1, "wait"), eventId(2)]]);
    },
  );

  storeTest(
    create,
    "an event that answered one wait does not answer the next by looking back",
    async (store) => {
      // In its memo, the event has the id that its sender chose.
      const memo = payment(1).body.replace(eventId(1), "chosen");
      await wait(store, 1);
      await accept(store, payment(1, {}, { userId: "chosen", body: memo }));
      await woken(store);
      await store.runs.advance(
        anAdvance(1, {
          expectedRevision: 1,
          journal: [anEntry(1, { op: "WaitForEvent", data: memo })],
          finish: ["wait"],
          enqueue: [waiting("again")],
          waits: [aWait({ key: "again", eventName: "payment", lookBackFrom: NOW })],
        }),
      );
      assert.deepEqual(await woken(store), []);
    },
  );

  storeTest(create, "a run is woken by an event that it emits itself", async (store) => {
    const event = payment(1);
    await wait(store, 1, undefined, { emit: [{ event, runs: [aNewRun(2)], gatherings: [] }] });
    assert.deepEqual(await store.events.get(event.id), event);
    assert.deepEqual(
      (await woken(store)).map(([name]) => name),
      [itemName(1, "wait"), itemName(2)],
    );
  });

  storeTest(create, "what a run emits at its end starts runs and wakes others", async (store) => {
    await wait(store, 1);
    await store.runs.open({ runs: [aNewRun(2)], session: null, now: NOW });
    const session = await aSession(store);
    const run = aRun(2, { status: "Completed", endedAt: NOW });
    const emit = [{ event: payment(1), runs: [aNewRun(3)], gatherings: [] }];
    const result = await store.runs.advance(anAdvance(2, { run, emit, session }));
    assert.ok(result.kind === "committed");
    assert.deepEqual(outcomes(result.emitted), ["held"]);
    assert.deepEqual(await woken(store), [[itemName(1, "wait"), eventId(1)]]);
    const again = await store.runs.advance(anAdvance(2, { expectedRevision: 1, run, emit }));
    assert.ok(again.kind === "committed");
    assert.equal(again.emitted.events[0]?.outcome, "duplicate");
  });

  storeTest(create, "one event resumes any number of waits, over several leases", async (store) => {
    await open(store, [], { event: anEvent(900) });
    for (let from = 0; from < 1500; from += 500) {
      const nums = Array.from({ length: 500 }, (_, index) => from + index + 1);
      await Promise.all(nums.map((num) => wait(store, num)));
    }
    await accept(store, payment(1));
    // Those that begin to wait only now are not meant.
    await wait(store, 3000);
    assert.deepEqual(
      (await resumedInTurn(store)).toSorted(),
      Array.from({ length: 1500 }, (_, index) => itemName(index + 1, "wait")).toSorted(),
    );
  });

  reopenTest(create, "what one event still has to resume survives a restart", async (store, reopen) => {
    await open(store, [], { event: anEvent(900) });
    for (let from = 0; from < 1500; from += 500) {
      const nums = Array.from({ length: 500 }, (_, index) => from + index + 1);
      await Promise.all(nums.map((num) => wait(store, num)));
    }
    await accept(store, payment(1));
    const next = await reopen();
    assert.equal((await resumedInTurn(next)).length, 1500);
  });

  storeTest(create, "an act that is refused leaves every wait as it was", async (store) => {
    await wait(store, 1);
    const broken = open(store, [aNewRun(1)], { event: payment(1) });
    await assert.rejects(broken, { code: "store_refused" });
    assert.deepEqual(await woken(store), []);
    await accept(store, payment(1));
    assert.deepEqual(await woken(store), [[itemName(1, "wait"), eventId(1)]]);
  });

  storeTest(create, "stranded() names a run with a wait that no item would end", async (store) => {
    await wait(store, 1);
    assert.deepEqual(await store.runs.stranded(10), []);
    await wait(store, 2, [aWait({ eventName: "payment" })], { enqueue: [waiting("other", {}, 2)] });
    const found = await store.runs.stranded(10);
    assert.deepEqual(
      found.map(({ run, why }) => [run.id, why]),
      [[runId(2), "wait_without_end"]],
    );
  });

  storeTest(create, "signal() wakes who waits for it, once", async (store) => {
    const bring = (name: string, environment = production): Promise<string | null> =>
      store.runs.signal({ environment, name, memo: '{"data":1}', now: NOW + 3 });
    assert.equal(await bring("go"), null);
    await wait(store, 1, [], {
      enqueue: [waiting("sig", { kind: "signal" })],
      signals: [{ name: "go", key: "sig", conflict: "fail" }],
    });
    assert.equal(await bring("stop"), null);
    assert.equal(await bring("go", staging), null);
    assert.equal(await bring("go"), runId(1));
    assert.equal(await bring("go"), null);
    assert.deepEqual(await woken(store, NOW + 3), [[itemName(1, "sig"), '{"data":1}']]);
  });

  storeTest(create, "advance() commits nothing where a signal is taken, or takes it over", async (store) => {
    const item = waiting("sig", { kind: "signal" });
    const signals = [{ name: "go", key: "sig", conflict: "fail" }] as const;
    await wait(store, 1, [], { enqueue: [item], signals });
    const enqueue = [{ ...item, runId: runId(2) }];
    const refused = await wait(store, 2, [], { enqueue, signals });
    assert.deepEqual(refused, { kind: "signal_taken", signal: "go" });
    assert.equal((await store.runs.get(runId(2)))?.revision, 0);
    const taken = anAdvance(2, {
      finish: ["start"],
      enqueue,
      signals: [{ name: "go", key: "sig", conflict: "replace" }],
    });
    assert.equal((await store.runs.advance(taken)).kind, "committed");
    assert.equal(
      await store.runs.signal({ environment: production, name: "go", memo: "null", now: NOW }),
      runId(2),
    );
  });

  storeTest(create, "a signal is dropped with its item, and with the run's end", async (store) => {
    const signals = [{ name: "go", key: "sig", conflict: "fail" }] as const;
    const bring = (): Promise<string | null> =>
      store.runs.signal({ environment: production, name: "go", memo: "null", now: NOW });
    await wait(store, 1, [], { enqueue: [waiting("sig", { kind: "signal" })], signals });
    await store.runs.advance(
      anAdvance(1, { expectedRevision: 1, finish: ["sig"], enqueue: [waiting("sig")] }),
    );
    assert.equal(await bring(), null);
    await wait(store, 2, [], { enqueue: [waiting("sig", { kind: "signal" }, 2)], signals });
    const ended = aRun(2, { status: "Completed", endedAt: NOW });
    await store.runs.advance(anAdvance(2, { expectedRevision: 1, run: ended }));
    assert.equal(await bring(), null);
  });
}

/** Every item that leases hand out until none says that more is to come. */
async function resumedInTurn(store: Store): Promise<string[]> {
  const session = await aSession(store);
  const names: string[] = [];
  for (let leases = 0; leases < 20; leases++) {
    const { items, nextDueAt } = await store.queue.lease({ session, limit: 1000, now: NOW });
    names.push(...items.map(({ item }) => `${item.runId} ${item.key}`));
    if (nextDueAt === null || nextDueAt > NOW) return names;
  }
  throw new Error("the leases do not come to an end");
}
