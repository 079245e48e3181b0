import type { Client, Run } from "@holdfast/client";
import { createClient } from "@holdfast/client";
import type { EventId, RunId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type { ServerPlace } from "./test-server.ts";
import type { UntilOptions } from "./until.ts";
import { until } from "./until.ts";

/** A client of the server that holds its keys. */
export function clientOf(place: ServerPlace): Client {
  return createClient({
    url: place.url,
    eventKey: place.eventKey,
    ...(place.signingKey === null ? {} : { signingKey: place.signingKey }),
  });
}

/** Every run an event started, once there are as many as expected. They may still go on. */
export async function runsOf(place: ServerPlace, event: EventId, count = 1): Promise<readonly Run[]> {
  const client = clientOf(place);
  return until(`event ${event} has ${count} runs`, async () => {
    const runs = await client.eventRuns(event);
    return runs.length >= count && runs;
  });
}

/** A run that has ended, with what it came to. */
export async function endOf(place: ServerPlace, run: RunId, options: UntilOptions = {}): Promise<Run> {
  const client = clientOf(place);
  return until(
    `run ${run} has ended`,
    async () => {
      const found = await client.run(run);
      return hasEnded(found.status) && found;
    },
    options,
  );
}

/** The one run an event started, once it has ended. */
export async function runOf(place: ServerPlace, event: EventId, options: UntilOptions = {}): Promise<Run> {
  const [run] = await runsOf(place, event);
  if (run === undefined) throw new Error(`Event ${event} started no run.`);
  return endOf(place, run.run_id, options);
}
