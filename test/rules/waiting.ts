import type { Run } from "@holdfast/client";
import type { EventId } from "@holdfast/protocol";
import { clientOf, runsOf } from "../kit/run-of.ts";
import type { Stage } from "../kit/stage.ts";
import { until } from "../kit/until.ts";

/** The one run of an event, once so many of its steps wait: for an event, a signal, a child, or the time. */
export async function waiting(stage: Stage, event: EventId, stepsCount = 1): Promise<Run> {
  const [run] = await runsOf(stage.server, event);
  if (run === undefined) throw new Error(`Event ${event} started no run.`);
  const client = clientOf(stage.server);
  await until(`run ${run.run_id} waits`, async () => {
    const { children = [] } = await client.trace(run.run_id);
    return children.filter(({ wait }) => wait?.outcome === "open").length >= stepsCount;
  });
  return run;
}
