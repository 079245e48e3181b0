import type { DatabaseSync } from "node:sqlite";
import { LIMITS } from "@holdfast/protocol";
import {
  LONG_LOOK_BACK_MAX_CHARS,
  LONG_LOOK_BACK_MAX_COUNT,
  LOOK_BACK_MAX_COUNT,
  LOOK_BACK_MISSES_MAX_COUNT,
} from "./limits.ts";
import type { Statement } from "./statement.ts";
import { prepare } from "./statement.ts";
import { JOURNAL_COMPLETED } from "./codes.ts";

type PastEvent = { readonly id: string; readonly body: string };

/**
 * Finds the event that came before the run got as far as waiting for it. The newest events of the name are
 * walked by id; ids may be a client's, whose clock is not ours, so the walk ends only after a few in a row that
 * were received before.
 */
export class LookBack {
  readonly #newest: Statement<readonly [id: string, receivedAt: number, body: string]>;
  readonly #answered: Statement<readonly [one: number]>;

  constructor(db: DatabaseSync) {
    this.#newest = prepare(
      db,
      `SELECT id, received_at, body FROM events WHERE environment = ? AND name = ?
       ORDER BY id DESC LIMIT ?`,
    );
    this.#answered = prepare(
      db,
      `SELECT 1 FROM journal
       WHERE run = ? AND kind = ${JOURNAL_COMPLETED} AND op = 'WaitForEvent' AND data = ? LIMIT 1`,
    );
  }

  /**
   * The id of the earliest event received from an instant on that `isWanted`, or null: of the newest ones that a look may
   * take in. A look that reaches further back than usual takes in more.
   */
  find(
    environment: number,
    name: string,
    from: number,
    now: number,
    isWanted: (event: PastEvent) => boolean,
  ): string | null {
    let found: { readonly id: string; readonly receivedAt: number } | null = null;
    let misses = 0;
    let charsLeft = LONG_LOOK_BACK_MAX_CHARS;
    const isLong = from < now - LIMITS.waitLookBackMs;
    const count = isLong ? LONG_LOOK_BACK_MAX_COUNT : LOOK_BACK_MAX_COUNT;
    for (const [id, receivedAt, body] of this.#newest.iterate(environment, name, count)) {
      if (receivedAt < from) {
        misses += 1;
        if (misses === LOOK_BACK_MISSES_MAX_COUNT) break;
        continue;
      }
      misses = 0;
      charsLeft -= body.length;
      if (isLong && charsLeft < 0) break;
      if ((found === null || receivedAt <= found.receivedAt) && isWanted({ id, body })) {
        found = { id, receivedAt };
      }
    }
    return found?.id ?? null;
  }

  /** Whether an event has answered an earlier wait of the run, whose memo then is its body. It does not answer twice. */
  hasAnswered(run: number, body: string): boolean {
    return this.#answered.get(run, body) !== undefined;
  }
}
