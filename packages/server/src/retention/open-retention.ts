import type {
  AuditAct,
  AuditAction,
  AuditTarget,
  Authority,
  EventId,
  FunctionId,
  RunId,
} from "@holdfast/protocol";
import { HoldfastError } from "@holdfast/protocol";
import type { AuditLog } from "#audit";
import type { Clock, Ids, Log, Timer } from "#kernel";
import type { AuditDraft, Store } from "#store";
import type {
  Erasure,
  ErasureReceipt,
  LegalHold,
  RetentionAdministration,
  RetentionPolicy,
} from "./contract.ts";
import { findSubject } from "./find-subject.ts";
import { isHeld, isOver, sweepsUntil } from "./rules.ts";
import { holdsValue } from "./subject.ts";

export interface RetentionDeps {
  readonly store: Pick<Store, "administration" | "audit" | "history" | "runs" | "texts">;
  readonly audit: AuditLog;
  /** By which runs are queued and end. */
  readonly clock: Clock;
  readonly machineClock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** How long an environment's past is kept, and the hand that takes away what is over. */
export interface Retention extends RetentionAdministration {
  /** Begins to sweep by the clock. */
  start(): void;
  stop(): void;
}

const SWEEP_MS = 10 * 60 * 1000;
/** So many rows are looked at or removed at once, and for so long others have their turn in between. */
const PORTION = 500;
const BREATH_MS = 10;
const DAYS_MAX = 36_500;
const VALUES_MAX = 20;
/** A shorter value would find half of the world. */
const VALUE_CHARS = { min: 3, max: 1000 } as const;

const CLOCKWORK: Authority = {
  actor: { type: "system", id: "server", name: null, keyId: null },
  context: { address: null, userAgent: null, requestId: null, via: "clock" },
};

/** @throws HoldfastError of the store */
export async function openRetention(deps: RetentionDeps): Promise<Retention> {
  const { audit, clock, ids, log, machineClock, store } = deps;
  const { administration, history } = store;
  const [kept] = await administration.records("retention");
  let revision = kept?.revision ?? 0;
  // Written by `setDays` below.
  let policy: RetentionPolicy =
    kept === undefined ? { days: null, functions: {} } : (JSON.parse(kept.body) as RetentionPolicy);
  // Written by `placeHold` below.
  const holds = new Map(
    (await administration.records("legal-hold")).map(({ body, id }) => [id, JSON.parse(body) as LegalHold]),
  );
  let timer: Timer | null = null;
  /** One after another: what is found must still be there when it is removed. */
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = last.then(act, act);
    last = done.catch(() => undefined);
    return done;
  }

  const allHolds = (): readonly LegalHold[] => [...holds.values()];
  const breath = (): Promise<void> => new Promise((resolve) => void machineClock.after(BREATH_MS, resolve));

  async function sweep(by: Authority): Promise<{ readonly runs: number; readonly events: number }> {
    const now = clock.now();
    const until = sweepsUntil(policy, allHolds(), now);
    const removed = { runs: 0, events: 0 };
    for (let after: string | null = null; until.runs !== null;) {
      const { next, runs } = await history.runs({ after, limit: PORTION });
      const over = runs.filter((run) => isOver(run, policy, allHolds(), now)).map(({ id }) => id);
      if (await removeAll(by, over, [])) removed.runs += over.length;
      const [newest] = runs.slice(-1);
      if (next === null || newest === undefined || newest.queuedAt > until.runs) break;
      after = next;
      await breath();
    }
    for (let after: string | null = null; until.events !== null;) {
      const { ids: events, next } = await history.looseEvents({
        receivedBefore: until.events,
        after,
        limit: PORTION,
      });
      if (await removeAll(by, [], events)) removed.events += events.length;
      if (next === null) break;
      after = next;
      await breath();
    }
    return removed;
  }

  async function removeAll(
    by: Authority,
    runs: readonly RunId[],
    events: readonly EventId[],
  ): Promise<boolean> {
    if (runs.length === 0 && events.length === 0) return false;
    const changes = { runs: { from: runs.length, to: 0 }, events: { from: events.length, to: 0 } };
    const entry = draft(by, "data.swept", { type: "environment", id: audit.name, name: null }, changes);
    // What is needed again since it was looked at is for the next sweep.
    return history.remove({ runs, events, audit: [entry] });
  }

