import type { EventId, FunctionId } from "@holdfast/protocol";
import type { RunRecord } from "@holdfast/server/rooms";
import type { FunctionSpec } from "../scenario/scenario.ts";
import type { RestWorld } from "./rest-world.ts";

/** What was acknowledged is there, and started what it starts: once. */
export async function checkSent(world: RestWorld, runs: readonly RunRecord[]): Promise<void> {
  const { store, oracle } = world;
  const started = await countStarts(world, runs);
  for (const [key, count] of started) {
    if (count > 1) oracle.violate("run-doubled", `${count} runs of one function for one event: ${key}`);
  }
  const byChosenId = new Map<string, number>();
  for (const { event, acknowledged } of oracle.sent) {
    if (acknowledged === null) continue;
    // Ids are ULIDs that the server gave out.
    if ((await store.events.get(acknowledged as EventId)) === null) {
      oracle.violate(
        "event-lost",
        `event ${acknowledged} (${event.name}, n ${event.n}) was acknowledged and is gone`,
      );
      continue;
    }
    for (const [functionId, spec] of world.specs) {
      if (spec.event !== event.name || (spec.onlyKey !== null && spec.onlyKey !== event.k)) continue;
      const count = started.get(`${functionId}/${acknowledged}`) ?? 0;
      if (event.id === null) {
        if (count === 0 && !isLossy(spec)) {
          oracle.violate(
            "run-missing",
            `event ${acknowledged} (${event.name}, n ${event.n}) started no run of ${spec.name}`,
          );
        }
      } else if (!spec.options.isIdempotent && spec.options.batch === null) {
        // A key of the function's own goes before the id that the sender chose.
        const key = `${functionId}/${event.id}`;
        byChosenId.set(key, (byChosenId.get(key) ?? 0) + count);
      }
    }
  }
  for (const [key, count] of byChosenId) {
    if (count > 1) oracle.violate("run-doubled", `${count} runs for one id that the sender chose: ${key}`);
  }
}

/** How many runs of each function each event is in. */
async function countStarts(
  { store, specs }: RestWorld,
  runs: readonly RunRecord[],
): Promise<ReadonlyMap<string, number>> {
  const started = new Map<string, number>();
  for (const run of runs) {
    const isBatched = specs.get(run.functionId)?.options.batch !== null;
    const events: readonly EventId[] = isBatched ? await store.runs.eventsOf(run.id) : [run.eventId];
    for (const event of events) {
      const key = startKey(run.functionId, event);
      started.set(key, (started.get(key) ?? 0) + 1);
    }
  }
  return started;
}

function startKey(functionId: FunctionId, event: EventId): string {
  return `${functionId}/${event}`;
}

/** Whether an event may come to nothing: it is one too many, or a later one takes its place. */
function isLossy({ options }: FunctionSpec): boolean {
  return options.rateLimit !== null || options.isIdempotent || options.debounce !== null;
}
