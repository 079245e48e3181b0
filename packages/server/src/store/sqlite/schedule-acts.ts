import type { DatabaseSync } from "node:sqlite";
import type { OpenResult, ScheduleStore, Tick } from "../contract.ts";
import type { AcceptAct } from "./accept.ts";
import { encodeNewEvents, toOpenResult } from "./accept.ts";
import type { Act } from "./act.ts";
import type { Answer, Command, CommandReader } from "./commands.ts";
import { CommandKind } from "./commands.ts";
import type { Gatherings } from "./gatherings.ts";
import { encodeNewRun } from "./new-run.ts";
import type { OpenRuns } from "./open-runs.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { SymbolWriter } from "./symbols.ts";

type StartRequest = Parameters<ScheduleStore["startGathering"]>[0];
type FireRequest = Parameters<ScheduleStore["fireTick"]>[0];

/** Answers that are no list. */
const GONE = 0;
const DROPPED = 1;

export function encodeStartGathering({ id, revision, run, session, now }: StartRequest): Command {
  const values: Value[] = [session, now, id, revision, run === null ? 0 : 1];
  if (run !== null) encodeNewRun(values, run);
  return [CommandKind.startGathering, ...values];
}

export function decodeStartGathering(
  answer: Answer,
): (OpenResult & { readonly workDueAt: number | null }) | "gone" | "dropped" {
  if (answer === GONE) return "gone";
  if (answer === DROPPED) return "dropped";
  // When work is due, then what became of the run, as below.
  const values = answer as readonly [workDueAt: number | null, ...rest: Value[]];
  return { ...toOpenResult(values, 1), workDueAt: values[0] };
}

export function encodeFireTick({ tick, next, batch }: FireRequest): Command {
  const values: Value[] = [batch.session, batch.now, tick.functionId, tick.cron, tick.scheduledAt];
  values.push(next?.scheduledAt ?? null, next?.dueAt ?? null);
  encodeNewEvents(values, batch.events);
  return [CommandKind.fireTick, ...values];
}

export function encodeTick(values: Value[], tick: Tick): void {
  values.push(tick.functionId, tick.cron, tick.scheduledAt, tick.dueAt);
}

/** Starts what the clock starts: each at most once, whoever asks and however often. */
export class ScheduleActs {
  readonly #symbols: SymbolWriter;
  readonly #runs: OpenRuns;
  readonly #gatherings: Gatherings;
  readonly #accept: AcceptAct;
  readonly #findTick: Statement<readonly [scheduledAt: number]>;
  readonly #moveTick: Statement;
  readonly #endTick: Statement;
  readonly #endTicks: Statement;
  readonly #chains: Statement<readonly [cron: string, scheduledAt: number]>;
  readonly #beginTick: Statement;

  constructor(
    db: DatabaseSync,
    deps: {
      readonly symbols: SymbolWriter;
      readonly runs: OpenRuns;
      readonly gatherings: Gatherings;
      readonly accept: AcceptAct;
    },
  ) {
    this.#symbols = deps.symbols;
    this.#runs = deps.runs;
    this.#gatherings = deps.gatherings;
    this.#accept = deps.accept;
    this.#findTick = prepare(db, "SELECT scheduled_at FROM ticks WHERE function = ? AND cron = ?");
    this.#moveTick = prepare(
      db,
      "UPDATE ticks SET scheduled_at = ?, due_at = ? WHERE function = ? AND cron = ?",
    );
    this.#endTick = prepare(db, "DELETE FROM ticks WHERE function = ? AND cron = ?");
    this.#endTicks = prepare(db, "DELETE FROM ticks WHERE function = ?");
    this.#chains = prepare(db, "SELECT cron, scheduled_at FROM ticks WHERE function = ?");
    this.#beginTick = prepare(
      db,
      "INSERT INTO ticks (function, cron, scheduled_at, due_at) VALUES (?, ?, ?, ?)",
    );
  }

  startGathering(act: Act, reader: CommandReader): Answer {
    const id = reader.number();
    if (!this.#gatherings.isDue(id, reader.number(), act.now)) return GONE;
    this.#gatherings.remove(id);
    if (reader.number() === 0) return DROPPED;
    const opened: Value[] = [];
    this.#runs.open(act, reader, true, opened);
    this.#runs.sweep(act.now);
    return [act.workDueAt, ...opened];
  }

  /** `answer` gets what the events of the tick became. `false`: it fired already, or its chain ended. */
  fireTick(act: Act, reader: CommandReader, answer: Value[]): boolean {
    const fn = this.#symbols.number(reader.text());
    const cron = reader.text();
    if (this.#findTick.get(fn, cron)?.[0] !== reader.number()) return false;
    const nextScheduledAt = reader.numberOrNull();
    const nextDueAt = reader.numberOrNull();
    if (nextScheduledAt === null) this.#endTick.run(fn, cron);
    else this.#moveTick.run(nextScheduledAt, nextDueAt, fn, cron);
    this.#accept.accept(act, reader, answer);
    return true;
  }

  /** Reads ticks and puts them in place of those of the functions: a chain that goes on keeps its next instant. */
  replaceTicks(reader: CommandReader, functionIds: Iterable<string>): void {
    const before = new Map<number, Map<string, number>>();
    for (const functionId of functionIds) {
      const fn = this.#symbols.number(functionId);
      before.set(fn, new Map(this.#chains.all(fn)));
    }
    for (let ticks = reader.number(); ticks > 0; ticks--) this.#replaceTick(reader, before);
    for (const [fn, chains] of before) for (const cron of chains.keys()) this.#endTick.run(fn, cron);
  }

  endTicks(functionId: string): void {
    this.#endTicks.run(this.#symbols.number(functionId));
  }

  #replaceTick(reader: CommandReader, before: ReadonlyMap<number, Map<string, number>>): void {
    const fn = this.#symbols.number(reader.text());
    const cron = reader.text();
    const scheduledAt = reader.number();
    const dueAt = reader.number();
    const scheduledBefore = before.get(fn)?.get(cron);
    before.get(fn)?.delete(cron);
    if (scheduledBefore === undefined) this.#beginTick.run(fn, cron, scheduledAt, dueAt);
    else if (scheduledBefore === scheduledAt) this.#moveTick.run(scheduledAt, dueAt, fn, cron);
  }
}