  async function erase(by: Authority, erasure: Erasure): Promise<ErasureReceipt> {
    const values = new Set(erasure.values);
    const found = await findSubject({ ...store, breath }, values, erasure.events);
    await refuseHeld(by, found.runs);
    const id = ids.request();
    const target = { type: "erasure", id, name: null };
    const changes = {
      events: { from: found.events.size, to: 0 },
      runs: { from: found.runs.size, to: 0 },
    };
    const act = { ...anAct(by, "data.erased", target, changes), reason: erasure.reason };
    // Also when nothing was found: who was asked to erase must be able to show that he looked.
    const removal = { runs: [...found.runs], events: [...found.events], audit: [audit.draft(act)] };
    if (!(await history.remove(removal)))
      throw new HoldfastError(
        "conflict",
        "Cannot erase the subject's data: a run of it goes on, or an event of it waits in a batch or a debounce.",
        { next: "Cancel those runs or wait for their end, then ask again." },
      );
    const names = await eraseNames(values, act);
    await history.scrub();
    return { id, events: found.events.size, runs: found.runs.size, names };
  }

  /** What opens names in the log is no part of its entries, and may go. */
  async function eraseNames(values: ReadonlySet<string>, act: AuditAct): Promise<number> {
    const seqs: number[] = [];
    for (let after = 0; ;) {
      const rows = await store.audit.entries({ after, limit: PORTION });
      for (const { openings, seq } of rows)
        if (openings !== null && holdsValue(openings, values)) seqs.push(seq);
      const [end] = rows.slice(-1);
      if (end === undefined) break;
      after = end.seq;
      await breath();
    }
    if (seqs.length > 0)
      await store.audit.eraseOpenings(
        seqs,
        audit.draft({ ...act, changes: { names: { from: seqs.length, to: 0 } } }),
      );
    return seqs.length;
  }

  /** @throws HoldfastError `legal_hold`, `conflict` */
  async function refuseHeld(by: Authority, runs: ReadonlySet<RunId>): Promise<void> {
    const goingOn: RunId[] = [];
    const held: RunId[] = [];
    const isAllHeld = allHolds().some(({ scope }) => scope.kind === "environment");
    for (const id of runs) {
      const run = await store.runs.get(id);
      if (run === null) continue;
      if (isHeld(allHolds(), run)) held.push(id);
      if (run.endedAt === null) goingOn.push(id);
    }
    if (isAllHeld || held.length > 0) {
      audit.note({
        ...anAct(by, "data.erased", { type: "environment", id: audit.name, name: null }, {}),
        result: "denied",
        reason: "legal_hold",
      });
      throw new HoldfastError(
        "legal_hold",
        isAllHeld
          ? "Cannot erase the subject's data: the environment is under a legal hold."
          : `Cannot erase the subject's data: ${held.length} of its runs are under a legal hold (${some(held)}).`,
      );
    }
    if (goingOn.length > 0)
      throw new HoldfastError(
        "conflict",
        `Cannot erase the subject's data: ${goingOn.length} of its runs have not ended (${some(goingOn)}).`,
        { next: "Cancel them or wait for their end, then ask again." },
      );
  }

  function anAct(
    by: Authority,
    action: AuditAction,
    target: AuditTarget,
    changes: AuditAct["changes"],
  ): AuditAct {
    return { action, authority: by, targets: [target], result: "success", reason: null, changes };
  }

  function draft(
    by: Authority,
    action: AuditAction,
    target: AuditTarget,
    changes: AuditAct["changes"],
  ): AuditDraft {
    return audit.draft(anAct(by, action, target, changes));
  }

  function schedule(): void {
    timer = machineClock.after(SWEEP_MS, () => {
      inTurn(() => sweep(CLOCKWORK))
        .catch((error: unknown) => log.error({ error: String(error) }, "what is over could not be removed"))
        .finally(() => {
          if (timer !== null) schedule();
        });
    });
  }

