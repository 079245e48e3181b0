import type { Clock } from "#kernel";
import type { Queue, Work } from "#queue";
import type { Realtime, Update } from "#realtime";
import type { AcceptResult, NewEvent, NewRun, OpenResult, RunSnapshot } from "#store";

export interface ArrivalDeps {
  readonly clock: Clock;
  readonly queue: Queue;
  readonly realtime: Realtime;
  /** Told when something that starts by the clock was made or changed. */
  expectGathering(dueAt: number): void;
}

/** What follows once events and their runs are on disk: those who follow are told, and the work goes to the queue. */
export interface Arrivals {
  events(prepared: readonly NewEvent[], result: AcceptResult, now: number): void;
  /** Runs that were opened for events stored earlier. `bodies` are those of each run's events. */
  runs(
    opened: readonly {
      readonly run: NewRun;
      readonly result: OpenResult;
      readonly bodies: readonly string[];
    }[],
    workDueAt: number | null,
    now: number,
  ): void;
}

export function createArrivals(deps: ArrivalDeps): Arrivals {
  const { queue, realtime } = deps;

  function announce(run: NewRun, now: number): Update {
    const { eventId, functionId, id } = run.run;
    return { kind: "run.queued", runId: id, functionId, eventId, at: now };
  }

  function hand(run: NewRun, result: OpenResult, bodies: readonly string[], now: number): Work | null {
    if (result.outcome === "held") {
      return { item: run.item, functionId: run.run.functionId, snapshot: newborn(run, bodies) };
    }
    if (result.outcome === "opened" && run.item.dueAt > now) queue.expect(run.item.dueAt);
    return null;
  }

  function isOpen({ outcome }: OpenResult): boolean {
    return outcome === "held" || outcome === "opened" || outcome === "skipped";
  }

  return {
    events(prepared, result, now) {
      const work: Work[] = [];
      const updates: Update[] = [];
      for (const [index, { event, runs }] of prepared.entries()) {
        const verdict = result.events[index];
        if (verdict?.outcome !== "accepted") continue;
        const opened = runs.filter((run, position) => {
          const outcome = verdict.runs[position];
          if (outcome === undefined || !isOpen(outcome)) return false;
          const handed = hand(run, outcome, [event.body], now);
          if (handed !== null) work.push(handed);
          for (const timer of run.timers) queue.expect(timer.dueAt);
          return true;
        });
        if (!realtime.followed) continue;
        updates.push({
          kind: "event.accepted",
          eventId: event.id,
          name: event.name,
          at: now,
          runIds: opened.map(({ run }) => run.id),
        });
        for (const run of opened) updates.push(announce(run, now));
      }
      if (updates.length > 0) realtime.publish(updates);
      if (work.length > 0) queue.offer(work);
      if (result.workDueAt !== null) queue.expect(result.workDueAt);
      if (result.gatheringDueAt !== null) deps.expectGathering(result.gatheringDueAt);
    },
    runs(opened, workDueAt, now) {
      const work: Work[] = [];
      const updates: Update[] = [];
      for (const { bodies, result, run } of opened) {
        if (!isOpen(result)) continue;
        const handed = hand(run, result, bodies, now);
        if (handed !== null) work.push(handed);
        for (const timer of run.timers) queue.expect(timer.dueAt);
        updates.push(announce(run, now));
      }
      if (updates.length > 0 && realtime.followed) realtime.publish(updates);
      if (work.length > 0) queue.offer(work);
      if (workDueAt !== null) queue.expect(workDueAt);
    },
  };
}

/** A run as it is on disk the moment it is born: what is offered with its first item need not be loaded. */
function newborn(run: NewRun, bodies: readonly string[]): RunSnapshot | null {
  // One that repeats another remembers things: the store has them in order.
  if (run.journal.length > 0) return null;
  return {
    run: run.run,
    events: bodies,
    steps: [],
    inputs: [],
    items: [run.item, ...run.timers],
    held: [run.item.key],
    planned: [],
    defers: [],
    lastSeq: 0,
  };
}
