import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "@holdfast/protocol";
import type { Stranded } from "../contract.ts";
import type { Admission } from "./admission.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";

/** Reasons by their number. */
const REASONS: readonly Stranded["why"][] = ["no_item", "parked_with_room", "wait_without_end"];

export function encodeStranded(limit: number): Command {
  return [CommandKind.stranded, limit];
}

/** The answer has the id of each run, and why it stands still. */
export function decodeStranded(
  answer: Answer,
): readonly { readonly id: RunId; readonly why: Stranded["why"] }[] {
  // Pairs, as below.
  const values = answer as readonly Value[];
  const found: { readonly id: RunId; readonly why: Stranded["why"] }[] = [];
  for (let at = 0; at < values.length; at += 2) {
    const why = REASONS[Number(values[at + 1])];
    // The id of a stored run.
    if (why !== undefined) found.push({ id: values[at] as RunId, why });
  }
  return found;
}

/**
 * Looks for runs that nothing would wake. The writer's rules leave none, so this is for a person who asks why a run
 * stands still, and may take its time.
 */
export class StrandedAct {
  readonly #admission: Admission;
  readonly #withoutItem: Statement<readonly [id: string]>;
  readonly #withoutEnd: Statement<readonly [id: string]>;

  constructor(db: DatabaseSync, admission: Admission) {
    this.#admission = admission;
    this.#withoutItem = prepare(
      db,
      `SELECT id FROM runs WHERE status IN (0, 1) AND status <> 2
         AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.run = runs.num) LIMIT ?`,
    );
    this.#withoutEnd = prepare(
      db,
      `SELECT DISTINCT runs.id FROM waits JOIN runs ON runs.num = waits.run
       WHERE effect = 0 AND NOT EXISTS
         (SELECT 1 FROM queue WHERE queue.run = waits.run AND queue.key = waits.key) LIMIT ?`,
    );
  }

  execute(reader: CommandReader): Answer {
    const limit = reader.number();
    const parked = this.#admission.stranded(limit);
    const found: Value[] = [];
    for (const [id] of this.#withoutItem.all(limit)) found.push(id, 0);
    for (const id of parked) found.push(id, 1);
    for (const [id] of this.#withoutEnd.all(limit)) found.push(id, 2);
    return found.slice(0, limit * 2);
  }
}
