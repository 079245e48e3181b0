import type { SessionId } from "../records.ts";
import type { QueueItems } from "./queue-items.ts";
import type { Table, Tables } from "./tables.ts";

/** Stretches of work, by when they end. One that is found expired ends there, and what it held is free. */
export class Sessions {
  readonly #expiries: Table<SessionId, number>;
  readonly #items: QueueItems;
  readonly #nextId: () => number;

  constructor(tables: Tables, items: QueueItems) {
    this.#expiries = tables.table();
    this.#nextId = tables.counter();
    this.#items = items;
  }

  open(expiresAt: number): SessionId {
    // The brand exists for the compiler only.
    const id = this.#nextId() as SessionId;
    this.#expiries.put(id, expiresAt);
    return id;
  }

  extend(id: SessionId, expiresAt: number, now: number): boolean {
    if (!this.isOpen(id, now)) return false;
    this.#expiries.put(id, expiresAt);
    return true;
  }

  end(id: SessionId): void {
    if (this.#expiries.remove(id)) this.#items.free(id);
  }

  endExpired(now: number): void {
    for (const [id, expiresAt] of this.#expiries.entries()) if (expiresAt <= now) this.end(id);
  }

  endAll(): void {
    this.endExpired(Infinity);
  }

  isOpen(id: SessionId, now: number): boolean {
    const expiresAt = this.#expiries.get(id);
    if (expiresAt === undefined) return false;
    if (expiresAt > now) return true;
    this.end(id);
    return false;
  }
}
