import type { RunId } from "@holdfast/protocol";
import type { Store } from "../../contract.ts";
import { NOW, production } from "./builders.ts";

const LIMIT = 1000;
/** Long after everything. */
const LATE = NOW + 10_000_000;

/** Everything a store can be asked for, for comparison. */
export async function contentsOf(store: Store, runIds: readonly RunId[]): Promise<unknown> {
  const { runs, events, queue, schedules, apps, cancellations } = store;
  const { gatherings, ticks, nextDueAt } = await schedules.due({ now: LATE, limit: LIMIT });
  return {
    size: await queue.size(),
    paused: [...(await queue.paused())].sort(([one], [other]) => one.localeCompare(other)),
    runs: await Promise.all(
      runIds.map(async (id) => ({
        snapshot: await runs.load(id),
        journal: await runs.journal(id),
        end: await runs.end(id),
        items: await runs.items(id),
        eventIds: await runs.eventsOf(id),
      })),
    ),
    listed: await runs.list({ environment: production, limit: LIMIT }),
    ended: await runs.list({
      environment: production,
      limit: 5,
      order: "asc",
      statuses: ["Completed", "Skipped"],
      time: { field: "endedAt", from: NOW + 5 },
    }),
    events: await events.list({ environment: production, limit: LIMIT }),
    gatherings,
    // Those due at the same instant may come in any order.
    ticks: ticks.toSorted((one, other) => one.functionId.localeCompare(other.functionId)),
    nextDueAt,
    apps: await apps.apps(),
    functions: await apps.functions(),
    cancellations: await cancellations.list(production),
    stranded: await runs.stranded(LIMIT),
  };
}
