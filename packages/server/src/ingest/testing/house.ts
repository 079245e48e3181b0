import type { EventId, RunId } from "@holdfast/protocol";
import { createIds, nodeDigest, silentLog, systemRandom } from "#kernel";
import { createPayloads, OPEN_PAYLOADS } from "#payloads";
import type { Queue, Work } from "#queue";
import type { Realtime, Update } from "#realtime";
import { createRealtime } from "#realtime";
import type { FunctionDefinition, Registry } from "#registry";
import { createRegistry } from "#registry";
import type { RunRecord, SqliteStore } from "#store";
import { openSqliteStore } from "#store";
import type { ManualClock } from "../../kernel/testing/manual-clock.ts";
import { manualClock } from "../../kernel/testing/manual-clock.ts";
import { fn, registration } from "../../registry/testing/registrations.ts";
import type { Ingest, IngestOutcome } from "../contract.ts";
import { createIngest } from "../create-ingest.ts";
import { ENVIRONMENT, NOW } from "./events.ts";

/** Ingest with the real rooms around it, on a store in memory, and a queue that notes what it is given. */
export interface House {
  readonly ingest: Ingest;
  readonly store: SqliteStore;
  readonly registry: Registry;
  readonly clock: ManualClock;
  readonly queue: Queue;
  readonly realtime: Realtime;
  readonly offered: Work[];
  readonly expected: number[];
  readonly updates: Update[];
  /** Registers these functions of the app `shop` in place of those it had. */
  register(functions: Readonly<Record<string, object>>): Promise<void>;
  definition(id: string): FunctionDefinition;
  /** Runs of a function, oldest first. */
  runsOf(id: string): Promise<readonly RunRecord[]>;
  /** The bodies of a run's events, parsed. */
  eventsOf(id: RunId): Promise<readonly { readonly id: string; readonly data: Record<string, unknown> }[]>;
}

export async function openHouse(
  functions: Readonly<Record<string, object>> = {},
  { hasRoom = true, startAt = NOW, cronCatchUpMax = 0, backlogMax = Infinity } = {},
): Promise<House> {
  const store = await openSqliteStore({ path: ":memory:" });
  const clock = manualClock(startAt);
  const registry = await createRegistry({
    store: store.apps,
    environment: ENVIRONMENT,
    digest: nodeDigest,
    log: silentLog,
  });
  const session = await store.queue.openSession({ node: "test", now: startAt, expiresAt: startAt + 1e12 });
  const offered: Work[] = [];
  const expected: number[] = [];
  const queue: Queue = {
    session,
    hasRoom,
    offer: (work) => void offered.push(...work),
    expect: (dueAt) => void expected.push(dueAt),
    start: () => undefined,
    stop: () => Promise.resolve(),
    load: () => ({ active: 0, waiting: 0 }),
    pause: (id) => store.queue.pause(id, clock.now()),
    resume: (id) => store.queue.resume(id, clock.now()),
    paused: () => store.queue.paused(),
    size: () => store.queue.size(),
    backlog: async (max) => offered.length + (await store.queue.waiting({ now: clock.now(), max })),
  };
  const realtime = createRealtime({ log: silentLog });
  const updates: Update[] = [];
  realtime.follow({}, (more) => updates.push(...more));
  const ingest = createIngest({
    events: store.events,
    runs: store.runs,
    schedules: store.schedules,
    registry,
    queue,
    payloads: createPayloads(OPEN_PAYLOADS, { clock, log: silentLog }),
    realtime,
    clock,
    ids: createIds(clock, systemRandom),
    digest: nodeDigest,
    log: silentLog,
    environment: ENVIRONMENT,
    cronCatchUpMax,
    machineClock: clock,
    backlogMax,
  });

  async function register(wanted: Readonly<Record<string, object>>): Promise<void> {
    const list = Object.entries(wanted).map(([id, fields]) => fn(id, { ...fields }));
    const outcome = await registry.register(registration(list), clock.now());
    if (!outcome.ok) throw new Error(outcome.message);
  }

  function definition(id: string): FunctionDefinition {
    const found = registry.functionBySlug(`shop-${id}`);
    if (found === null) throw new Error(`no function ${id}`);
    return found;
  }

  await register(functions);
  return {
    ingest,
    store,
    registry,
    clock,
    queue,
    realtime,
    offered,
    expected,
    updates,
    register,
    definition,
    runsOf: (id) =>
      store.runs.list({
        environment: ENVIRONMENT,
        limit: 100,
        order: "asc",
        functionIds: [definition(id).id],
      }),
    async eventsOf(id) {
      const ids = await store.runs.eventsOf(id);
      const events = await Promise.all(ids.map((each) => store.events.get(each)));
      // Events are objects with data; tests look at what they sent.
      return events.map(
        (event) => JSON.parse(event?.body ?? "null") as { id: string; data: Record<string, unknown> },
      );
    },
  };
}

/** The ids of a request that was taken. */
export function idsOf(outcome: IngestOutcome): readonly EventId[] {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.ids;
}
