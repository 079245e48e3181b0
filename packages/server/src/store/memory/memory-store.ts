import type { RunId } from "@holdfast/protocol";
import { hasEnded, HoldfastError } from "@holdfast/protocol";
import type { AuditDraft } from "../administration.ts";
import type { QueueStore, RunStore, ScheduleStore, Store, Stranded } from "../contract.ts";
import type { QueueItem, SessionId } from "../records.ts";
import { acceptEvents } from "./accept.ts";
import { Act } from "./act.ts";
import { advanceRun } from "./advance.ts";
import { looseEvents, pastRuns, removeHistory } from "./history.ts";
import type { MemoryRooms } from "./memory-disk.ts";
import { by } from "./order.ts";
import type { Queued } from "./queue-items.ts";
import { snapshotOf } from "./snapshot.ts";
import { storedTexts } from "./texts.ts";

/** Whoever uses the rooms: from `close` on it may no longer. */
class Access {
  readonly rooms: MemoryRooms;
  #isClosed = false;

  constructor(rooms: MemoryRooms) {
    this.rooms = rooms;
  }

  close(): void {
    this.#isClosed = true;
  }

  async read<Result>(query: (rooms: MemoryRooms) => Result): Promise<Result> {
    if (this.#isClosed) throw new HoldfastError("store_closed", "Cannot use the store: it was closed.");
    return query(this.rooms);
  }

  /** An act that says whether it changed something; if so, its entries go to the log with it. */
  audited(audit: readonly AuditDraft[] | undefined, act: (rooms: MemoryRooms) => boolean): Promise<boolean> {
    return this.act((rooms) => {
      const hasChanged = act(rooms);
      if (hasChanged) rooms.administration.append(audit ?? []);
      return hasChanged;
    });
  }

  /** All that `act` does is kept, or nothing. */
  act<Result>(act: (rooms: MemoryRooms) => Result): Promise<Result> {
    return this.read((rooms) => {
      try {
        const result = act(rooms);
        rooms.tables.keep();
        return result;
      } catch (error) {
        rooms.tables.takeBack();
        throw error;
      }
    });
  }
}

export function assembleMemoryStore(rooms: MemoryRooms): Store {
  const access = new Access(rooms);
  return {
    events: {
      accept: ({ events, session, now }) =>
        access.act(() => {
          const act = beginAct(rooms, session, now);
          const results = acceptEvents(act, rooms, events);
          rooms.admission.settle(act);
          return { events: results, workDueAt: act.workDueAt, gatheringDueAt: act.gatheringDueAt };
        }),
      get: (id) => access.read(({ events }) => events.get(id)),
      list: (query) => access.read(({ events }) => events.list(query)),
    },
    runs: createRunStore(access),
    queue: createQueueStore(access),
    schedules: createScheduleStore(access),
    cancellations: {
      add: (cancellation, audit = []) =>
        access.act(({ administration, cancellations }) => {
          cancellations.add(cancellation);
          administration.append(audit);
        }),
      list: (environment) => access.read(({ cancellations }) => cancellations.list(environment)),
      remove: (environment, id, audit) =>
        access.audited(audit, ({ cancellations }) => cancellations.remove(environment, id)),
    },
    apps: {
      register: (registered, audit) =>
        access.audited(audit, ({ apps, admission }) => {
          const isNew = apps.register(registered);
          admission.settle(new Act(registered.app.syncedAt, null));
          return isNew;
        }),
      noteError: (environment, name, error) =>
        access.act(({ apps }) => apps.noteError(environment, name, error)),
      remove: (environment, name, now, audit) =>
        access.audited(audit, ({ apps }) => apps.remove(environment, name, now)),
      apps: () => access.read(({ apps }) => apps.apps()),
      functions: () => access.read(({ apps }) => apps.functions()),
    },
    administration: {
      records: (kind) => access.read(({ administration }) => administration.records(kind)),
      commit: (act) => access.act(({ administration }) => administration.commit(act)),
      note: (records) => access.act(({ administration }) => administration.note(records)),
    },
    audit: {
      append: (drafts) => access.act(({ administration }) => administration.append(drafts)),
      entries: (query) => access.read(({ administration }) => administration.entries(query)),
      newest: (query) => access.read(({ administration }) => administration.newest(query)),
      head: () => access.read(({ administration }) => administration.head()),
      checkpoints: (query) => access.read(({ administration }) => administration.checkpoints(query)),
      addCheckpoint: (checkpoint) =>
        access.act(({ administration }) => administration.addCheckpoint(checkpoint)),
      prune: (request) => access.act(({ administration }) => administration.prune(request)),
      eraseOpenings: (seqs, audit) =>
        access.act(({ administration }) => administration.eraseOpenings(seqs, audit)),
    },
    nonces: {
      take: (nonce) => access.act(({ administration }) => administration.takeNonce(nonce)),
      live: (now) => access.act(({ administration }) => administration.liveNonces(now)),
    },
    history: {
      runs: (request) => access.read((all) => pastRuns(all, request)),
      looseEvents: (request) => access.read((all) => looseEvents(all, request)),
      remove: ({ audit, ...removal }) => access.audited(audit, (all) => removeHistory(all, removal)),
      scrub: () => access.read(() => undefined),
    },
    texts: { portion: () => access.read((all) => ({ texts: storedTexts(all), next: null })) },
    close: async () => access.close(),
  };
}

/** Begins an act for a session, which holds things only while it is open. */
function beginAct({ sessions }: MemoryRooms, session: SessionId | null, now: number): Act {
  return new Act(now, session !== null && sessions.isOpen(session, now) ? session : null);
}

function createRunStore(access: Access): RunStore {
  const { rooms } = access;
  const itemsOf = (id: RunId) => rooms.items.of(id).toSorted(by(({ item }) => item.key));
  return {
    load: (id) =>
      access.read(({ runs, events }) => {
        const run = runs.get(id);
        if (run === undefined) return null;
        const bodies = events.those(run.eventIds).map(({ body }) => body);
        return snapshotOf(run, bodies, itemsOf(id));
      }),
    advance: (advance) =>
      access.act(({ administration }) => {
        const result = advanceRun(rooms, advance, () => beginAct(rooms, advance.session, advance.now));
        if (result.kind === "committed") administration.append(advance.audit ?? []);
        return result;
      }),
    open: ({ audit = [], runs, session, now }) =>
      access.act(({ administration, openRuns, admission }) => {
        administration.append(audit);
        const act = beginAct(rooms, session, now);
        const opened = runs.map((run) => openRuns.open(act, run));
        admission.settle(act);
        return { runs: opened, workDueAt: act.workDueAt };
      }),
    signal: (request) => access.act(({ signals }) => signals.bring(request)),
    get: (id) => access.read(({ runs }) => runs.get(id)?.record ?? null),
    journal: (id) => access.read(({ runs }) => runs.get(id)?.journal ?? []),
    end: (id) =>
      access.read(({ runs }) => {
        const run = runs.get(id);
        return run !== undefined && hasEnded(run.record.status) ? (run.journal.at(-1) ?? null) : null;
      }),
    ofEvent: (id) => access.read(({ runs }) => runs.ofEvent(id)),
    list: (query) => access.read(({ runs }) => runs.list(query)),
    eventsOf: (id) => access.read(({ runs }) => runs.get(id)?.eventIds ?? []),
    items: (id) =>
      access.read((): readonly QueueItem[] =>
        itemsOf(id)
          .map(({ item }) => item)
          .sort(by(({ dueAt }) => dueAt)),
      ),
    stranded: (limit) => access.read(() => strandedRuns(rooms).slice(0, limit)),
  };
}

function strandedRuns({ runs, items, admission, waits }: MemoryRooms): readonly Stranded[] {
  const withoutItem = runs.unfinished().filter(({ record }) => items.of(record.id).length === 0);
  return [
    ...withoutItem.map(({ record }) => ({ run: record, why: "no_item" }) as const),
    ...admission.overlooked().map(({ record }) => ({ run: record, why: "parked_with_room" }) as const),
    ...waits.withoutEnd().map(({ record }) => ({ run: record, why: "wait_without_end" }) as const),
  ];
}

function createQueueStore(access: Access): QueueStore {
  return {
    openSession: ({ expiresAt }) => access.act(({ sessions }) => sessions.open(expiresAt)),
    extendSession: (id, expiresAt, now) => access.act(({ sessions }) => sessions.extend(id, expiresAt, now)),
    closeSession: (id) => access.act(({ sessions }) => sessions.end(id)),
    lease: (request) => access.act(({ queue }) => queue.lease(request)),
    size: () =>
      access.read(({ items }) => {
        const all = items.all();
        return { queued: all.length, held: all.filter(({ holder }) => holder !== null).length };
      }),
    waiting: ({ max, now }) =>
      access.read(({ items }) => {
        const isWaiting = ({ holder, item, standing }: Queued): boolean =>
          holder === null && (standing === "waiting" || standing === "throttled" || item.dueAt <= now);
        return Math.min(max, items.all().filter(isWaiting).length);
      }),
    pause: (functionId, now, audit) =>
      access.audited(audit, ({ functions }) => functions.pause(functionId, now)),
    resume: (functionId, now, audit) =>
      access.audited(audit, ({ functions, admission }) => {
        const wasPaused = functions.resume(functionId);
        admission.settle(new Act(now, null));
        return wasPaused;
      }),
    paused: () => access.read(({ functions }) => new Map(functions.paused.entries())),
  };
}

function createScheduleStore(access: Access): ScheduleStore {
  const { rooms } = access;
  return {
    due: ({ now, limit }) =>
      access.read(({ gatherings, ticks }) => {
        const all = { gatherings: gatherings.byDueAt(), ticks: ticks.byDueAt() };
        const isDue = ({ dueAt }: { readonly dueAt: number }): boolean => dueAt <= now;
        const due = {
          gatherings: all.gatherings.filter(isDue).slice(0, limit),
          ticks: all.ticks.filter(isDue).slice(0, limit),
        };
        const left = [all.gatherings[due.gatherings.length], all.ticks[due.ticks.length]];
        const nextDueAt = Math.min(...left.map((next) => next?.dueAt ?? Infinity));
        return { ...due, nextDueAt: nextDueAt === Infinity ? null : nextDueAt };
      }),
    startGathering: ({ id, revision, run, session, now }) =>
      access.act(({ gatherings, openRuns, admission }) => {
        const act = beginAct(rooms, session, now);
        if (!gatherings.take(id, revision, now)) return "gone";
        if (run === null) return "dropped";
        const opened = openRuns.open(act, run);
        admission.settle(act);
        return { ...opened, workDueAt: act.workDueAt };
      }),
    fireTick: ({ tick, next, batch }) =>
      access.act(({ ticks, admission }) => {
        const act = beginAct(rooms, batch.session, batch.now);
        if (!ticks.move(tick, next)) return "gone";
        const events = acceptEvents(act, rooms, batch.events);
        admission.settle(act);
        return { events, workDueAt: act.workDueAt, gatheringDueAt: act.gatheringDueAt };
      }),
  };
}
