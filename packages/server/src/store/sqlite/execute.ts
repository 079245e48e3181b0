import type { DatabaseSync } from "node:sqlite";
import { AcceptAct } from "./accept.ts";
import { Act } from "./act.ts";
import { AdministrationActs } from "./administration.ts";
import { Admission } from "./admission.ts";
import { AdvanceAct } from "./advance.ts";
import { AuditActs } from "./audit.ts";
import { actIn, hasChanged } from "./audited.ts";
import { CancellationActs } from "./cancellations.ts";
import type { Answer, BatchReply, Command, Failure } from "./commands.ts";
import { CommandKind, CommandReader } from "./commands.ts";
import { failureOf } from "./failures.ts";
import { Gatherings } from "./gatherings.ts";
import { HistoryActs } from "./history.ts";
import { JournalWriter } from "./journal.ts";
import { LeaseAct } from "./lease.ts";
import { MATCHES_MAX_COUNT, WAKES_MAX_COUNT } from "./limits.ts";
import { NonceActs } from "./nonces.ts";
import { OpenRuns } from "./open-runs.ts";
import { PauseActs } from "./pauses.ts";
import { QueueItems } from "./queue-items.ts";
import { RegisterActs } from "./register.ts";
import { ScheduleActs } from "./schedule-acts.ts";
import { Sessions } from "./sessions.ts";
import { Signals } from "./signals.ts";
import type { Statement, Value } from "./statement.ts";
import { prepare } from "./statement.ts";
import { StrandedAct } from "./stranded.ts";
import { SymbolWriter } from "./symbols.ts";
import { Waits } from "./waits.ts";

/** Everything the writer has prepared on its connection. */
export interface WriterStatements {
  readonly begin: Statement;
  readonly commit: Statement;
  readonly rollback: Statement;
  /** Does one act inside the open transaction. */
  execute(command: Command): Answer;
  /** Takes what was remembered of the tables for settled, after a commit. */
  keep(): void;
  /** Takes back what was remembered of the tables, after a rollback. */
  forget(): void;
}

export function prepareWriter(db: DatabaseSync): WriterStatements {
  const symbols = new SymbolWriter(db);
  const sessions = new Sessions(db);
  const admission = new Admission(db);
  const items = new QueueItems(db, admission);
  const waits = new Waits(db, items);
  const signals = new Signals(db, items, symbols);
  const journal = new JournalWriter(db);
  const runs = new OpenRuns({ db, symbols, admission, items, waits, journal });
  const gatherings = new Gatherings(db, symbols);
  const accept = new AcceptAct(db, { symbols, waits, runs, gatherings });
  const { singletons } = runs;
  const advance = new AdvanceAct({ db, admission, items, waits, signals, singletons, journal, accept });
  const lease = new LeaseAct(db, sessions, admission, waits);
  const schedules = new ScheduleActs(db, { symbols, runs, gatherings, accept });
  const apps = new RegisterActs(db, symbols, admission, schedules);
  const pauses = new PauseActs(db, symbols, admission);
  const cancellations = new CancellationActs(db, symbols);
  const stranded = new StrandedAct(db, admission);
  const audit = new AuditActs(db);
  const administration = new AdministrationActs(db, audit);
  const nonces = new NonceActs(db);
  const history = new HistoryActs(db);

  /** Begins an act for a session, which holds things only while it is open. */
  function begin(session: number | null, now: number): Act {
    const holder = session !== null && sessions.isOpen(session, now) ? session : null;
    return new Act(now, holder, MATCHES_MAX_COUNT);
  }

  /** Ends an act whose answer begins with when work and when a gathering is due. */
  function done(act: Act, answer: Value[]): Answer {
    admission.wake(act, WAKES_MAX_COUNT);
    answer[0] = act.workDueAt;
    answer[1] = act.gatheringDueAt;
    return answer;
  }

  function execute(command: Command): Answer {
    const reader = new CommandReader(command);
    const opened: Value[] = [null, null];
    switch (command[0]) {
      case CommandKind.accept: {
        const act = begin(reader.numberOrNull(), reader.number());
        accept.accept(act, reader, opened);
        return done(act, opened);
      }
      case CommandKind.advance:
        return advance.execute(reader, begin);
      case CommandKind.lease:
        return lease.execute(reader);
      case CommandKind.openSession:
        return sessions.open(reader);
      case CommandKind.extendSession:
        return sessions.extend(reader);
      case CommandKind.closeSession:
        return sessions.close(reader);
      case CommandKind.register:
        return apps.register(reader);
      case CommandKind.noteError:
        return apps.noteError(reader);
      case CommandKind.removeApp:
        return apps.remove(reader);
      case CommandKind.open: {
        const act = begin(reader.numberOrNull(), reader.number());
        accept.open(act, reader, opened);
        return done(act, opened);
      }
      case CommandKind.signal:
        return signals.bring(reader);
      case CommandKind.pause:
        return pauses.pause(reader);
      case CommandKind.resume:
        return pauses.resume(reader);
      case CommandKind.startGathering: {
        const act = begin(reader.numberOrNull(), reader.number());
        return schedules.startGathering(act, reader);
      }
      case CommandKind.fireTick: {
        const act = begin(reader.numberOrNull(), reader.number());
        return schedules.fireTick(act, reader, opened) ? done(act, opened) : null;
      }
      case CommandKind.addCancellation:
        return cancellations.add(reader);
      case CommandKind.removeCancellation:
        return cancellations.remove(reader);
      case CommandKind.stranded:
        return stranded.execute(reader);
      case CommandKind.audited: {
        const act = actIn(command);
        const answer = execute(act);
        if (hasChanged(act, answer)) audit.append(reader);
        return answer;
      }
      case CommandKind.appendAudit:
        return audit.append(reader);
      case CommandKind.addCheckpoint:
        return audit.addCheckpoint(reader);
      case CommandKind.pruneAudit:
        return audit.prune(reader);
      case CommandKind.eraseOpenings:
        return audit.eraseOpenings(reader);
      case CommandKind.commitRecords:
        return administration.commit(reader);
      case CommandKind.noteRecords:
        return administration.note(reader);
      case CommandKind.takeNonce:
        return nonces.take(reader);
      case CommandKind.sweepNonces:
        return nonces.sweep(reader);
      case CommandKind.removeHistory:
        return history.remove(reader);
    }
  }

  return {
    begin: prepare(db, "BEGIN IMMEDIATE"),
    commit: prepare(db, "COMMIT"),
    rollback: prepare(db, "ROLLBACK"),
    execute,
    keep: () => admission.keep(),
    forget() {
      symbols.forget();
      sessions.forget();
      admission.forget();
      waits.forget();
    },
  };
}

