import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "@holdfast/protocol";
import type { AcceptBatch, AcceptResult, NewEvent, OpenResult } from "../contract.ts";
import type { NewRun, SessionId } from "../records.ts";
import type { Act } from "./act.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Gatherings } from "./gatherings.ts";
import { encodeGathering, readGathering } from "./gatherings.ts";
import { encodeNewRun } from "./new-run.ts";
import type { OpenRuns } from "./open-runs.ts";
import { OPEN_OUTCOMES } from "./open-runs.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";
import type { Waits } from "./waits.ts";

export function encodeAccept({ session, now, events }: AcceptBatch): Command {
  const values: Value[] = [session, now];
  encodeNewEvents(values, events);
  return [CommandKind.accept, ...values];
}

export function encodeOpen(runs: readonly NewRun[], session: SessionId | null, now: number): Command {
  const values: Value[] = [session, now, runs.length];
  for (const run of runs) encodeNewRun(values, run);
  return [CommandKind.open, ...values];
}

export function encodeNewEvents(values: Value[], events: readonly NewEvent[]): void {
  values.push(events.length);
  for (const { event, runs, gatherings } of events) {
    values.push(event.id, event.environment, event.name, event.userId);
    values.push(event.receivedAt, event.ts, event.body);
    values.push(runs.length);
    for (const run of runs) encodeNewRun(values, run);
    values.push(gatherings.length);
    for (const gathering of gatherings) encodeGathering(values, gathering);
  }
}

/**
 * The answer has when work and when a gathering is due, then for each event 1 if it was accepted, for each of its runs
 * what became of it and the run that stands in its way, and for each of its gatherings 1 if the event joined.
 */
export function decodeAccept(events: readonly NewEvent[], answer: readonly Value[], at = 0): AcceptResult {
  // Both are instants or null, as `AcceptAct` puts them.
  const [workDueAt, gatheringDueAt] = answer.slice(at, at + 2) as [number | null, number | null];
  let position = at + 2;
  return {
    events: events.map(({ gatherings, runs }) => ({
      outcome: answer[position++] === 1 ? "accepted" : "duplicate",
      runs: runs.map(() => {
        position += 2;
        return toOpenResult(answer, position - 2);
      }),
      joined: gatherings.map(() => answer[position++] === 1),
    })),
    workDueAt,
    gatheringDueAt,
  };
}

/** The answer has when work and when a gathering is due, then the same two values for each run. */
export function decodeOpen(answer: Answer): { runs: readonly OpenResult[]; workDueAt: number | null } {
  // As `AcceptAct` makes it.
  const values = answer as readonly [workDueAt: number | null, ...rest: Value[]];
  const runs: OpenResult[] = [];
  for (let at = 2; at < values.length; at += 2) runs.push(toOpenResult(values, at));
  return { runs, workDueAt: values[0] };
}

export function toOpenResult(answer: readonly Value[], at: number): OpenResult {
  const outcome = OPEN_OUTCOMES[Number(answer[at])];
  if (outcome === undefined) throw new TypeError(`A new run was answered with ${String(answer[at])}.`);
  // The id of a stored run, or null.
  return { outcome, existing: (answer[at + 1] ?? null) as RunId | null };
}

/** Stores events, ends the waits they answer, opens their runs, and lets them join what is gathered. */
export class AcceptAct {
  readonly #symbols: SymbolWriter;
  readonly #waits: Waits;
  readonly #runs: OpenRuns;
  readonly #gatherings: Gatherings;
  readonly #insertEvent: Statement;

  constructor(
    db: DatabaseSync,
    deps: {
      readonly symbols: SymbolWriter;
      readonly waits: Waits;
      readonly runs: OpenRuns;
      readonly gatherings: Gatherings;
    },
  ) {
    this.#symbols = deps.symbols;
    this.#waits = deps.waits;
    this.#runs = deps.runs;
    this.#gatherings = deps.gatherings;
    this.#insertEvent = prepare(
      db,
      `INSERT INTO events (id, environment, name, user_id, received_at, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    );
  }

  /** Reads events to their end and stores them; their part of the answer goes after what `answer` has. */
  accept(act: Act, reader: CommandReader, answer: Value[]): void {
    for (let events = reader.number(); events > 0; events--) this.#acceptOne(act, reader, answer);
    this.#runs.sweep(act.now);
  }

  open(act: Act, reader: CommandReader, answer: Value[]): void {
    for (let runs = reader.number(); runs > 0; runs--) this.#runs.open(act, reader, true, answer);
    this.#runs.sweep(act.now);
  }

  #acceptOne(act: Act, reader: CommandReader, answer: Value[]): void {
    const id = reader.text();
    const environment = this.#symbols.number(reader.text());
    const name = reader.text();
    const userId = reader.textOrNull();
    const receivedAt = reader.number();
    const ts = reader.number();
    const body = reader.text();
    const { changes } = this.#insertEvent.run(id, environment, name, userId, receivedAt, ts, body);
    const isNew = changes === 1;
    answer.push(isNew ? 1 : 0);
    // Before its runs are opened: an event never answers what a run waits for that it starts.
    if (isNew) this.#waits.match(act, { id, environment, name, body });
    for (let runs = reader.number(); runs > 0; runs--) this.#runs.open(act, reader, isNew, answer);
    for (let joins = reader.number(); joins > 0; joins--) {
      const gathering = readGathering(reader);
      const isJoining = isNew && this.#runs.isWithinRate(act, gathering);
      if (isJoining) this.#gatherings.join(act, { id, userId, ts, body }, gathering);
      answer.push(isJoining ? 1 : 0);
    }
  }
}
