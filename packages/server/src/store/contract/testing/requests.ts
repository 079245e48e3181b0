import assert from "node:assert/strict";
import type { RunId } from "@holdfast/protocol";
import { compileExpression, prepareFilter } from "#expressions";
import type { WaitFilter } from "#expressions";
import type {
  Gate,
  Gathering,
  JournalEntry,
  NewRun,
  NewWait,
  RunSnapshot,
  SessionId,
} from "../../records.ts";
import type { Advance, NewEvent, Store } from "../../contract.ts";
import type { Act, AdvancePlan, EventPlan, ItemPlan, RunPlan } from "./acts.ts";
import { ANY } from "./acts.ts";
import {
  aCancellation,
  aFunction,
  anAdvance,
  anEntry,
  anEvent,
  aNewRun,
  anItem,
  aRegistration,
  aRun,
  aTick,
  aWait,
  functionId,
  NOW,
  production,
  runId,
  stepId,
} from "./builders.ts";

/** Something to ask of any store that has come the same way. */
export type Request = (store: Store) => Promise<unknown>;

// No store gives out this number here.
const NO_SESSION = 4711 as SessionId;

/**
 * Behind which gate the runs of a function stand. One each, and none is shared: where a call needs places of several
 * counters, or functions count at one, stores may choose differently among those that wait.
 */
const GATES: ReadonlyMap<number, Gate> = new Map([
  [2, { level: "step", counter: "a", rule: "limit", max: 2 }],
  [3, { level: "step", counter: "b", rule: "limit", max: 1 }],
  [4, { level: "step", counter: "c", rule: "limit", max: 2 }],
  [5, { level: "run", counter: "a", rule: "limit", max: 1 }],
  [6, { level: "throttle", counter: "a", limit: 3, periodMs: 100, burst: 0 }],
]);

