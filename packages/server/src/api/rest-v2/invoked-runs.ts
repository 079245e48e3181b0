import type { EventId, RunId } from "@holdfast/protocol";
import { formatUlid } from "@holdfast/protocol";
import type { Span } from "#executor";
import type { EventRecord } from "#store";
import type { ApiContext } from "../context.ts";

/** Invokes of one trace whose runs are looked up; the others are shown without. */
const INVOKES_MAX = 100;
/** Events that are looked through for one invoke, and how long after its step they may have been made. */
const EVENTS_MAX = 500;
const AFTER_MS = 100;

/**
 * The runs that steps of a trace invoked, by the id of the step's span. Where the journal does not name the event, it is
 * looked for among those that were made at that moment: it says which step it answers to (wire-protocol 2.8).
 */
export async function invokedRuns(root: Span, { ingest }: ApiContext): Promise<ReadonlyMap<string, RunId>> {
  const invokes = root.children.filter(({ pause }) => pause?.kind === "invoke").slice(0, INVOKES_MAX);

  const eventOf = async ({ id, pause, queuedAt }: Span): Promise<EventId | null> => {
    // Whoever wrote it made the id of an event.
    if (pause?.eventId != null) return pause.eventId as EventId;
    const made = await ingest.list({
      name: "inngest/function.invoked",
      before: formatUlid(queuedAt + AFTER_MS, new Uint8Array(10)) as EventId,
      limit: EVENTS_MAX,
    });
    return made.find((event) => correlationOf(event) === `${root.id}.${id}`)?.id ?? null;
  };
  const pairs = await Promise.all(
    invokes.map(async (span) => {
      const eventId = await eventOf(span);
      const [run] = eventId === null ? [] : await ingest.runsOf(eventId);
      return run === undefined ? [] : [[span.id, run.id] as const];
    }),
  );
  return new Map(pairs.flat());
}

function correlationOf(event: EventRecord): unknown {
  // Canonical JSON of our own making; of this name, only the engine's own events have such a member.
  const { data } = JSON.parse(event.body) as {
    data?: Readonly<Record<string, { correlation_id?: unknown } | null>>;
  };
  return data?.["_inngest"]?.correlation_id;
}
