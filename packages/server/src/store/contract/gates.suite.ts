import assert from "node:assert/strict";
import type { Gate, NewRun, SessionId } from "../records.ts";
import type { AdvanceResult, Store } from "../contract.ts";
import {
  aFunction,
  anAdvance,
  aNewRun,
  anEvent,
  anItem,
  aRegistration,
  aRun,
  aSession,
  functionId,
  itemName,
  leaseAll,
  NOW,
  open,
  outcomes,
  runId,
} from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";
import { reopenTest, storeTest } from "./testing/harness.ts";

/** A gate of one place at the counter. */
export function aGate(level: "step" | "run", counter: string, max = 1): Gate {
  return { level, counter, rule: `${level}:0`, max };
}

const ENDED = { status: "Completed", endedAt: NOW } as const;

/** A run behind these gates; younger with its number. */
function gated(num: number, gates: readonly Gate[], fields: Parameters<typeof aNewRun>[1] = {}): NewRun {
  return aNewRun(num, { gates, ...fields, run: { queuedAt: NOW - 1000 + num, ...fields.run } });
}

/** Accepts each run with an event of its own. */
async function openEach(store: Store, runs: readonly NewRun[], session: SessionId | null = null) {
  for (const run of runs) {
    await open(store, [run], { event: anEvent(Number(run.run.id.slice(-6))), session });
  }
}

function end(store: Store, num: number, revision = 0, now = NOW): Promise<AdvanceResult> {
  return store.runs.advance(anAdvance(num, { expectedRevision: revision, run: aRun(num, ENDED), now }));
}

