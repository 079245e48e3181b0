import type { EnvironmentName, EventId, FunctionId } from "@holdfast/protocol";
import { canonicalJson, isHoldfastError } from "@holdfast/protocol";
import type { Ids } from "#kernel";
import type { EventRecord, NewEvent } from "#store";
import type { Arrivals } from "./arrivals.ts";
import type { MatchDeps, Target } from "./match.ts";
import { matchEvent, ownGuard } from "./match.ts";
import { mergeSessions } from "./sessions.ts";

/** An event of the server's own, as its cause asks for it. Fits the executor's port, which this room does not know. */
export interface EmittedEvent {
  /** Where it has one already. */
  readonly eventId?: EventId;
  readonly name: string;
  readonly userId: string | null;
  readonly data: string;
  readonly user: string | null;
  readonly version: string | null;
  readonly meta: unknown;
  readonly invokes: { readonly functionId: FunctionId; readonly correlation: string } | null;
}

export interface EmitterDeps extends MatchDeps {
  readonly arrivals: Arrivals;
  /** Whether work may be held at once. */
  hasRoom(): boolean;
}

/** Turns the server's own events (wire-protocol 2.8) into what is stored, matched like those that arrive from outside. */
export function createEmitter(deps: EmitterDeps): {
  prepare(events: readonly EmittedEvent[], now: number): readonly NewEvent[];
  settle: Arrivals["events"];
} {
  function prepare(events: readonly EmittedEvent[], now: number): readonly NewEvent[] {
    return events.map((emitted) => {
      const event = eventRecord(emitted, deps.ids, deps.environment, now);
      return matchEvent(event, targetOf(emitted), deps.hasRoom(), now, deps);
    });
  }

  function targetOf({ invokes }: EmittedEvent): Target | null {
    if (invokes === null) return null;
    const definition = deps.registry.function(invokes.functionId);
    if (definition === null) return null;
    // The same invoke never starts two runs, however often it is decided.
    return { definition, correlation: invokes.correlation, guard: ownGuard("step", invokes.correlation) };
  }

  return { prepare, settle: (prepared, result, now) => deps.arrivals.events(prepared, result, now) };
}

/** The event as it is stored; keys in canonical order (RFC 8785), every value canonical text already. */
export function eventRecord(
  { data, eventId, meta, name, user, userId, version }: EmittedEvent,
  ids: Ids,
  environment: EnvironmentName,
  now: number,
): EventRecord {
  const id = eventId ?? ids.event();
  const sessions = sessionsOf(meta);
  const body =
    `{"data":${data},"id":${canonicalJson(userId ?? id)}` +
    (sessions === null ? "" : `,"meta":${canonicalJson({ sessions })}`) +
    `,"name":${canonicalJson(name)},"ts":${now},"user":${user ?? "{}"}` +
    (version === null ? "}" : `,"v":${canonicalJson(version)}}`);
  return { id, environment, name, userId, receivedAt: now, ts: now, body };
}

/** Sessions that break a rule are left out: they must not keep a run from ending. */
function sessionsOf(meta: unknown): Readonly<Record<string, string>> | null {
  try {
    return mergeSessions(meta);
  } catch (error) {
    if (isHoldfastError(error)) return null;
    throw error;
  }
}
