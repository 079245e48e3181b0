import type { Digest, EnvironmentName, ServerKind } from "@holdfast/protocol";
import type { Egress } from "#egress";
import type { Executor } from "#executor";
import { createExecutor } from "#executor";
import type { Ingest } from "#ingest";
import { createIngest } from "#ingest";
import type { Clock, Ids, Log, Random } from "#kernel";
import type { Keys } from "#keys";
import type { PayloadRules, Payloads } from "#payloads";
import { createPayloads, OPEN_PAYLOADS } from "#payloads";
import type { Queue } from "#queue";
import { openQueue } from "#queue";
import type { Realtime } from "#realtime";
import { createRealtime } from "#realtime";
import type { EndpointPolicy, Registry } from "#registry";
import { createRegistry } from "#registry";
import type { Store } from "#store";

export { createIds, nodeDigest } from "#kernel";
export { createKeys } from "#keys";
export { createMemoryDisk, openDisk } from "#store";
export type { Egress, EgressOutcome, EgressRequest } from "#egress";
export type { Clock, Log, Random, Timer } from "#kernel";
export type { Advance, Disk, EventRecord, JournalEntry, RunRecord, RunSnapshot, Store, Writer } from "#store";

/** Everything outside the rooms that they touch, and the few figures they are set up with. */
export interface World {
  readonly store: Store;
  readonly egress: Egress;
  readonly keys: Keys;
  readonly clock: Clock;
  /** The clock of the machine, where `clock` is another one. */
  readonly machineClock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly log: Log;
  readonly environment: EnvironmentName;
  readonly serverKind: ServerKind;
  /** Names this process in the store. */
  readonly node: string;
  readonly callSlots: number;
  readonly tickMs: number;
  readonly retry: { readonly intervalMs: number | null };
  readonly cronCatchUpMax: number;
  /** Work that may wait in the environment before new work is refused; no bound when absent. */
  readonly backlogMax?: number;
  /** Which payloads are taken; any when absent. */
  readonly payloads?: PayloadRules;
  /** Whose durable endpoints are called, beside those of registered apps; nobody's when absent. */
  readonly endpoints?: EndpointPolicy;
  /** Whether an app may be called at another origin than before; anywhere when absent. */
  readonly mayMove?: (app: string, from: string, to: string) => boolean;
  /** Whether apps must sign as v2 has it; absent: those that said they do. */
  readonly requireV2?: boolean;
  /** How long the session lasts on `clock` in which work is held, without a sign of life. */
  readonly sessionMs: number;
  /** Longest pause between two looks for what starts by the clock; absent for the room's own measure. */
  readonly lookMsMax?: number;
  /** Stands between the queue and the rooms that use it. */
  readonly around?: (queue: Queue) => Queue;
}

/** The rooms that accept events and carry runs to their end. */
export interface Rooms {
  readonly registry: Registry;
  readonly realtime: Realtime;
  readonly queue: Queue;
  readonly payloads: Payloads;
  readonly ingest: Ingest;
  readonly executor: Executor;
  /** Begins to take work; until then nobody is called. */
  start(): void;
}

/**
 * Builds the rooms once over a given world, and hands each what it needs. A server is this and the ways in around it;
 * a simulation is this and a world of its own.
 *
 * @throws HoldfastError of the store, when it cannot be read or written.
 */
export async function buildRooms(world: World): Promise<Rooms> {
  const { store, clock, random, ids, digest, log, environment } = world;
  const registry = await createRegistry({
    store: store.apps,
    environment,
    digest,
    log,
    ...(world.endpoints === undefined ? {} : { endpoints: world.endpoints }),
    requireV2: world.requireV2 ?? false,
    ...(world.mayMove === undefined ? {} : { mayMove: world.mayMove }),
  });
  const realtime = createRealtime({ log });
  const payloads = createPayloads(world.payloads ?? OPEN_PAYLOADS, { clock: world.machineClock, log });
  const opened = await openQueue({
    store: store.queue,
    clock,
    machineClock: world.machineClock,
    log,
    node: world.node,
    slots: world.callSlots,
    tickMs: world.tickMs,
    sessionMs: world.sessionMs,
  });
  const queue = world.around === undefined ? opened : world.around(opened);
  const ingest = createIngest({
    events: store.events,
    runs: store.runs,
    schedules: store.schedules,
    registry,
    queue,
    payloads,
    realtime,
    ids,
    clock,
    machineClock: world.machineClock,
    digest,
    log,
    environment,
    backlogMax: world.backlogMax ?? Infinity,
    cronCatchUpMax: world.cronCatchUpMax,
    ...(world.lookMsMax === undefined ? {} : { lookMsMax: world.lookMsMax }),
  });
  const executor = createExecutor({
    runs: store.runs,
    events: store.events,
    cancellations: store.cancellations,
    emitter: ingest.emitter,
    registry,
    queue,
    payloads,
    realtime,
    egress: world.egress,
    keys: world.keys,
    clock,
    random,
    ids,
    digest,
    log,
    retry: world.retry,
    serverKind: world.serverKind,
    requireV2: world.requireV2 ?? false,
  });
  return {
    registry,
    realtime,
    queue,
    payloads,
    ingest,
    executor,
    start() {
      executor.start();
      ingest.start();
    },
  };
}