/**
 * Does the acts of a batch in order, in one transaction. An act that breaks (a constraint, a value that cannot be)
 * must not take its neighbours with it: the batch is rolled back and each act gets a transaction of its own. A disk
 * that fails fails them all, and nothing of the batch is kept. Never throws.
 */
export function executeBatch(
  db: DatabaseSync,
  writer: WriterStatements,
  commands: readonly Command[],
): BatchReply {
  const whole = transact(db, writer, commands);
  if ("answers" in whole) return { answers: whole.answers, failures: null, commits: 1 };
  if (whole.failure.code !== "store_refused" || commands.length === 1) {
    return {
      answers: commands.map(() => null),
      failures: new Map(commands.map((_, position) => [position, whole.failure])),
      commits: 0,
    };
  }
  return executeAlone(db, writer, commands);
}

function executeAlone(db: DatabaseSync, writer: WriterStatements, commands: readonly Command[]): BatchReply {
  const failures = new Map<number, Failure>();
  let commits = 0;
  const answers = commands.map((command, position) => {
    const alone = transact(db, writer, [command]);
    if ("failure" in alone) {
      failures.set(position, alone.failure);
      return null;
    }
    commits++;
    return alone.answers[0] ?? null;
  });
  return { answers, failures, commits };
}

function transact(
  db: DatabaseSync,
  writer: WriterStatements,
  commands: readonly Command[],
): { readonly answers: readonly Answer[] } | { readonly failure: Failure } {
  try {
    writer.begin.run();
    const answers = commands.map((command) => writer.execute(command));
    // Returns after the log is on disk (synchronous=FULL). If that fails the frames were written but not
    // published: the next commit overwrites them.
    writer.commit.run();
    writer.keep();
    return { answers };
  } catch (error) {
    const failure = failureOf("write to the store", error);
    try {
      // SQLite rolls back by itself on some errors, such as a full disk.
      if (db.isTransaction) writer.rollback.run();
      writer.forget();
    } catch (rollbackError) {
      return { failure: { ...failureOf("roll back", rollbackError), code: "store_failed" } };
    }
    return { failure };
  }
}
