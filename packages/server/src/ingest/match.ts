import type { Digest, EnvironmentName } from "@holdfast/protocol";
import { isMatch } from "#expressions";
import type { Ids } from "#kernel";
import type { FunctionDefinition, Registry } from "#registry";
import type { EventRecord, Gathering, NewEvent, NewRun } from "#store";
import type { AdmissionContext } from "./admission.ts";
import { admissionOf, gatheringOf } from "./admission.ts";
import { openRun } from "./open-runs.ts";

export interface MatchDeps {
  readonly registry: Pick<Registry, "startedBy" | "function">;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly environment: EnvironmentName;
}

/** A function that an event starts whatever its triggers say: an invoke. */
export interface Target {
  readonly definition: FunctionDefinition;
  readonly correlation: string | null;
  /** What must not start it twice within a day; null for nothing. */
  readonly guard: string | null;
}

/** What an event starts: a target, if there is one, and every function with a trigger that covers it (9.1). */
export function matchEvent(
  event: EventRecord,
  target: Target | null,
  isHeld: boolean,
  now: number,
  deps: MatchDeps,
): NewEvent {
  let parsed: unknown;
  // Most functions look at nothing but the name: the event is parsed when the first one asks.
  const body = (): unknown => (parsed ??= JSON.parse(event.body));
  const started = deps.registry
    .startedBy(event.name)
    // One run of a function for one event, however many reasons there are (9.1).
    .filter(({ definition }) => definition.id !== target?.definition.id)
    .filter(({ filters }) =>
      filters.some((filter) => filter === null || isMatch(filter.evaluate({ event: body() }, now))),
    )
    .map(({ definition }): Target => ({ definition, correlation: null, guard: guardOf(event, definition) }));
  const runs: NewRun[] = [];
  const gatherings: Gathering[] = [];
  for (const { correlation, definition, guard } of target === null ? started : [target, ...started]) {
    const context = (): AdmissionContext => ({
      event: body(),
      environment: deps.environment,
      now,
      digest: deps.digest,
    });
    const isPlain = !hasFlowControl(definition);
    const gathering = isPlain ? null : gatheringOf(definition, context(), correlation);
    if (gathering !== null) {
      gatherings.push(gathering);
      continue;
    }
    const admission = isPlain ? null : admissionOf(definition, context());
    const birth = { id: deps.ids.run(now), now, isHeld, guard, correlation, batchId: null };
    runs.push(openRun([event], definition, admission, birth, deps.digest));
  }
  return { event, runs, gatherings };
}

/**
 * What guards a start of the server's own. It never equals an id that a sender chose, since those hold no control
 * characters: nobody can take a tick's or an invoke's place by sending an event in time.
 */
export function ownGuard(kind: "cron" | "invoke" | "step", cause: string): string {
  return `\u0000${kind}:${cause}`;
}

/** An id that the sender chose guards against a second run for a day (2.5); a key of the function's own goes first (14.7). */
export function guardOf(event: EventRecord, definition: FunctionDefinition): string | null {
  return definition.flowControl.hasIdempotencyKey ? null : event.userId;
}

/** Whether anything stands between an event and a run of the function. */
export function hasFlowControl({ flowControl }: FunctionDefinition): boolean {
  const { batch, concurrency, debounce, priority, rateLimit, singleton, throttle } = flowControl;
  return (
    concurrency.length > 0 ||
    [batch, debounce, priority, rateLimit, singleton, throttle].some((option) => option !== null)
  );
}