  return {
    policy: () => policy,
    setDays: (by, fn, days) =>
      inTurn(async () => {
        const next = changed(policy, fn, days);
        const outcome = await administration.commit({
          changes: [
            { kind: "retention", id: "policy", expectedRevision: revision, body: JSON.stringify(next) },
          ],
          audit: [
            draft(
              by,
              "retention.changed",
              fn === null
                ? { type: "environment", id: audit.name, name: null }
                : { type: "function", id: fn, name: null },
              { days: { from: daysOf(policy, fn), to: daysOf(next, fn) } },
            ),
          ],
        });
        if (outcome.kind === "conflict")
          throw new HoldfastError("conflict", "Cannot change the retention: it was changed meanwhile.");
        revision += 1;
        policy = next;
        return policy;
      }),
    holds: allHolds,
    placeHold: (by, scope, reason) =>
      // A sweep or an erasure that is under way ends first: from here on nothing of it goes.
      inTurn(async () => {
        const hold: LegalHold = {
          id: ids.request(),
          scope,
          reason: reasonOf(reason),
          placedAt: machineClock.now(),
          placedBy: by.actor.id,
        };
        await administration.commit({
          changes: [{ kind: "legal-hold", id: hold.id, expectedRevision: 0, body: JSON.stringify(hold) }],
          audit: [
            audit.draft({
              ...anAct(
                by,
                "legal_hold.placed",
                { type: "legal_hold", id: hold.id, name: null },
                {
                  scope: {
                    from: null,
                    to: scope.kind === "environment" ? scope.kind : `${scope.kind} ${scope.id}`,
                  },
                },
              ),
              reason: hold.reason,
            }),
          ],
        });
        holds.set(hold.id, hold);
        return hold;
      }),
    liftHold: (by, id, reason) =>
      inTurn(async () => {
        if (!holds.has(id))
          throw new HoldfastError("not_found", `There is no legal hold "${id.slice(0, 80)}".`);
        await administration.commit({
          changes: [{ kind: "legal-hold", id, expectedRevision: 1, body: null }],
          audit: [
            audit.draft({
              ...anAct(by, "legal_hold.lifted", { type: "legal_hold", id, name: null }, {}),
              reason: reasonOf(reason),
            }),
          ],
        });
        holds.delete(id);
      }),
    sweep: (by) => inTurn(() => sweep(by)),
    erase: (by, erasure) => {
      checkErasure(erasure);
      return inTurn(() => erase(by, erasure));
    },
    start: schedule,
    stop() {
      timer?.cancel();
      timer = null;
    },
  };
}

/** The policy with another number of days in one place. @throws HoldfastError `request_invalid` */
function changed(
  policy: RetentionPolicy,
  fn: FunctionId | null,
  days: number | null | "inherit",
): RetentionPolicy {
  if (typeof days === "number" && !(Number.isInteger(days) && days >= 1 && days <= DAYS_MAX))
    throw new HoldfastError(
      "request_invalid",
      `The days must be a whole number from 1 to ${DAYS_MAX}, or null.`,
    );
  if (fn === null) {
    if (days === "inherit")
      throw new HoldfastError("request_invalid", "An environment has no rule above its own to go by.");
    return { ...policy, days };
  }
  const { [fn]: _before, ...others } = policy.functions;
  return { ...policy, functions: days === "inherit" ? others : { ...others, [fn]: days } };
}

function daysOf(policy: RetentionPolicy, fn: FunctionId | null): number | string | null {
  return fn === null ? policy.days : (policy.functions[fn] ?? (fn in policy.functions ? null : "inherit"));
}

/** @throws HoldfastError `request_invalid` */
function checkErasure({ events, reason, values }: Erasure): void {
  if (values.some((value) => reasonOf(reason).includes(value)))
    throw new HoldfastError(
      "request_invalid",
      "The reason goes into the log: leave the subject's values out of it.",
    );
  if (values.length + events.length === 0 || values.length > VALUES_MAX)
    throw new HoldfastError(
      "request_invalid",
      `An erasure names from 1 to ${VALUES_MAX} values of the subject, or events.`,
    );
  if (values.some(({ length }) => length < VALUE_CHARS.min || length > VALUE_CHARS.max))
    throw new HoldfastError(
      "request_invalid",
      `A value has from ${VALUE_CHARS.min} to ${VALUE_CHARS.max} characters.`,
    );
}

/** @throws HoldfastError `request_invalid` */
function reasonOf(reason: string): string {
  if (reason.trim() !== "" && reason.length <= 1000) return reason;
  throw new HoldfastError("request_invalid", "This needs a reason, of 1,000 characters at most.");
}

function some(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(", ");
  return ids.length > 5 ? `${shown}, …` : shown;
}
