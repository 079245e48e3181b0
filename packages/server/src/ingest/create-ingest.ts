import type { Digest, EnvironmentName } from "@holdfast/protocol";
import type { Clock, Ids, Log } from "#kernel";
import type { Payloads } from "#payloads";
import type { Queue } from "#queue";
import type { Realtime } from "#realtime";
import type { Registry } from "#registry";
import type { EventStore, RunStore, ScheduleStore } from "#store";
import { acceptEvents } from "./accept.ts";
import { createArrivals } from "./arrivals.ts";
import { Backlog } from "./backlog.ts";
import type { ClockworkDeps } from "./clockwork.ts";
import { createClockwork } from "./clockwork.ts";
import type { Ingest } from "./contract.ts";
import { createEmitter } from "./emitter.ts";
import { invokeFunction } from "./invoke.ts";
import { openEndpoint } from "./open-endpoint.ts";
import { rerunRun } from "./rerun.ts";

export interface IngestDeps {
  readonly events: EventStore;
  readonly runs: RunStore;
  readonly schedules: ScheduleStore;
  readonly registry: Registry;
  readonly queue: Queue;
  readonly payloads: Payloads;
  readonly realtime: Realtime;
  readonly clock: Clock;
  readonly machineClock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly log: Log;
  readonly environment: EnvironmentName;
  /** Missed occurrences of a cron trigger that are made good after a downtime, at most; 0 for none (13.2). */
  readonly cronCatchUpMax: number;
  /** Work that may wait or be under way before new work is refused; the server's own goes on. */
  readonly backlogMax: number;
  /** Longest pause between two looks for what starts by the clock; the room's own measure when absent. */
  readonly lookMsMax?: number;
}

/** The way in for events, whoever they come from, and for starts by the clock. Takes no work of its own before `start`. */
export function createIngest(deps: IngestDeps): Ingest {
  const { environment, events } = deps;
  const arrivals = createArrivals({ ...deps, expectGathering: (dueAt) => clockwork.expect(dueAt) });
  const backlog = new Backlog({ ...deps, clock: deps.machineClock, max: deps.backlogMax });
  const acceptDeps: ClockworkDeps = { ...deps, arrivals, backlog, catchUpMax: deps.cronCatchUpMax };
  const clockwork = createClockwork(acceptDeps);
  return {
    accept: (body, idSeed) => acceptEvents(acceptDeps, body, idSeed),
    get: (id) => events.get(id),
    list: (query) => events.list({ ...query, environment }),
    runsOf: (id) => deps.runs.ofEvent(id),
    invoke: (request) => invokeFunction(acceptDeps, request),
    rerun: (request) => rerunRun({ ...acceptDeps, runs: deps.runs }, request),
    openEndpoint: (request) => openEndpoint({ ...acceptDeps, ...deps }, request),
    emitter: createEmitter({ ...acceptDeps, hasRoom: () => deps.queue.hasRoom }),
    start: () => clockwork.start(),
    stop: () => clockwork.stop(),
  };
}
