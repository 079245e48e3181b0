import type { DatabaseSync } from "node:sqlite";
import { HoldfastError } from "@holdfast/protocol";
import type { Advance, AdvanceResult } from "../contract.ts";
import type { AcceptAct } from "./accept.ts";
import { decodeAccept, encodeNewEvents } from "./accept.ts";
import type { Act } from "./act.ts";
import type { Admission } from "./admission.ts";
import { isFinalCode, runStatusCode } from "./codes.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { RunTerms } from "./gates.ts";
import { decodeGates, RunFlag, singletonKeyOf } from "./gates.ts";
import type { JournalWriter } from "./journal.ts";
import { encodeEntry } from "./journal.ts";
import { WAKES_MAX_COUNT } from "./limits.ts";
import { encodePending } from "./pending.ts";
import type { QueueItems } from "./queue-items.ts";
import { encodeItem, readItem } from "./queue-items.ts";
import type { Signals, SignalValues } from "./signals.ts";
import { encodeNewSignal, readSignal } from "./signals.ts";
import type { Singletons } from "./singletons.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { Waits } from "./waits.ts";
import { encodeWait, readWait } from "./waits.ts";

/** Answers that are a number: nothing was committed. */
const CONFLICT = 1;
const UNKNOWN = 2;

export function encodeAdvance(advance: Advance): Command {
  const { run, journal, finish, enqueue, signals, waits, emit } = advance;
  const values: Value[] = [advance.runId, advance.expectedRevision, advance.session, advance.now];
  values.push(signals.length);
  for (const signal of signals) encodeNewSignal(values, signal);
  values.push(runStatusCode(run.status), run.endedAt);
  values.push(run.functionVersion, run.queuedAt, run.startedAt);
  values.push(run.requestVersion, run.forcePlan ? 1 : 0, encodePending(run.pending));
  values.push(run.stepCount, run.stateBytes, journal.length);
  for (const entry of journal) encodeEntry(values, entry);
  values.push(finish.length, ...finish, enqueue.length);
  for (const item of enqueue) encodeItem(values, item);
  values.push(waits.length);
  for (const wait of waits) encodeWait(values, wait);
  encodeNewEvents(values, emit);
  return [CommandKind.advance, ...values];
}

/**
 * The answer is a number where nothing was committed, text where a signal is taken, else a list: how many items are held,
 * their keys, and what `decodeAccept` reads.
 */
export function decodeAdvance(advance: Advance, answer: Answer): AdvanceResult {
  if (answer === CONFLICT) return { kind: "conflict" };
  if (answer === UNKNOWN) return { kind: "unknown" };
  if (typeof answer === "string") return { kind: "signal_taken", signal: answer };
  if (answer === null || typeof answer === "number") {
    throw new TypeError(`An advance was answered with ${String(answer)}.`);
  }
  const heldCount = Number(answer[0]);
  // Keys that came with the command.
  const held = new Set(answer.slice(1, 1 + heldCount) as readonly string[]);
  return { kind: "committed", held, emitted: decodeAccept(advance.emit, answer, 1 + heldCount) };
}

type RunRow = readonly [
  num: number,
  revision: number,
  status: number,
  journalLength: number,
  fn: number,
  score: number,
  queuedAt: number,
  gates: string | null,
  flags: number,
];

export interface AdvanceDeps {
  readonly db: DatabaseSync;
  readonly admission: Admission;
  readonly items: QueueItems;
  readonly waits: Waits;
  readonly signals: Signals;
  readonly singletons: Singletons;
  readonly journal: JournalWriter;
  readonly accept: AcceptAct;
}

/**
 * Applies one step forward of a run. What a run is (id, environment, function, event) was settled when it was
 * opened and is not written again.
 *
 * Two rules hold for every file and are checked at its next start, so they are enforced here: an ended run stays
 * ended, and a run that has not ended has at least one queue item, because nothing else would ever wake it.
 */
export class AdvanceAct {
  readonly #deps: AdvanceDeps;
  readonly #find: Statement<RunRow>;
  readonly #origin: Statement<readonly [environment: number, eventId: string]>;
  readonly #go: Statement;
  readonly #turn: Statement;

