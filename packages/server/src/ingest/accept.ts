import type { EventId } from "@holdfast/protocol";
import { LIMITS, parseEventIdSeed, seededUlid } from "@holdfast/protocol";
import type { Clock } from "#kernel";
import type { Payloads, PlacedValue } from "#payloads";
import { plaintextRefused } from "#payloads";
import type { Queue } from "#queue";
import type { EventStore, NewEvent } from "#store";
import type { Arrivals } from "./arrivals.ts";
import type { Backlog } from "./backlog.ts";
import { BACKLOG_FULL } from "./backlog.ts";
import type { IngestOutcome } from "./contract.ts";
import type { MatchDeps } from "./match.ts";
import { matchEvent } from "./match.ts";
import type { EventRefusal } from "./parse-event.ts";
import { parseEvent } from "./parse-event.ts";

export interface AcceptDeps extends MatchDeps {
  readonly events: EventStore;
  readonly queue: Queue;
  readonly payloads: Payloads;
  readonly arrivals: Arrivals;
  readonly backlog: Backlog;
  readonly clock: Clock;
}

/**
 * Takes a request to the event API: parse, match, open runs, one durable act, and only then the answer.
 *
 * Of a batch with a bad event in it, the events before the bad one are taken and reported (wire-protocol 2.2). Of one that
 * holds plaintext where the environment takes none, nothing is, and neither of one that comes while too much waits.
 */
export async function acceptEvents(
  deps: AcceptDeps,
  body: unknown,
  idSeed: string | undefined,
): Promise<IngestOutcome> {
  const { clock, environment, ids, queue } = deps;
  const raw = Array.isArray(body) ? (body as readonly unknown[]) : [body];
  if (raw.length > LIMITS.eventsPerRequestCount) {
    const message = `Cannot have more than ${LIMITS.eventsPerRequestCount} events in a batch`;
    return { ok: false, code: "events_too_many", message, ids: [] };
  }
  const plaintext = deps.payloads.isOpen ? null : deps.payloads.admit(raw.flatMap(valuesOf), null);
  if (plaintext !== null) {
    const { code, message } = plaintextRefused(plaintext);
    return { ok: false, code, message, ids: [] };
  }
  if (await deps.backlog.isFull()) return { ok: false, ...BACKLOG_FULL, ids: [] };
  const now = clock.now();
  const seed = idSeed === undefined ? null : parseEventIdSeed(idSeed);
  const session = queue.hasRoom ? queue.session : null;
  const prepared: NewEvent[] = [];
  let refusal: EventRefusal | null = null;
  for (const [index, item] of raw.entries()) {
    // The first event of a request counts as 1 (wire-protocol 2.4).
    const id = seed === null ? ids.event() : (seededUlid(seed, index + 1) as EventId);
    const event = parseEvent(item, { id, environment, now });
    if ("code" in event) {
      refusal = event;
      break;
    }
    prepared.push(matchEvent(event, null, session !== null, now, deps));
  }
  const accepted = prepared.map(({ event }) => event.id);
  if (prepared.length > 0) {
    const begun = prepared.flatMap(({ runs }) => runs).filter(({ item }) => item.dueAt <= now);
    deps.backlog.note(begun.length);
    deps.arrivals.events(prepared, await deps.events.accept({ events: prepared, session, now }), now);
  }
  return refusal === null ? { ok: true, ids: accepted } : { ok: false, ...refusal, ids: accepted };
}

/** What an event carries; one that is malformed is refused for that. */
function valuesOf(event: unknown): readonly PlacedValue[] {
  if (typeof event !== "object" || event === null) return [];
  const { data, user } = event as { readonly data?: unknown; readonly user?: unknown };
  return [
    { position: "event-data", value: data },
    { position: "event-user", value: user },
  ];
}
