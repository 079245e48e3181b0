import type { FunctionId } from "@holdfast/protocol";
import type { Lease, LeasedItem, QueueItem, QueueStore, SessionId } from "#store";

/** What the queue needs of a store, in memory and without limits: items, who holds them, and what is paused. */
export interface MemoryQueueStore extends QueueStore {
  /** Queues an item: held at once when a session comes along and the item is due, otherwise free. */
  put(item: QueueItem, functionId: FunctionId, session: SessionId | null): void;
  /** Leases made so far. */
  readonly leaseCount: number;
  /** Fails the next lease with this error. */
  failNextLease(error: Error): void;
}

interface Row extends LeasedItem {
  holder: SessionId | null;
}

export function memoryQueueStore(): MemoryQueueStore {
  let rows: Row[] = [];
  const sessions = new Map<SessionId, number>();
  const pauses = new Map<FunctionId, number>();
  let sessionCount = 0;
  let leaseCount = 0;
  let failure: Error | null = null;

  const isFree = ({ holder }: Row, now: number): boolean =>
    holder === null || (sessions.get(holder) ?? -Infinity) <= now;

  return {
    put(item, functionId, session) {
      rows.push({ item, functionId, holder: session });
    },
    get leaseCount() {
      return leaseCount;
    },
    failNextLease(error) {
      failure = error;
    },
    async openSession({ expiresAt }) {
      sessionCount += 1;
      // The brand is the store's to give.
      const id = sessionCount as SessionId;
      sessions.set(id, expiresAt);
      return id;
    },
    async extendSession(id, expiresAt, now) {
      const isOpen = (sessions.get(id) ?? -Infinity) > now;
      if (isOpen) sessions.set(id, expiresAt);
      return isOpen;
    },
    async closeSession(id) {
      sessions.delete(id);
    },
    async lease({ session, limit, now }): Promise<Lease> {
      leaseCount += 1;
      if (failure !== null) {
        const error = failure;
        failure = null;
        throw error;
      }
      const free = rows
        .filter((row) => isFree(row, now) && !pauses.has(row.functionId))
        .sort((left, right) => left.item.dueAt - right.item.dueAt);
      const taken = free.filter(({ item }) => item.dueAt <= now).slice(0, limit);
      const items = taken.map(({ item, functionId }): LeasedItem => {
        return { item: { ...item, generation: item.generation + 1 }, functionId };
      });
      rows = rows
        .filter((row) => !taken.includes(row))
        .concat(items.map((leased) => ({ ...leased, holder: session })));
      return { items, nextDueAt: free[taken.length]?.item.dueAt ?? null };
    },
    async size() {
      return {
        queued: rows.length,
        held: rows.filter(({ holder }) => sessions.has(holder ?? NOBODY)).length,
      };
    },
    async waiting({ max, now }) {
      return Math.min(max, rows.filter((row) => isFree(row, now) && row.item.dueAt <= now).length);
    },
    async pause(functionId, now) {
      if (pauses.has(functionId)) return false;
      pauses.set(functionId, now);
      return true;
    },
    async resume(functionId) {
      return pauses.delete(functionId);
    },
    async paused() {
      return new Map(pauses);
    },
  };
}

/** No session has this id: they are counted from 1. */
const NOBODY = 0 as SessionId;
