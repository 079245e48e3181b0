import type { DatabaseSync } from "node:sqlite";
import type { FunctionId } from "@holdfast/protocol";
import type { DueGathering, ScheduleStore, Tick } from "../contract.ts";
import type { EventRecord } from "../records.ts";
import { decodeAccept } from "./accept.ts";
import type { StoreAccess } from "./access.ts";
import type { EventRow } from "./events.ts";
import { toEvent } from "./events.ts";
import { GATHERING_KINDS } from "./gatherings.ts";
import { decodeStartGathering, encodeFireTick, encodeStartGathering } from "./schedule-acts.ts";
import { prepare } from "./statement.ts";

type GatheringRow = readonly [
  id: number,
  revision: number,
  kind: number,
  fn: number,
  key: string,
  dueAt: number,
];

type TickRow = readonly [fn: number, cron: string, scheduledAt: number, dueAt: number];

export function createScheduleStore(access: StoreAccess): ScheduleStore {
  const { db, symbols } = access;
  const due = createDueQueries(db);

  function toGathering([id, revision, kind, fn, key, dueAt]: GatheringRow): DueGathering {
    return {
      id,
      revision,
      // Codes are written from this very list.
      kind: GATHERING_KINDS[kind] as DueGathering["kind"],
      functionId: symbols.text(fn) as FunctionId,
      key,
      dueAt,
      events: due.eventsOf.all(id).map((row): EventRecord => toEvent(row, symbols)),
    };
  }

  function toTick([fn, cron, scheduledAt, dueAt]: TickRow): Tick {
    // Function ids enter the column as such, through `register`.
    return { functionId: symbols.text(fn) as FunctionId, cron, scheduledAt, dueAt };
  }

  return {
    due: ({ now, limit }) =>
      access.readTogether(() => {
        // One more than wanted, due or not: when the next thing will be.
        const gatherings = due.gatherings.all(limit + 1);
        const ticks = due.ticks.all(limit + 1);
        const dueGatherings = gatherings.slice(0, limit).filter((row) => row[5] <= now);
        const dueTicks = ticks.slice(0, limit).filter((row) => row[3] <= now);
        const next = [gatherings[dueGatherings.length]?.[5], ticks[dueTicks.length]?.[3]];
        const nextDueAt = Math.min(...next.map((dueAt) => dueAt ?? Infinity));
        return {
          gatherings: dueGatherings.map(toGathering),
          ticks: dueTicks.map(toTick),
          nextDueAt: nextDueAt === Infinity ? null : nextDueAt,
        };
      }),
    startGathering: async (request) =>
      decodeStartGathering(await access.act(() => encodeStartGathering(request))),
    async fireTick(request) {
      const answer = await access.act(() => encodeFireTick(request));
      // A list but for a tick that is gone.
      return answer === null ? "gone" : decodeAccept(request.batch.events, answer as readonly []);
    },
  };
}

/** The longest due first. */
function createDueQueries(db: DatabaseSync) {
  return {
    gatherings: prepare<GatheringRow>(
      db,
      "SELECT num, revision, kind, function, key, due_at FROM gatherings ORDER BY due_at, num LIMIT ?",
    ),
    ticks: prepare<TickRow>(
      db,
      "SELECT function, cron, scheduled_at, due_at FROM ticks ORDER BY due_at, function, cron LIMIT ?",
    ),
    eventsOf: prepare<EventRow>(
      db,
      `SELECT events.id, environment, name, user_id, received_at, ts, body
       FROM gathered_events CROSS JOIN events ON events.id = gathered_events.event_id
       WHERE gathering = ? ORDER BY position`,
    ),
  };
}
