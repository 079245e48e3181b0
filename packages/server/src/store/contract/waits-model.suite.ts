import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileExpression, prepareFilter } from "#expressions";
import type { WaitFilter } from "#expressions";
import type { EventRecord } from "../records.ts";
import type { Store } from "../contract.ts";
import { anAdvance, aNewRun, anEvent, anItem, aWait, eventId, NOW, runId } from "./testing/builders.ts";
import type { CreateHarness } from "./testing/harness.ts";

const ORDERS = ["a", "b"] as const;
type Order = (typeof ORDERS)[number];

/** What is done. A wait is for one order, or for any payment; some look back. */
type Act =
  | {
      readonly act: "wait";
      readonly order: Order | null;
      readonly lastsMs: number;
      readonly backMs: number | null;
    }
  | { readonly act: "event"; readonly order: Order | null; readonly isEmitted: boolean }
  | { readonly act: "lease" | "reopen" };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("wait" as const),
      order: fc.constantFrom(null, ...ORDERS),
      lastsMs: fc.constantFrom(5, 20, 50),
      backMs: fc.constantFrom(null, null, 0, 3, 20),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("event" as const),
      order: fc.constantFrom(null, ...ORDERS),
      isEmitted: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("lease" as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("reopen" as const) }) },
);

const moment = fc.record({ afterMs: fc.constantFrom(0, 1, 4, 20), act });

/** A wait as it should stand: still waiting, or woken by an event or by nothing. */
interface ModelWait {
  readonly order: Order | null;
  readonly dueAt: number;
  cause: string | null;
  isHandedOut: boolean;
}

/** Steps forward of the run that emits; it must not be one that waits. */
const EMITTER = 999;

export function waitModelSuite(create: CreateHarness, numRuns: number): void {
  test("a wait ends once, by the first event that answers it or by its time-out, in any history", async () => {
    const filters = new Map(ORDERS.map((order) => [order, filterOf(order)] as const));
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 40 }), async (moments) => {
        const harness = await create();
        let { store } = harness;
        const waits = new Map<string, ModelWait>();
        const events: { readonly event: EventRecord; readonly order: Order | null }[] = [];
        let emitted = 0;
        let now = NOW;
        try {
          await openRun(store, EMITTER);
          for (const each of moments) {
            now += each.afterMs;
            switch (each.act.act) {
              case "wait": {
                const num = waits.size + 1;
                const { order, backMs } = each.act;
                const dueAt = now + each.act.lastsMs;
                const from = backMs === null ? null : now - backMs;
                await openRun(store, num);
                const filter = order === null ? null : (filters.get(order) ?? null);
                const fields = { eventName: "payment", filter, expiresAt: dueAt, lookBackFrom: from };
                const enqueue = [anItem(num, { key: "wait", kind: "wait", dueAt })];
                await store.runs.advance(
                  anAdvance(num, { finish: ["start"], enqueue, waits: [aWait(fields)], now }),
                );
                const past = events.find(
                  (one) => from !== null && one.event.receivedAt >= from && answers(one.order, order),
                );
                waits.set(runId(num), { order, dueAt, cause: past?.event.id ?? null, isHandedOut: false });
                break;
              }
              case "event": {
                const { order } = each.act;
                const event = paymentOf(events.length + 1, order, now);
                const accepted = [{ event, runs: [], gatherings: [] }];
                if (each.act.isEmitted) {
                  const step = anAdvance(EMITTER, { expectedRevision: emitted, emit: accepted, now });
                  assert.equal((await store.runs.advance(step)).kind, "committed");
                  emitted += 1;
                } else await store.events.accept({ events: accepted, session: null, now });
                events.push({ event, order });
                for (const wait of waits.values()) {
                  if (wait.cause !== null || wait.dueAt <= now || !answers(order, wait.order)) continue;
                  wait.cause = event.id;
                }
                break;
              }
              case "lease":
                await lease(store, waits, now);
                break;
              case "reopen":
                if ("impossible" in harness.reopen) break;
                store = await harness.reopen();
                // What was handed out is free, and is handed out with the cause that it had.
                for (const wait of waits.values()) wait.isHandedOut = false;
            }
          }
          now += 100;
          await lease(store, waits, now);
          for (const [id, wait] of waits) assert.ok(wait.isHandedOut, `${id} never ends`);
        } finally {
          await harness.cleanup();
        }
      }),
      { numRuns },
    );
  });
}

function filterOf(order: Order): WaitFilter {
  const expression = compileExpression("async.data.order == event.data.order", "filter");
  const filter = prepareFilter(expression, { data: { order } }, NOW);
  assert.ok(filter !== "never");
  return filter;
}

function paymentOf(num: number, order: Order | null, now: number): EventRecord {
  const id = eventId(num);
  const body = JSON.stringify({ data: { order }, id, name: "payment", ts: now, user: {} });
  return anEvent(num, { name: "payment", receivedAt: now, ts: now, body });
}

function answers(order: Order | null, wanted: Order | null): boolean {
  return wanted === null || wanted === order;
}

async function openRun(store: Store, num: number): Promise<void> {
  const runs = [aNewRun(num, { run: { eventId: eventId(998) }, item: { dueAt: NOW + 999_999 } })];
  await store.runs.open({ runs, session: null, now: NOW });
}

/** Hands out everything that is due, and compares what woke it. */
async function lease(store: Store, waits: ReadonlyMap<string, ModelWait>, now: number): Promise<void> {
  const session = await store.queue.openSession({ node: "n", now, expiresAt: now + 999_999 });
  const { items } = await store.queue.lease({ session, limit: 1000, now });
  for (const { item } of items) {
    const wait = waits.get(item.runId);
    assert.ok(wait !== undefined && !wait.isHandedOut, `${item.runId} was handed out twice`);
    const cause = item.cause?.kind === "event" ? item.cause.eventId : null;
    assert.equal(cause, wait.cause, `${item.runId} was woken by the wrong event`);
    wait.isHandedOut = true;
  }
  for (const [id, wait] of waits) {
    const isOver = wait.cause !== null || wait.dueAt <= now;
    assert.equal(wait.isHandedOut, isOver, `${id} ${isOver ? "should have been woken" : "was woken early"}`);
  }
}
