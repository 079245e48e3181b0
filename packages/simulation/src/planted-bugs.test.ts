import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Store } from "@holdfast/server/rooms";
import { generateScenario } from "./generate/scenario.ts";
import type { Invariant, Violation } from "./oracle/violation.ts";
import { over } from "./oracle/watched-store.ts";
import type { Plant } from "./simulate.ts";
import { simulate } from "./simulate.ts";

/** A planted bug must be caught within so many seeds. */
const SEEDS_MAX = 200;

const OPTIONS = { years: 0, withFaults: true, withTwoNodes: false };

/** The first world in which the bug shows, and how. */
async function firstCaught(plant: () => Plant): Promise<{ seeds: number; violation: Violation }> {
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const { violation } = await simulate(generateScenario(String(seed), OPTIONS), {
      path: ":memory:",
      left: new Set(),
      trace: null,
      plant: plant(),
    });
    if (violation !== null) return { seeds: seed, violation };
  }
  assert.fail(`not caught in ${SEEDS_MAX} seeds`);
}

/** Counts up with each call, and is true at every `period`-th. */
function everyNth(period: number): () => boolean {
  let count = 0;
  return () => (count += 1) % period === 0;
}

async function caughtAs(expected: readonly Invariant[], plant: () => Plant): Promise<void> {
  const { seeds, violation } = await firstCaught(plant);
  assert.ok(
    expected.includes(violation.invariant),
    `seed ${seeds} was caught as ${violation.invariant}: ${violation.message}`,
  );
}

describe("simulate() catches", () => {
  it("a lost wake-up: now and then the queue is not told when something is due", () =>
    caughtAs(["never-ended"], () => {
      const isLost = everyNth(5);
      return {
        queue: (queue) => over(queue, { expect: (dueAt) => (isLost() ? undefined : queue.expect(dueAt)) }),
      };
    }));

  it("a doubled commit: now and then what was decided for a run is appended a second time", () =>
    caughtAs(["step-repeated", "ended-twice", "memo-changed", "handed-out-twice"], () => {
      const isDoubled = everyNth(7);
      return { store: (store) => doublingStore(store, isDoubled) };
    }));

  it("a commit that was answered and not made", () =>
    caughtAs(["never-ended", "step-repeated", "memo-changed", "handed-out-twice", "ended-twice"], () => {
      const isSkipped = everyNth(7);
      return { store: (store) => forgettingStore(store, isSkipped) };
    }));

  it("a limit that is off by one", () => caughtAs(["limit-exceeded"], () => ({ store: looseningStore })));

  it("an event that is acknowledged and not stored", () =>
    caughtAs(["event-lost"], () => {
      const isLost = everyNth(3);
      return {
        store: (store) =>
          over(store, {
            events: over(store.events, {
              accept: (batch) =>
                store.events.accept(isLost() ? { ...batch, events: batch.events.slice(0, -1) } : batch),
            }),
          }),
      };
    }));
});

function doublingStore(store: Store, isDoubled: () => boolean): Store {
  return over(store, {
    runs: over(store.runs, {
      async advance(advance) {
        const result = await store.runs.advance(advance);
        if (result.kind !== "committed" || advance.journal.length === 0 || !isDoubled()) return result;
        const journal = advance.journal.map((entry) => ({
          ...entry,
          seq: entry.seq + advance.journal.length,
        }));
        await store.runs.advance({ ...advance, expectedRevision: advance.expectedRevision + 1, journal });
        return result;
      },
    }),
  });
}

function forgettingStore(store: Store, isSkipped: () => boolean): Store {
  return over(store, {
    runs: over(store.runs, {
      async advance(advance) {
        if (advance.emit.length > 0 || !isSkipped()) return store.runs.advance(advance);
        return {
          kind: "committed",
          held: new Set(advance.enqueue.filter(({ dueAt }) => dueAt <= advance.now).map(({ key }) => key)),
          emitted: { events: [], workDueAt: null, gatheringDueAt: null },
        };
      },
    }),
  });
}

function looseningStore(store: Store): Store {
  return over(store, {
    apps: over(store.apps, {
      register: (registered) =>
        store.apps.register({
          ...registered,
          functions: registered.functions.map((record) => ({
            ...record,
            limits: Object.fromEntries(Object.entries(record.limits).map(([rule, max]) => [rule, max + 1])),
          })),
        }),
    }),
  });
}