export function gateSuite(create: CreateHarness): void {
  storeTest(create, "lease() hands out no more calls of a counter than its gate allows", async (store) => {
    const gate = aGate("step", "a", 2);
    await openEach(
      store,
      [1, 2, 3, 4].map((num) => gated(num, [gate])),
    );
    const session = await aSession(store);
    assert.deepEqual(await leaseAll(store, session), [itemName(1), itemName(2)]);
    assert.deepEqual(await leaseAll(store, session), []);
    await end(store, 2);
    assert.deepEqual(await leaseAll(store, session), [itemName(3)]);
    await end(store, 1);
    await end(store, 3);
    assert.deepEqual(await leaseAll(store, session), [itemName(4)]);
  });

  storeTest(create, "advance() says that somebody should lease when it makes room", async (store) => {
    await openEach(
      store,
      [1, 2].map((num) => gated(num, [aGate("step", "a")])),
    );
    await leaseAll(store, await aSession(store));
    const result = await end(store, 1);
    assert.equal(result.kind === "committed" && result.emitted.workDueAt, NOW);
  });

  storeTest(create, "accept() with a session has it hold only what passes its gates", async (store) => {
    const session = await aSession(store);
    const runs = [1, 2].map((num) => gated(num, [aGate("step", "a")]));
    assert.deepEqual(outcomes(await open(store, runs, { session })), ["held", "opened"]);
    assert.deepEqual(await store.queue.size(), { queued: 2, held: 1 });
    assert.deepEqual((await store.runs.load(runId(1)))?.held, ["start"]);
    assert.deepEqual((await store.runs.load(runId(2)))?.held, []);
  });

  storeTest(create, "counters of different gates, levels and functions do not meet", async (store) => {
    const session = await aSession(store);
    const elsewhere = { run: { functionId: functionId(2), queuedAt: NOW } };
    await openEach(store, [
      gated(1, [aGate("step", "a")]),
      gated(2, [aGate("step", "b")]),
      gated(3, [aGate("run", "a")]),
      gated(4, [aGate("step", "a")], elsewhere),
    ]);
    assert.deepEqual(
      await leaseAll(store, session),
      [1, 2, 3].map((num) => itemName(num)),
    );
    await end(store, 1);
    assert.deepEqual(
      await leaseAll(store, session),
      [itemName(4)],
      "a counter may belong to several functions",
    );
  });

  storeTest(create, "functions that share a counter each have their own limit at it", async (store) => {
    const session = await aSession(store);
    const other = (num: number): NewRun =>
      gated(num, [aGate("step", "a", 3)], { run: { functionId: functionId(2), queuedAt: NOW + num } });
    await openEach(store, [
      gated(1, [aGate("step", "a", 1)]),
      gated(2, [aGate("step", "a", 1)]),
      other(3),
      other(4),
      other(5),
    ]);
    assert.deepEqual(
      await leaseAll(store, session),
      [1, 3, 4].map((num) => itemName(num)),
    );
    await end(store, 3);
    assert.deepEqual(await leaseAll(store, session), [itemName(5)]);
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session), []);
    await end(store, 4);
    await end(store, 5);
    assert.deepEqual(await leaseAll(store, session), [itemName(2)]);
  });

  storeTest(
    create,
    "a priority moves a call past its own function's calls, not past another's",
    async (store) => {
      const gates = [aGate("step", "shared")];
      await openEach(store, [gated(1, gates)]);
      const session = await aSession(store);
      await leaseAll(store, session);
      await openEach(store, [
        gated(2, gates, { run: { functionId: functionId(2) } }),
        gated(3, gates),
        gated(4, gates, { priorityMs: 500 }),
      ]);
      const order: string[] = [];
      for (const num of [1, 2, 4]) {
        await end(store, num);
        order.push(...(await leaseAll(store, session)));
      }
      assert.deepEqual(order, [itemName(2), itemName(4), itemName(3)]);
    },
  );

  storeTest(create, "waiting calls go in the order of their runs' age, moved by priority", async (store) => {
    const session = await aSession(store);
    const gates = [aGate("step", "a")];
    await openEach(store, [gated(1, gates)], session);
    await openEach(store, [
      gated(4, gates),
      gated(3, gates, { priorityMs: -500 }),
      gated(2, gates),
      gated(5, gates, { priorityMs: 500 }),
    ]);
    const order: number[] = [];
    for (let num = 1; order.length < 5; num = order.at(-1) ?? num) {
      if (order.length === 0) order.push(1);
      await end(store, num);
      const [name] = await leaseAll(store, session);
      if (name === undefined) break;
      order.push(Number(name.slice(20, 26)));
    }
    assert.deepEqual(order, [1, 5, 2, 4, 3]);
  });

  storeTest(
    create,
    "a run's next call does not overtake an older run, and goes before a younger one",
    async (store) => {
      const session = await aSession(store);
      const gates = [aGate("step", "a")];
      await openEach(store, [gated(2, gates)], session);
      await openEach(store, [gated(3, gates)]);
      const goOn = (revision: number, key: string, finish: string): Promise<AdvanceResult> =>
        store.runs.advance(
          anAdvance(2, {
            expectedRevision: revision,
            finish: [finish],
            enqueue: [anItem(2, { key, generation: 1 })],
            session,
          }),
        );
      const first = await goOn(0, "b", "start");
      assert.deepEqual(first.kind === "committed" && [...first.held], ["b"], "before a younger one");
      await openEach(store, [gated(1, gates)]);
      const second = await goOn(1, "c", "b");
      assert.deepEqual(second.kind === "committed" && [...second.held], []);
      assert.deepEqual(await leaseAll(store, session), [itemName(1)]);
    },
  );

  storeTest(
    create,
    "a call holds its place from hand-out to its end, a session's end included",
    async (store) => {
      const gates = [aGate("step", "a")];
      await openEach(
        store,
        [1, 2].map((num) => gated(num, gates)),
      );
      const session = await aSession(store);
      await leaseAll(store, session);
      await store.queue.closeSession(session);
      assert.deepEqual(await leaseAll(store, await aSession(store)), [itemName(1)]);
    },
  );

  storeTest(create, "a retry gives its place back until it is due", async (store) => {
    const gates = [aGate("step", "a")];
    await openEach(
      store,
      [1, 2].map((num) => gated(num, gates)),
    );
    const session = await aSession(store);
    await leaseAll(store, session);
    const retry = anItem(1, { attempt: 1, generation: 1, dueAt: NOW + 100 });
    await store.runs.advance(anAdvance(1, { enqueue: [retry] }));
    assert.deepEqual(await leaseAll(store, session, NOW), [itemName(2)]);
    assert.deepEqual(await leaseAll(store, session, NOW + 100), []);
    await end(store, 2, 0, NOW + 100);
    assert.deepEqual(await leaseAll(store, session, NOW + 100), [itemName(1)]);
  });

  storeTest(create, "an item put in place of itself keeps its place", async (store) => {
    const session = await aSession(store);
    await openEach(store, [gated(1, [aGate("step", "a")])], session);
    const again = anItem(1, { attempt: 1, generation: 1 });
    const result = await store.runs.advance(anAdvance(1, { enqueue: [again], session }));
    assert.deepEqual(result.kind === "committed" && [...result.held], ["start"]);
  });

  storeTest(create, "a call behind two gates waits until both have room", async (store) => {
    const session = await aSession(store);
    const [a, b] = [aGate("step", "a"), aGate("step", "b")];
    await openEach(store, [gated(1, [a]), gated(2, [b])], session);
    await openEach(store, [gated(3, [a, b]), gated(4, [a])]);
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session), [itemName(4)], "the third waits elsewhere");
    await end(store, 2);
    assert.deepEqual(await leaseAll(store, session), [], "now at the first again");
    await end(store, 4);
    assert.deepEqual(await leaseAll(store, session), [itemName(3)]);
  });

  storeTest(create, "a run-level gate is held from the first call until the run's end", async (store) => {
    const session = await aSession(store);
    const gates = [aGate("run", "a")];
    await openEach(store, [gated(1, gates), gated(2, gates)], session);
    const nap = anItem(1, { key: "nap", kind: "sleep", dueAt: NOW + 50 });
    await store.runs.advance(anAdvance(1, { finish: ["start"], enqueue: [nap], session }));
    assert.deepEqual(await leaseAll(store, session), [], "a run that sleeps still holds it");
    const after = anItem(1, { key: "after" });
    const next = anAdvance(1, { expectedRevision: 1, finish: ["nap"], enqueue: [after], session });
    const result = await store.runs.advance(next);
    assert.deepEqual(result.kind === "committed" && [...result.held], ["after"], "and needs it once");
    await end(store, 1, 2);
    assert.deepEqual(await leaseAll(store, session), [itemName(2)]);
  });

  storeTest(create, "two calls of a run that are due together begin it once", async (store) => {
    const session = await aSession(store);
    const gates = [aGate("run", "a")];
    const later = (num: number, dueAt: number): NewRun => gated(num, gates, { item: { dueAt } });
    await openEach(store, [later(1, NOW + 5), later(2, NOW + 9)]);
    const enqueue = ["a", "b"].map((key) => anItem(1, { key, dueAt: NOW + 5 }));
    await store.runs.advance(anAdvance(1, { finish: ["start"], enqueue }));
    assert.deepEqual(await leaseAll(store, session, NOW + 9), [itemName(1, "a"), itemName(1, "b")]);
    await end(store, 1, 1, NOW + 9);
    assert.deepEqual(await leaseAll(store, session, NOW + 9), [itemName(2)]);
  });

  storeTest(create, "sleeps, cancellations and time-outs pass every gate", async (store) => {
    const session = await aSession(store);
    await openEach(store, [gated(1, [aGate("step", "a", 0)])]);
    const kinds = ["sleep", "wait", "invoke", "signal", "cancel", "timeout"] as const;
    const enqueue = kinds.map((kind) => anItem(1, { key: kind, kind }));
    await store.runs.advance(anAdvance(1, { enqueue }));
    assert.deepEqual(
      (await leaseAll(store, session)).toSorted(),
      kinds.map((kind) => itemName(1, kind)).toSorted(),
    );
    assert.equal((await store.runs.items(runId(1))).length, 7, "the call itself waits");
  });

  storeTest(
    create,
    "a function has at most a thousand calls at once, whatever it asks for",
    async (store) => {
      const session = await aSession(store);
      const runs = Array.from({ length: 1003 }, (_, index) => aNewRun(index + 1));
      await open(store, runs, { session });
      assert.deepEqual(await store.queue.size(), { queued: 1003, held: 1000 });
      assert.equal(await store.queue.waiting({ now: NOW, max: 100 }), 3);
      assert.deepEqual(await leaseAll(store, session), []);
      await open(store, [aNewRun(2001, { run: { functionId: functionId(2) } })], { event: anEvent(2) });
      assert.deepEqual(await leaseAll(store, session), [itemName(2001)], "others are not held up");
      await end(store, 1);
      assert.deepEqual(await leaseAll(store, session), [itemName(1001)]);
    },
  );

  storeTest(create, "what is registered last counts, for runs that exist already too", async (store) => {
    const session = await aSession(store);
    const register = (checksum: string, limits: Record<string, number>): Promise<boolean> =>
      store.apps.register(aRegistration({ checksum }, [aFunction(1, { limits })]));
    await register("a", { "step:0": 1 });
    await openEach(
      store,
      [1, 2, 3, 4, 5].map((num) => gated(num, [aGate("step", "a", 99)])),
    );
    assert.deepEqual(await leaseAll(store, session), [itemName(1)]);
    await register("b", { "step:0": 2 });
    assert.deepEqual(await leaseAll(store, session), [itemName(2)]);
    await register("c", { "step:0": 1 });
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session), [], "what runs goes on, what waits waits");
    await register("d", {});
    assert.deepEqual(
      await leaseAll(store, session),
      [3, 4, 5].map((num) => itemName(num)),
    );
    assert.deepEqual((await store.apps.functions())[0]?.limits, {});
  });

  storeTest(create, "pause() holds calls back and resume() lets them go on", async (store) => {
    const session = await aSession(store);
    await open(store, [aNewRun(1), aNewRun(2, { run: { functionId: functionId(2) } })]);
    assert.equal(await store.queue.pause(functionId(1), NOW), true);
    assert.equal(await store.queue.pause(functionId(1), NOW + 1), false);
    assert.deepEqual([...(await store.queue.paused())], [[functionId(1), NOW]]);
    assert.deepEqual(await leaseAll(store, session), [itemName(2)]);
    const nap = anItem(1, { key: "nap", kind: "sleep" });
    await store.runs.advance(anAdvance(1, { enqueue: [nap, anItem(1, { key: "more" })] }));
    assert.deepEqual(await leaseAll(store, session), [itemName(1, "nap")]);
    assert.equal(await store.queue.resume(functionId(1), NOW), true);
    assert.equal(await store.queue.resume(functionId(1), NOW), false);
    assert.deepEqual(
      (await leaseAll(store, session)).toSorted(),
      [itemName(1, "more"), itemName(1)].toSorted(),
    );
  });

  storeTest(create, "what waited through a pause goes before what comes after it", async (store) => {
    const session = await aSession(store);
    await openEach(store, [gated(1, [aGate("step", "a")])]);
    await store.queue.pause(functionId(1), NOW);
    assert.deepEqual(await leaseAll(store, session), []);
    await store.queue.resume(functionId(1), NOW);
    await openEach(store, [gated(2, [aGate("step", "a")])], session);
    assert.deepEqual(await leaseAll(store, session), [itemName(1)]);
  });

  storeTest(create, "what waited at a limit goes before what comes when it is raised", async (store) => {
    const session = await aSession(store);
    const register = (checksum: string, max: number): Promise<boolean> =>
      store.apps.register(aRegistration({ checksum }, [aFunction(1, { limits: { "step:0": max } })]));
    await register("a", 0);
    await openEach(store, [gated(1, [aGate("step", "a", 9)])]);
    assert.deepEqual(await leaseAll(store, session), []);
    await register("b", 1);
    await openEach(store, [gated(2, [aGate("step", "a", 9)])], session);
    assert.deepEqual(await leaseAll(store, session), [itemName(1)]);
  });

  storeTest(create, "a new run of a paused function is stored as Skipped", async (store) => {
    await open(store, []);
    await store.queue.pause(functionId(1), NOW);
    const result = await store.runs.open({ runs: [aNewRun(1)], session: null, now: NOW + 7 });
    assert.deepEqual(result, { runs: [{ outcome: "skipped", existing: null }], workDueAt: null });
    assert.deepEqual(await store.runs.get(runId(1)), aRun(1, { status: "Skipped", endedAt: NOW + 7 }));
    assert.equal((await store.runs.end(runId(1)))?.data, '{"reason":"FunctionPaused","status":"Skipped"}');
    assert.deepEqual(await store.queue.size(), { queued: 0, held: 0 });
  });

  storeTest(create, "a run that ends while its call waits leaves the line", async (store) => {
    const session = await aSession(store);
    const gates = [aGate("step", "a")];
    await openEach(
      store,
      [1, 2, 3].map((num) => gated(num, gates)),
      session,
    );
    await end(store, 2);
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session), [itemName(3)]);
  });

  storeTest(create, "an act that is refused leaves every counter as it was", async (store) => {
    const session = await aSession(store);
    const gates = [aGate("step", "a"), aGate("run", "a")];
    await openEach(store, [gated(1, gates)], session);
    await openEach(store, [gated(2, gates)]);
    const broken = anAdvance(1, {
      run: aRun(1, ENDED),
      emit: [{ event: anEvent(9), runs: [gated(1, [])], gatherings: [] }],
    });
    await assert.rejects(store.runs.advance(broken), { code: "store_refused" });
    assert.deepEqual(await leaseAll(store, session), []);
    await end(store, 1);
    assert.deepEqual(await leaseAll(store, session), [itemName(2)]);
    assert.deepEqual(await store.runs.stranded(10), []);
  });

  reopenTest(create, "counters and lines survive a restart", async (store, reopen) => {
    const session = await aSession(store);
    const gates = [aGate("step", "s"), aGate("run", "r", 2)];
    await openEach(
      store,
      [1, 2, 3].map((num) => gated(num, gates)),
      session,
    );
    const nap = anItem(1, { key: "nap", kind: "sleep", dueAt: NOW + 50 });
    await store.runs.advance(anAdvance(1, { finish: ["start"], enqueue: [nap], session }));
    const next = await reopen();
    const fresh = await aSession(next);
    assert.deepEqual(await leaseAll(next, fresh), [itemName(2)]);
    assert.deepEqual(await leaseAll(next, fresh), [], "two runs have begun");
    await end(next, 2);
    assert.deepEqual(await leaseAll(next, fresh), [itemName(3)]);
  });
}