/** Turns acts into requests, by what a store holds that was asked for everything before. */
export class Requests {
  readonly #store: Store;
  readonly #sessions: SessionId[] = [];
  /** What a run remembers of an event that ended a wait. */
  readonly #bodies = new Map<string, string>();
  #sessionCount = 0;
  #eventCount = 0;
  #runCount = 0;
  #checksum = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every run that was ever to be opened. */
  get runIds(): readonly RunId[] {
    return Array.from({ length: this.#runCount }, (_, index) => runId(index + 1));
  }

  /** A look for what may begin by now, which hands out nothing: throttles go on when somebody comes. */
  look(now: number): Request {
    const session = this.#nextSession();
    return async (store) => {
      await store.queue.openSession({ node: "n", now, expiresAt: now + 1 });
      const lease = await store.queue.lease({ session, limit: 0, now });
      await store.queue.closeSession(session);
      return dueFrom(now, lease);
    };
  }

  async of(act: Act, now: number): Promise<Request> {
    const session = "session" in act ? this.#sessionOf(act.session) : null;
    switch (act.act) {
      case "accept": {
        const batch = { events: [this.#event(act.event, now)], session, now };
        return async (store) => dueFrom(now, await store.events.accept(batch));
      }
      case "open": {
        const request = { runs: act.runs.map((plan) => this.#run(plan, now)), session, now };
        return async (store) => dueFrom(now, await store.runs.open(request));
      }
      case "advance":
        return this.#advance(act, session, now);
      case "signal": {
        const request = { environment: production, name: act.name, memo: '{"data":1}', now };
        return (store) => store.runs.signal(request);
      }
      case "lease": {
        const request = { session: session ?? NO_SESSION, limit: act.limit, now };
        // When to come back is compared by the next look: a store may ask for one more lease to find out.
        return async (store) => (await store.queue.lease(request)).items;
      }
      case "openSession": {
        const expiresAt = now + act.lastsMs;
        this.#sessions.push(this.#nextSession());
        return (store) => store.queue.openSession({ node: "n", now, expiresAt });
      }
      case "extendSession":
        return (store) => store.queue.extendSession(session ?? NO_SESSION, now + act.lastsMs, now);
      case "closeSession":
        return (store) => store.queue.closeSession(session ?? NO_SESSION);
      case "pause":
        return (store) => store.queue.pause(functionId(act.fn), now);
      case "resume":
        return (store) => store.queue.resume(functionId(act.fn), now);
      case "startGathering":
        return this.#startGathering(act, session, now);
      case "fireTick":
        return this.#fireTick(act, session, now);
      case "register":
        return this.#register(act, now);
      case "removeApp":
        return (store) => store.apps.remove(production, "app-1", now);
      case "addCancellation":
        return (store) => store.cancellations.add(aCancellation(`c${act.pick % 3}`));
      case "removeCancellation":
        return (store) => store.cancellations.remove(production, `c${act.pick % 3}`);
    }
  }

  async #advance(plan: AdvancePlan, session: SessionId | null, now: number): Promise<Request> {
    const num = 1 + (plan.pick % Math.max(1, this.#runCount));
    const before = await this.#store.runs.load(runId(num));
    const advance = this.#advanceOf(plan, num, before, session, now);
    return async (store) => {
      const result = await store.runs.advance(advance);
      return result.kind === "committed" ? { ...result, emitted: dueFrom(now, result.emitted) } : result;
    };
  }

  #advanceOf(
    plan: AdvancePlan,
    num: number,
    before: RunSnapshot | null,
    session: SessionId | null,
    now: number,
  ): Advance {
    const run = before?.run ?? aRun(num);
    const working = (before?.items ?? []).filter(
      ({ key, kind }) => before?.held.includes(key) && kind !== "cancel",
    );
    // Whoever holds nothing has not called the app, and has nothing to queue.
    const planned = working.length > 0 ? plan.enqueue : [];
    const finish = plan.finish.flatMap((index) => working[index]?.key ?? []);
    const isEnding = plan.status === "Completed" || plan.status === "Cancelled";
    return anAdvance(num, {
      // Of a run that comes with this very burst nothing is known yet.
      expectedRevision: run.revision - (plan.isStale || before === null ? 1 : 0),
      run: { ...run, status: plan.status, endedAt: isEnding ? now : null, stepCount: run.stepCount + 1 },
      journal: this.#entries(plan, before, [...finish, ...planned.map(({ key }) => key)]),
      finish,
      enqueue: planned.map(({ key, kind, dueInMs }) =>
        anItem(num, {
          key,
          kind,
          dueAt: now + dueInMs,
          stepId: stepId(key.charCodeAt(0)),
          generation: 1,
        }),
      ),
      waits: planned.flatMap((item) => (item.order === null ? [] : [waitOf(item, item.order, now)])),
      signals: planned.flatMap(({ signal, key }) => (signal === null ? [] : [{ ...signal, key }])),
      emit: plan.emit === null ? [] : [this.#event(plan.emit, now)],
      session,
      now,
    });
  }

  /** What the plan says, and as an app would have it the events that ended waits. */
  #entries(plan: AdvancePlan, before: RunSnapshot | null, gone: readonly string[]): readonly JournalEntry[] {
    const answers = (before?.items ?? []).flatMap(({ key, cause }) =>
      gone.includes(key) && cause?.kind === "event"
        ? [{ op: "WaitForEvent", data: this.#bodies.get(cause.eventId) ?? null }]
        : [],
    );
    const from = (before?.lastSeq ?? 0) + 1;
    return [...plan.kinds.map((kind) => ({ kind })), ...answers].map((fields, index) =>
      anEntry(from + index, { stepId: stepId((from + index) % 4), ...fields }),
    );
  }

  async #startGathering(
    { pick, isStale, run }: Act & { act: "startGathering" },
    session: SessionId | null,
    now: number,
  ): Promise<Request> {
    const { gatherings } = await this.#store.schedules.due({ now, limit: 30 });
    const known = gatherings[pick % Math.max(1, gatherings.length)];
    const { id, revision } = known ?? { id: pick, revision: 1 };
    const newRun = run === null ? null : this.#run(run, now);
    const request = { id, revision: revision - (isStale ? 1 : 0), run: newRun, session, now };
    return async (store) => {
      const result = await store.schedules.startGathering(request);
      return typeof result === "string" ? result : dueFrom(now, result);
    };
  }

  async #fireTick(
    { pick, isLast, event }: Act & { act: "fireTick" },
    session: SessionId | null,
    now: number,
  ): Promise<Request> {
    const { ticks } = await this.#store.schedules.due({ now: now + 120_000, limit: 30 });
    const tick = ticks[pick % Math.max(1, ticks.length)] ?? aTick(1);
    const dueAt = tick.dueAt + 60_000;
    const next = isLast ? null : { ...tick, scheduledAt: tick.scheduledAt + 60_000, dueAt };
    const batch = { events: [this.#event(event, now)], session, now };
    return async (store) => {
      const result = await store.schedules.fireTick({ tick, next, batch });
      return result === "gone" ? result : dueFrom(now, result);
    };
  }

  #register({ limit, functions, isTicking }: Act & { act: "register" }, now: number): Promise<Request> {
    const limits: Record<string, number> = limit === null ? {} : { limit };
    this.#checksum += 1;
    const registered = {
      ...aRegistration(
        { checksum: `checksum-${this.#checksum}`, syncedAt: now },
        functions.map((num) => aFunction(num, { limits, config: `{"limit":${limit}}` })),
      ),
      ticks: isTicking ? functions.map((num) => aTick(num)) : [],
    };
    return Promise.resolve((store: Store) => store.apps.register(registered));
  }

  #event(plan: EventPlan, now: number): NewEvent {
    if (!plan.isRepeated || this.#eventCount === 0) this.#eventCount += 1;
    const num = this.#eventCount;
    const base = anEvent(num);
    const body = JSON.stringify({ data: { order: plan.order }, id: base.id, name: plan.name });
    this.#bodies.set(base.id, body);
    const event = { ...base, name: plan.name, userId: plan.userId, receivedAt: now, ts: now, body };
    return {
      event,
      runs: plan.runs.map((run) => this.#run(run, now, num)),
      gatherings: plan.gathers === null ? [] : [gatheringOf(plan.gathers)],
    };
  }

  #run(plan: RunPlan, now: number, eventNum = this.#eventCount): NewRun {
    if (!plan.isRepeated || this.#runCount === 0) this.#runCount += 1;
    const gate = GATES.get(plan.fn);
    return aNewRun(this.#runCount, {
      run: { functionId: functionId(plan.fn), eventId: anEvent(eventNum).id, queuedAt: now },
      item: { dueAt: now + plan.dueInMs },
      idempotency: plan.key === null ? null : { key: plan.key, expiresAt: now + 25 },
      rateLimit: plan.isRateLimited ? { counter: "r", limit: 2, periodMs: 50 } : null,
      singleton: plan.singleton === null || gate !== undefined ? null : { key: "k", mode: plan.singleton },
      gates: gate === undefined ? [] : [gate],
      priorityMs: plan.priorityMs,
      cancels: plan.isCancelledBy === null ? [] : [cancelBy(plan.isCancelledBy)],
    });
  }

  /** Stores number sessions from 1. */
  #nextSession(): SessionId {
    this.#sessionCount += 1;
    // The brand exists for the compiler only.
    return this.#sessionCount as SessionId;
  }

  #sessionOf(num: number): SessionId | null {
    return num < 0 ? null : (this.#sessions.at(-1 - num) ?? null);
  }
}

/** An answer without by how much something is overdue: either way somebody is to come back at once. */
function dueFrom(now: number, answer: object): object {
  const late = Object.entries(answer).filter(
    ([name, value]) =>
      (name === "workDueAt" || name === "nextDueAt") && typeof value === "number" && value < now,
  );
  return { ...answer, ...Object.fromEntries(late.map(([name]) => [name, now])) };
}

function waitOf({ key, dueInMs, backMs }: ItemPlan, order: string, now: number): NewWait {
  return aWait({
    key,
    eventName: "payment",
    filter: filterOf(order),
    expiresAt: now + Math.max(1, dueInMs),
    lookBackFrom: backMs === null ? null : now - backMs,
  });
}

function cancelBy(order: string): NewWait {
  const expiresAt = NOW + 9_999_999;
  return aWait({
    effect: "cancel",
    key: "cancel:0",
    eventName: "payment",
    filter: filterOf(order),
    expiresAt,
  });
}

function filterOf(order: string): WaitFilter | null {
  if (order === ANY) return null;
  const filter = prepareFilter(
    compileExpression("async.data.order == event.data.order", "filter"),
    { data: { order } },
    NOW,
  );
  assert.ok(filter !== "never");
  return filter;
}

function gatheringOf(kind: Gathering["kind"]): Gathering {
  const isBatch = kind === "batch";
  const times = { periodMs: 20, timeoutMs: isBatch ? null : 50 };
  const rateLimit = isBatch ? null : { counter: "d", limit: 2, periodMs: 40 };
  const bounds = { sizeMax: isBatch ? 3 : null, bytesMax: null };
  return { kind, functionId: functionId(1), key: "", ...times, ...bounds, rateLimit, correlation: null };
}
