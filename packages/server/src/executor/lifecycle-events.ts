import { canonicalJson, LIMITS } from "@holdfast/protocol";
import type { RunStatus, WireError } from "@holdfast/protocol";
import type { InternalEvent, TriggerEvent } from "./internal-event.ts";
import { triggerEvent } from "./internal-event.ts";
import type { RunState } from "./run-state.ts";

/** How a run ended. `output` and `error` are JSON text, where there is one. */
export interface Ending {
  readonly status: RunStatus & ("Completed" | "Failed" | "Cancelled");
  readonly output: string | null;
  readonly error: string | null;
}

/** Runs that these start say nothing about their own end: otherwise two functions could keep each other going for ever. */
const QUIET: ReadonlySet<string> = new Set(["inngest/function.finished", "inngest/function.failed"]);

/** What a cancelled run's finished event gives as its error, so that whoever invoked it sees why. */
const CANCELLED: WireError = { name: "Error", message: "function cancelled" };

/**
 * The events a run emits when it ends (wire-protocol 2.8): `finished`, with `failed` or `cancelled` beside it; of a batch,
 * one `finished` more for each further event that an invoke waits for. Pure.
 *
 * The events that started the run are part of it. A batch that is too large to repeat is left out of `events`.
 */
export function lifecycleEvents(state: RunState, slug: string, ending: Ending): readonly InternalEvent[] {
  const trigger = triggerEvent(state.events[0]);
  if (QUIET.has(trigger.name)) return [];
  const further = state.events.slice(1).map((body) => triggerEvent(body));
  const invoked = further.filter(({ correlation }) => correlation !== null);
  const finished = [trigger, ...invoked].map((each) =>
    event("inngest/function.finished", null, state, slug, ending, each),
  );
  const name = NAMES[ending.status];
  return name === null ? finished : [...finished, event(name, state.run.id, state, slug, ending, trigger)];
}

const NAMES = {
  Completed: null,
  Failed: "inngest/function.failed",
  Cancelled: "inngest/function.cancelled",
} as const;

function event(
  name: string,
  userId: string | null,
  state: RunState,
  slug: string,
  ending: Ending,
  trigger: TriggerEvent,
): InternalEvent {
  const events = state.events.join(",");
  const isLarge = state.events.length > 1 && Buffer.byteLength(events) > LIMITS.eventBytes;
  const error = ending.error ?? (ending.status === "Cancelled" ? canonicalJson(CANCELLED) : null);
  // Keys in canonical order (RFC 8785); every value is canonical text already.
  const data =
    `{"_inngest":{"status":"${ending.status}"}` +
    (trigger.correlation === null ? "" : `,"correlation_id":${canonicalJson(trigger.correlation)}`) +
    (error === null ? "" : `,"error":${error}`) +
    `,"event":${state.events[0] ?? "null"}` +
    `,"events":[${isLarge ? "" : events}]` +
    `,"function_id":${canonicalJson(slug)}` +
    (ending.output === null ? "" : `,"result":${ending.output}`) +
    `,"run_id":"${state.run.id}"}`;
  return {
    name,
    userId,
    data,
    user: null,
    version: null,
    meta: trigger.sessions === undefined ? null : { sessions: trigger.sessions },
    invokes: null,
  };
}
