import type { Store } from "../contract.ts";
import { nodeDigest } from "#kernel";
import { Administration } from "./administration.ts";
import { Admission } from "./admission.ts";
import { Apps } from "./apps.ts";
import { Cancellations } from "./cancellations.ts";
import { Events } from "./events.ts";
import { Functions } from "./functions.ts";
import { Gatherings } from "./gatherings.ts";
import { IdempotencyKeys } from "./idempotency-keys.ts";
import { assembleMemoryStore } from "./memory-store.ts";
import { OpenRuns } from "./open-runs.ts";
import { Queue } from "./queue.ts";
import { QueueItems } from "./queue-items.ts";
import { Rates } from "./rates.ts";
import { Runs } from "./runs.ts";
import { Sessions } from "./sessions.ts";
import { Signals } from "./signals.ts";
import { Singletons } from "./singletons.ts";
import { Tables } from "./tables.ts";
import { Ticks } from "./ticks.ts";
import { Waits } from "./waits.ts";

/** Tables in memory that outlive the stores that use them, as a disk outlives processes. */
export interface MemoryDisk {
  /** Opens the store alone: whatever earlier ones held is free. */
  takeOver(): Store;
  /** Opens a further store beside the one that has it. */
  join(): Store;
}

/**
 * The store in the plainest terms: maps, walked from end to end, and each act done at once. It is what the contract
 * means, to be held against stores that are made for speed, and a disk for simulations. Nothing of it is on a disk.
 */
export function createMemoryDisk(): MemoryDisk {
  const rooms = createRooms();
  return {
    takeOver() {
      rooms.sessions.endAll();
      rooms.tables.keep();
      return assembleMemoryStore(rooms);
    },
    join: () => assembleMemoryStore(rooms),
  };
}

export type MemoryRooms = ReturnType<typeof createRooms>;

function createRooms() {
  const tables = new Tables();
  const events = new Events(tables);
  const functions = new Functions(tables);
  const items = new QueueItems(tables);
  const rates = new Rates(tables);
  const runs = new Runs(tables);
  const keys = new IdempotencyKeys(tables);
  const gatherings = new Gatherings(tables);
  const ticks = new Ticks(tables);
  const administration = new Administration(tables, nodeDigest);
  const cancellations = new Cancellations(tables);
  const apps = new Apps(tables, functions, ticks);
  const sessions = new Sessions(tables, items);
  const signals = new Signals(tables, items);
  const admission = new Admission(tables, { functions, runs, items, rates });
  const queue = new Queue({ items, runs, admission, sessions });
  const waits = new Waits(tables, { runs, items, events });
  const singletons = new Singletons(tables, { runs, items, queue });
  const openRuns = new OpenRuns({ functions, items, keys, queue, rates, runs, singletons, waits });
  return {
    tables,
    administration,
    events,
    functions,
    items,
    runs,
    gatherings,
    ticks,
    cancellations,
    apps,
    sessions,
    signals,
    admission,
    queue,
    waits,
    singletons,
    openRuns,
  };
}
