import type { EventId, RunId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type {
  EventRecord,
  JournalEntry,
  NewRun,
  QueueItem,
  RunRecord,
  RunSnapshot,
  SessionId,
} from "../../records.ts";
import type { AcceptBatch, AcceptResult, Advance, AdvanceResult, Lease, OpenResult } from "../../contract.ts";

interface ModelRun {
  run: RunRecord;
  readonly journal: JournalEntry[];
  readonly items: Map<string, { item: QueueItem; holder: SessionId | null }>;
}

/**
 * What a store should do, in the plainest terms: maps in memory, no commits, no indexes. Acts are done one after the
 * other; the suite asks a real store for the same acts, many at once, and compares.
 */
export class StoreModel {
  readonly events = new Map<EventId, EventRecord>();
  readonly runs = new Map<RunId, ModelRun>();
  readonly #keys: Keys = new Map();
  readonly #sessions = new Map<SessionId, number>();

  /** The result, or `refused` when a run of the batch is there already: then nothing changes. */
  accept(batch: AcceptBatch): AcceptResult | "refused" {
    const events = new Map(this.events);
    const runs = new Map(this.runs);
    const keys = new Map(this.#keys);
    const holder = this.#isOpen(batch.session, batch.now) ? batch.session : null;
    const results: AcceptResult["events"][number][] = [];
    const due: number[] = [];
    for (const { event, runs: newRuns } of batch.events) {
      const isKnown = events.has(event.id);
      if (!isKnown) events.set(event.id, event);
      const opened: OpenResult[] = [];
      for (const newRun of newRuns) {
        const { run, item } = newRun;
        const existing = isKnown ? null : claims(keys, newRun, batch.now);
        if (isKnown || existing !== null) {
          opened.push({ outcome: "duplicate", existing });
          continue;
        }
        if (runs.has(run.id)) return "refused";
        const first = { item, holder: item.dueAt <= batch.now ? holder : null };
        runs.set(run.id, { run, journal: [], items: new Map([[item.key, first]]) });
        opened.push({ outcome: first.holder === null ? "opened" : "held", existing: null });
        if (first.holder === null) due.push(item.dueAt);
      }
      results.push({ outcome: isKnown ? "duplicate" : "accepted", runs: opened, joined: [] });
    }
    // A session that is found expired ends; an act that is refused has found nothing.
    this.#holder(batch.session, batch.now);
    replace(this.events, events);
    replace(this.runs, runs);
    replace(this.#keys, keys);
    return { events: results, workDueAt: earliest(due), gatheringDueAt: null };
  }

  advance(advance: Advance): AdvanceResult {
    const found = this.runs.get(advance.runId);
    if (found === undefined) return { kind: "unknown" };
    if (found.run.revision !== advance.expectedRevision) return { kind: "conflict" };
    const holder = this.#holder(advance.session, advance.now);
    // What a run is was settled when it was opened.
    const { id, environment, functionId, eventId } = found.run;
    const revision = advance.expectedRevision + 1;
    found.run = { ...advance.run, id, environment, functionId, eventId, revision };
    found.journal.push(...advance.journal);
    for (const key of advance.finish) found.items.delete(key);
    if (hasEnded(found.run.status)) {
      found.items.clear();
      return committed(new Set(), null);
    }
    const held = new Set<string>();
    const due: number[] = [];
    for (const item of advance.enqueue) {
      const entry = { item, holder: item.dueAt <= advance.now ? holder : null };
      found.items.set(item.key, entry);
      if (entry.holder === null) due.push(item.dueAt);
      else held.add(item.key);
    }
    return committed(held, earliest(due));
  }

  openSession(id: SessionId, expiresAt: number): void {
    this.#sessions.set(id, expiresAt);
  }

  extendSession(id: SessionId, expiresAt: number, now: number): boolean {
    if (this.#holder(id, now) === null) return false;
    this.#sessions.set(id, expiresAt);
    return true;
  }

  closeSession(id: SessionId): void {
    this.#sessions.delete(id);
    for (const { items } of this.runs.values()) {
      for (const entry of items.values()) if (entry.holder === id) entry.holder = null;
    }
  }

  /** Checks what a store handed out, and takes it on. Items due at the same instant may come in any order. */
  lease(request: { session: SessionId; limit: number; now: number }, lease: Lease): readonly string[] {
    const { session, limit, now } = request;
    for (const [id, expiresAt] of this.#sessions) if (expiresAt <= now) this.closeSession(id);
    if (!this.#sessions.has(session)) return lease.items.length === 0 ? [] : ["items for an ended session"];
    const problems: string[] = [];
    const due = this.#free().filter((item) => item.dueAt <= now);
    const wanted = due.slice(0, limit).map((item) => item.dueAt);
    const got = lease.items.map(({ item }) => item.dueAt);
    if (wanted.join() !== got.join()) problems.push(`due at ${got.join()} instead of ${wanted.join()}`);
    for (const { item } of lease.items) {
      const entry = this.runs.get(item.runId)?.items.get(item.key);
      if (entry === undefined || entry.holder !== null)
        problems.push(`${item.runId} ${item.key} was not free`);
      else if (entry.item.generation + 1 !== item.generation)
        problems.push(`${item.runId}: wrong generation`);
      else Object.assign(entry, { item, holder: session });
    }
    const nextDueAt = this.#free()[0]?.dueAt ?? null;
    if (lease.nextDueAt !== nextDueAt)
      problems.push(`next due at ${lease.nextDueAt} instead of ${nextDueAt}`);
    return problems;
  }

  size(): { queued: number; held: number } {
    const entries = [...this.runs.values()].flatMap((run) => [...run.items.values()]);
    return { queued: entries.length, held: entries.filter((entry) => entry.holder !== null).length };
  }

  load(id: RunId): RunSnapshot | null {
    const found = this.runs.get(id);
    if (found === undefined) return null;
    const { run, journal, items } = found;
    const event = this.events.get(run.eventId);
    const isMemo = (entry: JournalEntry): boolean =>
      entry.kind === "step.completed" || entry.kind === "step.failed";
    const memos = journal.filter(isMemo);
    const finished = new Set(memos.map((entry) => entry.stepId));
    const planned = new Map(
      journal
        .filter((entry) => entry.kind === "step.planned" || entry.kind === "step.sleeping")
        .flatMap(({ stepId: id, name, data }) =>
          id === null || name === null ? [] : [[id, { id, name, data }] as const],
        ),
    );
    return {
      run,
      events: event === undefined ? [] : [event.body],
      steps: memos.flatMap(({ stepId, data }) =>
        stepId === null ? [] : [{ id: stepId, memo: data ?? "null" }],
      ),
      items: [...items.values()].map((entry) => entry.item),
      held: [...items].flatMap(([key, entry]) => (entry.holder === null ? [] : [key])).toSorted(),
      planned: [...planned.values()].filter(({ id: step }) => !finished.has(step)),
      inputs: [],
      defers: [],
      lastSeq: journal.length,
    };
  }

  /** Free items, the longest due first. */
  #free(): readonly QueueItem[] {
    const entries = [...this.runs.values()].flatMap((run) => [...run.items.values()]);
    const free = entries.filter((entry) => entry.holder === null).map((entry) => entry.item);
    return free.sort((one, other) => one.dueAt - other.dueAt);
  }

  /** The session, if it can hold items; one that is found expired ends. */
  #holder(session: SessionId | null, now: number): SessionId | null {
    if (session === null || this.#isOpen(session, now)) return session;
    this.closeSession(session);
    return null;
  }

  #isOpen(session: SessionId | null, now: number): boolean {
    return session !== null && (this.#sessions.get(session) ?? -Infinity) > now;
  }
}

type Keys = Map<string, { readonly run: RunId; readonly expiresAt: number }>;

/** The run that has the key already, or null: it is this run's now. */
function claims(keys: Keys, { run, idempotency }: NewRun, now: number): RunId | null {
  if (idempotency === null) return null;
  const key = `${run.functionId} ${idempotency.key}`;
  const taken = keys.get(key);
  if (taken !== undefined && taken.expiresAt > now) return taken.run;
  keys.set(key, { run: run.id, expiresAt: idempotency.expiresAt });
  return null;
}

function committed(held: ReadonlySet<string>, workDueAt: number | null): AdvanceResult {
  return { kind: "committed", held, emitted: { events: [], workDueAt, gatheringDueAt: null } };
}

function earliest(instants: readonly number[]): number | null {
  return instants.length === 0 ? null : Math.min(...instants);
}

function replace<Key, Value>(target: Map<Key, Value>, source: ReadonlyMap<Key, Value>): void {
  for (const [key, value] of source) target.set(key, value);
}
