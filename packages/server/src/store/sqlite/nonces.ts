import type { DatabaseSync } from "node:sqlite";
import type { NonceStore } from "../administration.ts";
import type { StoreAccess } from "./access.ts";
import type { Answer, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";

/** How many that have expired are removed with each that is taken: more than come in, so that none pile up. */
const SWEEP_COUNT = 4;

/** Takes each nonce once while it lives. */
export class NonceActs {
  readonly #take: Statement;
  readonly #sweep: Statement;
  readonly #sweepAll: Statement;

  constructor(db: DatabaseSync) {
    // One that has expired may be taken again, whether a sweep came by or not.
    this.#take = prepare(
      db,
      `INSERT INTO nonces (nonce, expires_at) VALUES (?, ?)
       ON CONFLICT (nonce) DO UPDATE SET expires_at = excluded.expires_at WHERE nonces.expires_at <= ?`,
    );
    this.#sweep = prepare(
      db,
      `DELETE FROM nonces WHERE nonce IN
         (SELECT nonce FROM nonces WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEEP_COUNT})`,
    );
    this.#sweepAll = prepare(db, "DELETE FROM nonces WHERE expires_at <= ?");
  }

  take(reader: CommandReader): Answer {
    const [nonce, expiresAt, now] = [reader.text(), reader.number(), reader.number()];
    const { changes } = this.#take.run(nonce, expiresAt, now);
    this.#sweep.run(now);
    return changes;
  }

  sweep(reader: CommandReader): Answer {
    return this.#sweepAll.run(reader.number()).changes;
  }
}

export function createNonceStore(access: StoreAccess): NonceStore {
  const live = prepare<readonly [nonce: string, expiresAt: number]>(
    access.db,
    "SELECT nonce, expires_at FROM nonces WHERE expires_at > ?",
  );
  return {
    take: async ({ nonce, expiresAt, now }) =>
      (await access.act(() => [CommandKind.takeNonce, nonce, expiresAt, now])) === 1,
    async live(now) {
      await access.act(() => [CommandKind.sweepNonces, now]);
      return access.read(() => live.all(now).map(([nonce, expiresAt]) => ({ nonce, expiresAt })));
    },
  };
}
