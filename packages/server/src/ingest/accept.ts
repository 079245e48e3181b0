import type { Digest, EnvironmentName, EventId } from "@holdfast/protocol";
import { LIMITS, parseEventIdSeed, seededUlid } from "@holdfast/protocol";
import type { Clock, Ids } from "#kernel";
import type { Queue, Work } from "#queue";
import type { Realtime, Update } from "#realtime";
import type { Registry } from "#registry";
import type { AcceptBatch, AcceptResult, EventStore, RunStore, SessionId } from "#store";
import type { Ingest, IngestOutcome } from "./contract.ts";
import { openRun } from "./open-runs.ts";
import type { EventRefusal } from "./parse-event.ts";
import { parseEvent } from "./parse-event.ts";

export interface IngestDeps {
  readonly events: EventStore;
  readonly runs: RunStore;
  readonly registry: Registry;
  readonly queue: Queue;
  readonly realtime: Realtime;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly environment: EnvironmentName;
}

type Prepared = AcceptBatch["events"][number];

/**
 * The way in for events: parse, match, open runs, one durable act, and only then the answer.
 *
 * Of a batch with a bad event in it, the events before the bad one are taken and reported (wire-protocol 2.2).
 */
export function createIngest(deps: IngestDeps): Ingest {
  const { clock, environment, events, ids, queue, realtime, registry } = deps;

  async function accept(body: unknown, idSeed: string | undefined): Promise<IngestOutcome> {
    const raw = Array.isArray(body) ? (body as readonly unknown[]) : [body];
    if (raw.length > LIMITS.eventsPerRequestCount) {
      const message = `Cannot have more than ${LIMITS.eventsPerRequestCount} events in a batch`;
      return { ok: false, code: "events_too_many", message, ids: [] };
    }
    const now = clock.now();
    const seed = idSeed === undefined ? null : parseEventIdSeed(idSeed);
    const session = queue.hasRoom ? queue.session : null;
    const prepared: Prepared[] = [];
    let refusal: EventRefusal | null = null;
    for (const [index, item] of raw.entries()) {
      // The first event of a request counts as 1 (wire-protocol 2.4).
      const id = seed === null ? ids.event() : (seededUlid(seed, index + 1) as EventId);
      const event = parseEvent(item, { id, environment, now });
      if ("code" in event) {
        refusal = event;
        break;
      }
      const runs = registry
        .startedBy(event.name)
        .map((definition) => openRun(event, definition, ids.run(), session !== null, deps.digest));
      prepared.push({ event, runs });
    }
    const accepted = prepared.map(({ event }) => event.id);
    if (prepared.length > 0)
      settle(prepared, await events.accept({ events: prepared, session, now }), session, now);
    return refusal === null ? { ok: true, ids: accepted } : { ok: false, ...refusal, ids: accepted };
  }

  /** The events are on disk: tell who follows, and hand over the work they made. */
  function settle(
    prepared: readonly Prepared[],
    result: AcceptResult,
    session: SessionId | null,
    now: number,
  ): void {
    const work: Work[] = [];
    const updates: Update[] = [];
    for (const [index, { event, runs }] of prepared.entries()) {
      const verdict = result.events[index];
      if (verdict?.outcome !== "accepted") continue;
      const opened = runs.filter((_, position) => verdict.opened[position] === true);
      for (const { run, item } of opened) {
        if (session !== null && item.dueAt <= now) {
          work.push({
            item,
            snapshot: { run, events: [event.body], steps: [], items: [item], names: [], lastSeq: 0 },
          });
        } else {
          queue.expect(item.dueAt);
        }
      }
      if (!realtime.followed) continue;
      updates.push({
        kind: "event.accepted",
        eventId: event.id,
        name: event.name,
        at: now,
        runIds: opened.map(({ run }) => run.id),
      });
      for (const { run } of opened) {
        updates.push({
          kind: "run.queued",
          runId: run.id,
          functionId: run.functionId,
          eventId: event.id,
          at: now,
        });
      }
    }
    if (updates.length > 0) realtime.publish(updates);
    if (work.length > 0) queue.offer(work);
  }

  return {
    accept,
    get: (id) => events.get(id),
    list: (query) => events.list({ ...query, environment }),
    runsOf: (id) => deps.runs.ofEvent(id),
  };
}