  constructor(deps: AdvanceDeps) {
    const { db } = deps;
    this.#deps = deps;
    this.#find = prepare(
      db,
      `SELECT num, revision, status, journal_length, function, queued_at - priority_ms, queued_at, gates, flags
       FROM runs WHERE id = ?`,
    );
    this.#origin = prepare(db, "SELECT environment, event_id FROM runs WHERE num = ?");
    // Two updates, because naming `status` or `ended_at` makes SQLite rewrite the run's entries in the indexes that ask
    // for them, changed or not; most steps forward leave both as they are.
    const columns = `function_version = ?, queued_at = ?, started_at = ?, request_version = ?,
       force_plan = ?, pending = ?, step_count = ?, state_bytes = ?, revision = ?, journal_length = ?`;
    this.#go = prepare(db, `UPDATE runs SET ${columns} WHERE num = ?`);
    this.#turn = prepare(db, `UPDATE runs SET ${columns}, status = ?, ended_at = ? WHERE num = ?`);
  }

  execute(reader: CommandReader, begin: (session: number | null, now: number) => Act): Answer {
    const id = reader.text();
    const expectedRevision = reader.number();
    const found = this.#find.get(id);
    if (found === undefined) return UNKNOWN;
    if (found[1] !== expectedRevision) return CONFLICT;
    const act = begin(reader.numberOrNull(), reader.number());
    const signals = this.#signals(reader, found);
    if (typeof signals === "string") return signals;

    const isEnded = this.#update(reader, id, found);
    const terms = termsOf(found);
    const answer: Value[] = [0];
    if (isEnded) this.#finishRun(reader, terms, found);
    else {
      this.#requeue(act, reader, id, terms, answer);
      this.#wait(act, reader, id, terms, signals);
      if (terms.flags !== found[8]) this.#deps.admission.saveFlags(terms);
    }
    const heldCount = answer.length - 1;
    // Known only at the end.
    answer.push(null, null);
    this.#deps.accept.accept(act, reader, answer);
    this.#deps.admission.wake(act, WAKES_MAX_COUNT);
    answer[0] = heldCount;
    answer[heldCount + 1] = act.workDueAt;
    answer[heldCount + 2] = act.gatheringDueAt;
    return answer;
  }

  /** The names the run wants to wait for, or the one that another run has. */
  #signals(reader: CommandReader, [num]: RunRow): readonly SignalValues[] | string {
    const count = reader.number();
    if (count === 0) return NO_SIGNALS;
    const environment = this.#origin.get(num)?.[0] ?? 0;
    const signals = Array.from({ length: count }, () => readSignal(reader));
    return signals.find((signal) => this.#deps.signals.isTaken(environment, num, signal))?.name ?? signals;
  }

  /** Writes the run and its journal. `true`: it has ended. */
  #update(reader: CommandReader, id: string, found: RunRow): boolean {
    const [num, revision, statusBefore, journalLength] = found;
    const status = reader.number();
    const endedAt = reader.numberOrNull();
    if (isFinalCode(statusBefore) && !isFinalCode(status)) {
      throw new HoldfastError(
        "store_refused",
        `Cannot advance run "${id}": it has ended and must stay ended.`,
      );
    }
    const state: Value[] = [
      reader.number(), // function version
      reader.number(), // queued at
      reader.numberOrNull(), // started at
      reader.number(), // request version
      reader.number(), // force plan
      reader.textOrNull(), // pending
      reader.number(), // step count
      reader.number(), // state bytes
    ];
    const entries = reader.number();
    state.push(revision + 1, journalLength + entries);
    const isEnded = isFinalCode(status);
    if (status === statusBefore && !isEnded) this.#go.run(...state, num);
    else this.#turn.run(...state, status, endedAt, num);
    for (let entry = 1; entry <= entries; entry++) {
      this.#deps.journal.append(reader, id, num, journalLength + entry);
    }
    return isEnded;
  }

  /** Drops whatever would still happen to a run that has ended; what the command would queue for it is passed over. */
  #finishRun(reader: CommandReader, terms: RunTerms, found: RunRow): void {
    const { items, waits, signals, singletons, admission } = this.#deps;
    reader.list(() => reader.text());
    reader.list(() => readItem(reader));
    reader.list(() => readWait(reader));
    // It may be an advance of a run that had ended before.
    if (isFinalCode(found[2])) return;
    items.finishAll(terms);
    if ((terms.flags & RunFlag.waits) !== 0) waits.dropAll(terms.num);
    if ((terms.flags & RunFlag.signals) !== 0) signals.dropAll(terms.num);
    if (terms.gates.length === 0) return;
    admission.end(terms);
    const singletonKey = singletonKeyOf(found[7]);
    if (singletonKey !== null) singletons.remove(terms.fn, singletonKey, terms.num);
  }

  #requeue(act: Act, reader: CommandReader, id: string, terms: RunTerms, held: Value[]): void {
    const { items } = this.#deps;
    const finished = reader.number();
    for (let left = finished; left > 0; left--) this.#finish(terms, reader.text());
    const enqueued = reader.number();
    for (let left = enqueued; left > 0; left--) {
      const item = readItem(reader);
      // An item that takes the place of another takes nothing of what that waited for.
      if ((terms.flags & (RunFlag.waits | RunFlag.signals)) !== 0) this.#finish(terms, item.key);
      if (items.put(act, terms, item)) held.push(item.key);
    }
    if (finished > 0 && enqueued === 0 && !items.hasAny(terms.num)) {
      throw new HoldfastError(
        "store_refused",
        `Cannot advance run "${id}": it would go on without a queue item, and nothing would ever wake it.`,
      );
    }
  }

  #finish(terms: RunTerms, key: string): void {
    this.#deps.items.finish(terms, key);
    // What an item waited for goes with it.
    if ((terms.flags & RunFlag.waits) !== 0) this.#deps.waits.drop(terms.num, key);
    if ((terms.flags & RunFlag.signals) !== 0) this.#deps.signals.drop(terms.num, key);
  }

  #wait(
    act: Act,
    reader: CommandReader,
    id: string,
    terms: RunTerms,
    signals: readonly SignalValues[],
  ): void {
    const waits = reader.number();
    if (waits === 0 && signals.length === 0) return;
    const { num } = terms;
    // The run was found a moment ago.
    const [environment, eventId] = this.#origin.get(num) as readonly [number, string];
    for (const signal of signals) {
      this.#deps.signals.put(environment, num, signal);
      terms.flags |= RunFlag.signals;
    }
    for (let left = waits; left > 0; left--) {
      terms.flags |= RunFlag.waits;
      this.#deps.waits.insert(act, environment, { num, id, eventId, flags: terms.flags }, readWait(reader));
    }
  }
}

const NO_SIGNALS: readonly SignalValues[] = [];

function termsOf([num, , , , fn, score, queuedAt, gates, flags]: RunRow): RunTerms {
  return { num, fn, score, queuedAt, gates: decodeGates(gates, fn), flags };
}
