import type { EventId } from "@holdfast/protocol";
import type { RunRecord } from "#store";
import type { ApiContext } from "./context.ts";

/** Name of the event with which a cron trigger starts a run (wire-protocol 2.8). */
const TICK = "inngest/scheduled.timer";

/** What started a run. */
export interface RunTrigger {
  readonly eventIds: readonly EventId[];
  /** Null for a run started by the clock, and for one whose event is gone. */
  readonly eventName: string | null;
  /** The cron expression, for a run started by the clock. */
  readonly cron: string | null;
}

/** Looks up what started a run. */
export async function triggerOf(
  run: RunRecord,
  { executor, ingest }: Pick<ApiContext, "executor" | "ingest">,
): Promise<RunTrigger> {
  if (run.batchId !== null) {
    const events = (await executor.history(run.id))?.events ?? [];
    return { eventIds: events.map(({ id }) => id), eventName: events[0]?.name ?? null, cron: null };
  }
  const event = await ingest.get(run.eventId);
  if (event?.name !== TICK) return { eventIds: [run.eventId], eventName: event?.name ?? null, cron: null };
  // Canonical JSON of our own making: the clock wrote it.
  const { data } = JSON.parse(event.body) as { data?: { cron?: unknown } };
  return {
    eventIds: [run.eventId],
    eventName: null,
    cron: typeof data?.cron === "string" ? data.cron : null,
  };
}
