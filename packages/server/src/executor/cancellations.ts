import type { EnvironmentName, EventId, RunId } from "@holdfast/protocol";
import { compileExpression, isMatch } from "#expressions";
import type { Expression } from "#expressions";
import type { Clock, Ids, Log } from "#kernel";
import type { AuditDraft, CancellationRecord, CancellationStore, EventStore, RunStore } from "#store";
import type { CancelManyRequest } from "./contract.ts";

export interface CancellationDeps {
  readonly store: CancellationStore;
  readonly events: EventStore;
  readonly runs: RunStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly environment: EnvironmentName;
  readonly log: Log;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  cancel(runId: RunId, reason: string): Promise<unknown>;
}

export interface Cancellations {
  add(request: CancelManyRequest): Promise<CancellationRecord>;
  list(): Promise<readonly CancellationRecord[]>;
  remove(id: string, audit?: readonly AuditDraft[]): Promise<boolean>;
  /** Goes through every rule again: a process that died may have left one half done. */
  repeat(): Promise<void>;
}

/** Runs looked at together. */
const PAGE = 200;

/** How long the commit of a run may take that was queued in the last moment of a rule. */
const COMMIT_MS = 1000;

/**
 * Cancels many runs by one rule (wire-protocol 15.5). The rule is stored first, so that a crash half way through is made
 * good at the next start. A run belongs to it by the time at which it was queued. That may lie a few seconds ahead, since
 * clocks differ: then the rule is applied once more when nobody can join any longer.
 */
export function createCancellations(deps: CancellationDeps): Cancellations {
  const { clock, environment, ids, runs, store } = deps;

  async function apply(rule: CancellationRecord): Promise<void> {
    const filter = rule.expression === null ? null : compileExpression(rule.expression, "filter");
    for (let after: RunId | undefined; ;) {
      const page = await runs.list({
        environment,
        limit: PAGE,
        order: "asc",
        functionIds: [rule.functionId],
        statuses: ["Scheduled", "Running"],
        time: {
          field: "queuedAt",
          until: rule.startedBefore,
          ...(rule.startedAfter === null ? {} : { from: rule.startedAfter }),
        },
        ...(after === undefined ? {} : { after }),
      });
      for (const run of page) {
        if (filter === null || (await holds(filter, run.eventId))) {
          await deps.cancel(run.id, `cancellation ${rule.id}`);
        }
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last.id;
    }
  }

  function applyToLatecomers(rule: CancellationRecord): void {
    const leftMs = rule.startedBefore + COMMIT_MS - clock.now();
    if (leftMs <= 0) return;
    clock.after(leftMs, () => {
      if (!deps.stopping.aborted) void applyIfKept(rule);
    });
  }

  async function applyIfKept(rule: CancellationRecord): Promise<void> {
    try {
      const kept = await store.list(environment);
      if (kept.some(({ id }) => id === rule.id)) await apply(rule);
    } catch (error) {
      // The next start applies every rule again.
      if (deps.stopping.aborted) return;
      deps.log.error(
        { cancellation: rule.id, error: String(error) },
        "a cancellation could not be completed",
      );
    }
  }

  async function holds(filter: Expression, eventId: EventId): Promise<boolean> {
    const event = await deps.events.get(eventId);
    return event !== null && isMatch(filter.evaluate({ event: JSON.parse(event.body) }, clock.now()));
  }

  return {
    async add(request) {
      const rule: CancellationRecord = {
        id: ids.request(),
        environment,
        createdAt: clock.now(),
        appName: request.definition.appName,
        functionId: request.definition.id,
        startedAfter: request.startedAfter,
        startedBefore: request.startedBefore,
        expression: request.filter?.source ?? null,
      };
      await store.add(rule, request.audit);
      applyToLatecomers(rule);
      await apply(rule);
      return rule;
    },
    list: () => store.list(environment),
    remove: (id, audit) => store.remove(environment, id, audit),
    async repeat() {
      for (const rule of await store.list(environment)) {
        applyToLatecomers(rule);
        await apply(rule);
      }
    },
  };
}
