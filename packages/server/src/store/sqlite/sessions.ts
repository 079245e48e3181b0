import type { DatabaseSync } from "node:sqlite";
import type { SessionId } from "../records.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

export function encodeOpenSession(node: string, now: number, expiresAt: number): Command {
  return [CommandKind.openSession, node, now, expiresAt];
}

export function encodeExtendSession(id: SessionId, expiresAt: number, now: number): Command {
  return [CommandKind.extendSession, id, expiresAt, now];
}

export function encodeCloseSession(id: SessionId): Command {
  return [CommandKind.closeSession, id];
}

/**
 * Who may hold items. A session is open from its row's birth until it is closed or somebody finds it expired;
 * then its row goes and its items are free, for good, even if clocks go back. Expiry is found when it matters:
 * at a lease, at an extension, and when the session itself comes with work to hold.
 */
export class Sessions {
  /** Expiry by session, as the table has it: every act of the hot path asks for it. */
  readonly #expiries = new Map<number, number>();
  readonly #insert: Statement;
  readonly #find: Statement<readonly [expiresAt: number]>;
  readonly #findExpired: Statement<readonly [id: number]>;
  readonly #extend: Statement;
  readonly #delete: Statement;
  readonly #free: Statement;

  constructor(db: DatabaseSync) {
    this.#insert = prepare(db, "INSERT INTO sessions (node, opened_at, expires_at) VALUES (?, ?, ?)");
    this.#find = prepare(db, "SELECT expires_at FROM sessions WHERE id = ?");
    this.#findExpired = prepare(db, "SELECT id FROM sessions WHERE expires_at <= ?");
    this.#extend = prepare(db, "UPDATE sessions SET expires_at = ? WHERE id = ?");
    this.#delete = prepare(db, "DELETE FROM sessions WHERE id = ?");
    // Scans the queue: sessions end rarely, and an index of held items would cost every act of the hot path.
    this.#free = prepare(db, "UPDATE queue SET session = NULL WHERE session = ?");
  }

  open(reader: CommandReader): Answer {
    const node = reader.text();
    const now = reader.number();
    const expiresAt = reader.number();
    const id = this.#insert.run(node, now, expiresAt).lastInsertRowid;
    this.#expiries.set(id, expiresAt);
    return id;
  }

  extend(reader: CommandReader): Answer {
    const id = reader.number();
    const expiresAt = reader.number();
    const now = reader.number();
    if (!this.isOpen(id, now)) return 0;
    this.#extend.run(expiresAt, id);
    this.#expiries.set(id, expiresAt);
    return 1;
  }

  close(reader: CommandReader): Answer {
    this.#end(reader.number());
    return null;
  }

  /** Whether the session can hold items at `now`. One that has expired is ended on the way. */
  isOpen(id: number, now: number): boolean {
    const expiresAt = this.#expiries.get(id) ?? this.#find.get(id)?.[0];
    if (expiresAt === undefined) return false;
    if (expiresAt <= now) {
      this.#end(id);
      return false;
    }
    this.#expiries.set(id, expiresAt);
    return true;
  }

  /** Frees what is held by sessions that have expired. */
  endExpired(now: number): void {
    for (const [id] of this.#findExpired.all(now)) this.#end(id);
  }

  /** After a rollback what was remembered may never have been. */
  forget(): void {
    this.#expiries.clear();
  }

  #end(id: number): void {
    this.#expiries.delete(id);
    if (this.#delete.run(id).changes > 0) this.#free.run(id);
  }
}
