import { isHoldfastError } from "@holdfast/protocol";
import type { Log, Timer } from "#kernel";
import { jitterOf, missedTicks } from "#schedules";
import type { CronTrigger, FunctionDefinition } from "#registry";
import type { DueGathering, NewEvent, ScheduleStore, Tick } from "#store";
import type { AcceptDeps } from "./accept.ts";
import { admissionOf } from "./admission.ts";
import { eventRecord } from "./emitter.ts";
import { guardOf, matchEvent, ownGuard } from "./match.ts";
import { openRun } from "./open-runs.ts";

export interface ClockworkDeps extends AcceptDeps {
  readonly schedules: ScheduleStore;
  readonly log: Log;
  /** Instants of a cron trigger that were missed, and are made good after a downtime, at most. */
  readonly catchUpMax: number;
  /** Longest pause between two looks; `LOOK_MS_MAX` when absent. */
  readonly lookMsMax?: number;
}

export interface Clockwork {
  start(): void;
  stop(): void;
  /** Something was stored that is due at this instant. */
  expect(dueAt: number): void;
}

/** Things looked at together, and the longest pause between two looks: other processes make things due as well. */
const PAGE = 100;
const LOOK_MS_MAX = 1000;

/** Pause after a look that failed. */
const FAILED_MS = 1000;

/**
 * Starts functions by the clock: debounces and batches whose time has come, and cron ticks. What is due lies in the store;
 * a timer stands at the earliest. Each start is one act that removes what it starts from, so that a process may die at any
 * point of it, and any number of processes may try.
 */
export function createClockwork(deps: ClockworkDeps): Clockwork {
  const { clock, log, schedules, lookMsMax = LOOK_MS_MAX } = deps;
  let timer: Timer | null = null;
  let nextLookAt = Infinity;
  let looking = false;
  let running = false;

  function expect(dueAt: number): void {
    if (!running || dueAt >= nextLookAt) return;
    arm(dueAt);
  }

  function arm(at: number): void {
    timer?.cancel();
    const now = clock.now();
    nextLookAt = Math.min(at, now + lookMsMax);
    timer = clock.after(Math.max(0, nextLookAt - now), () => void look());
  }

  async function look(): Promise<void> {
    if (looking || !running) return;
    looking = true;
    nextLookAt = Infinity;
    let wakeAt = Infinity;
    try {
      wakeAt = (await work()) ?? Infinity;
    } catch (error) {
      if (isHoldfastError(error, "store_closed")) return;
      log.error({ error: String(error) }, "starting functions by the clock failed; trying again");
      wakeAt = clock.now() + FAILED_MS;
    } finally {
      looking = false;
    }
    if (running) arm(Math.min(wakeAt, nextLookAt));
  }

  /** Starts everything that is due. When the next thing will be. */
  async function work(): Promise<number | null> {
    for (;;) {
      const now = clock.now();
      const { gatherings, nextDueAt, ticks } = await schedules.due({ now, limit: PAGE });
      if (gatherings.length === 0 && ticks.length === 0) return nextDueAt;
      await Promise.all([...gatherings.map(startGathering), ...ticks.map(fire)]);
      if (!running) return null;
    }
  }

  async function startGathering(gathering: DueGathering): Promise<void> {
    const { id, revision } = gathering;
    const now = clock.now();
    const definition = deps.registry.function(gathering.functionId);
    const session = deps.queue.hasRoom ? deps.queue.session : null;
    const first = gathering.events[0];
    const isDropped = definition === null || definition.archived || first === undefined;
    const run = isDropped ? null : gatheredRun(gathering, definition, session !== null, now);
    const result = await schedules.startGathering({ id, revision, run, session, now });
    if (typeof result === "string" || run === null) return;
    const bodies = gathering.events.map(({ body }) => body);
    deps.arrivals.runs([{ run, result, bodies }], result.workDueAt, now);
  }

  function gatheredRun(
    { events, kind }: DueGathering,
    definition: FunctionDefinition,
    isHeld: boolean,
    now: number,
  ): ReturnType<typeof openRun> {
    const first = events[0];
    const event: unknown = JSON.parse(first?.body ?? "null");
    const context = { event, environment: deps.environment, now, digest: deps.digest };
    const birth = {
      id: deps.ids.run(now),
      now,
      isHeld,
      // The events of a batch are told apart within it; a debounce has one event, which guards as it would by itself.
      guard: kind === "debounce" && first !== undefined ? guardOf(first, definition) : null,
      correlation: null,
      batchId: kind === "batch" ? deps.ids.request() : null,
    };
    // The wait is over: what limits the number of events is not asked again (14.3).
    const admission = { ...admissionOf(definition, context), rateLimit: null };
    return openRun(events, definition, admission, birth, deps.digest);
  }

  async function fire(tick: Tick): Promise<void> {
    const now = clock.now();
    const definition = deps.registry.function(tick.functionId);
    const trigger = definition?.crons.find(({ cron }) => cron.source === tick.cron) ?? null;
    const session = deps.queue.hasRoom ? deps.queue.session : null;
    if (definition === null || definition.archived || trigger === null) {
      // Its chain ended with the registration that dropped it; this is what was left of it.
      await schedules.fireTick({ tick, next: null, batch: { events: [], session, now } });
      return;
    }
    const jitterMs = tick.dueAt - tick.scheduledAt;
    const { next, run } = missedTicks(trigger.cron, tick.scheduledAt - 1, now - jitterMs, deps.catchUpMax);
    const events = run.map((scheduledAt) =>
      tickEvent(definition, trigger, scheduledAt, session !== null, now),
    );
    const nextTick = next === null ? null : nextTickOf(tick, next, trigger);
    const result = await schedules.fireTick({ tick, next: nextTick, batch: { events, session, now } });
    if (result !== "gone") deps.arrivals.events(events, result, now);
  }

  function nextTickOf(tick: Tick, scheduledAt: number, trigger: CronTrigger): Tick {
    const jitterMs = jitterOf(tick.functionId, scheduledAt, trigger.jitterMs, deps.digest);
    return { ...tick, scheduledAt, dueAt: scheduledAt + jitterMs };
  }

  /** The event of one occurrence (2.8): it starts this function, once for each instant, whatever else listens to it. */
  function tickEvent(
    definition: FunctionDefinition,
    { cron }: CronTrigger,
    scheduledAt: number,
    isHeld: boolean,
    now: number,
  ): NewEvent {
    const scheduled = new Date(scheduledAt).toISOString();
    const event = eventRecord(
      {
        name: "inngest/scheduled.timer",
        userId: scheduled,
        data: `{"cron":${JSON.stringify(cron.source)},"fireAt":"${new Date(now).toISOString()}","scheduledAt":"${scheduled}"}`,
        user: null,
        version: null,
        meta: null,
        invokes: null,
      },
      deps.ids,
      deps.environment,
      now,
    );
    const target = {
      definition,
      correlation: null,
      guard: ownGuard("cron", `${cron.source}:${scheduledAt}`),
    };
    return matchEvent(event, target, isHeld, now, deps);
  }

  return {
    start() {
      running = true;
      arm(clock.now());
    },
    stop() {
      running = false;
      timer?.cancel();
    },
    expect,
  };
}
