import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import type { StoredText, TextStore } from "../contract.ts";
import type { StoreAccess } from "./access.ts";
import { TEXTS_PORTION_MAX_CHARS, TEXTS_PORTION_MAX_COUNT } from "./limits.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

type TextRow = readonly [
  position: number,
  key: string,
  at: number,
  fn: number | null,
  owner: string,
  text: string,
];

/** Where texts are, each with a statement that goes on after a position. */
const PLACES: readonly string[] = [
  `SELECT num, '', received_at, NULL, id, body FROM events WHERE num > ? AND ? IS NOT NULL ORDER BY num`,
  `SELECT journal.num, '', at, function, runs.id, data FROM journal CROSS JOIN runs ON runs.num = journal.run
   WHERE journal.num > ? AND ? IS NOT NULL AND data IS NOT NULL ORDER BY journal.num`,
  `SELECT waits.num, '', queued_at, function, runs.id, captured FROM waits CROSS JOIN runs ON runs.num = waits.run
   WHERE waits.num > ? AND ? IS NOT NULL AND captured IS NOT NULL ORDER BY waits.num`,
  `SELECT run, key, enqueued_at, function, runs.id, cause FROM queue CROSS JOIN runs ON runs.num = run
   WHERE (run, key) > (?, ?) AND cause IS NOT NULL ORDER BY run, key`,
];

/** Reads every text by the order of its table, so that a portion begins where the last ended, however large the table is. */
export function createTextStore(access: StoreAccess): TextStore {
  const statements = PLACES.map((sql): Statement<TextRow> =>
    prepare<TextRow>(access.db, `${sql} LIMIT ${TEXTS_PORTION_MAX_COUNT}`),
  );

  function portion(after: string | null): Awaited<ReturnType<TextStore["portion"]>> {
    // Written below.
    const [place, ...from] = JSON.parse(after ?? '[0,-1,""]') as [number, ...Value[]];
    const statement = statements[place];
    if (statement === undefined) return { texts: [], next: null };
    const texts: StoredText[] = [];
    let charsLeft = TEXTS_PORTION_MAX_CHARS;
    for (const [position, key, at, fn, owner, text] of statement.iterate(...from)) {
      // Ids enter their columns as such.
      texts.push(
        fn === null
          ? { at, functionId: null, owner: { event: owner as EventId }, text }
          : { at, functionId: access.symbols.text(fn) as FunctionId, owner: { run: owner as RunId }, text },
      );
      charsLeft -= text.length;
      if (charsLeft <= 0 || texts.length === TEXTS_PORTION_MAX_COUNT)
        return { texts, next: JSON.stringify([place, position, key]) };
    }
    return { texts, next: place + 1 < statements.length ? JSON.stringify([place + 1, -1, ""]) : null };
  }

  return { portion: (after) => access.read(() => portion(after)) };
}
