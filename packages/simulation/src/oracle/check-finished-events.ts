import type { EventId } from "@holdfast/protocol";
import type { RestRun, RestWorld } from "./rest-world.ts";
import { ENVIRONMENT, field } from "./rest-world.ts";

const PAGE = 500;
const PAGE_COUNT_MAX = 100;

/** Every run that ended has one finished event with its end; a skipped one has none (wire-protocol 2.8). */
export async function checkFinishedEvents(world: RestWorld, runs: readonly RestRun[]): Promise<void> {
  const { oracle } = world;
  const counts = await countFinished(world);
  for (const { run, spec, what } of runs) {
    const statuses = counts.get(run.id) ?? [];
    // A batch has one more for each event by which it was invoked.
    const isRight =
      run.status === "Skipped"
        ? statuses.length === 0
        : statuses.length === 1 || (spec.options.batch !== null && statuses.length > 1);
    if (!isRight || statuses.some((status) => status !== run.status)) {
      oracle.violate(
        "finished-events-wrong",
        `${what} is ${run.status}; its finished events say ${JSON.stringify(statuses)}`,
      );
    }
  }
}

async function countFinished({ store }: RestWorld): Promise<ReadonlyMap<unknown, readonly unknown[]>> {
  const statuses = new Map<unknown, unknown[]>();
  let before: EventId | undefined;
  for (let pages = 0; pages < PAGE_COUNT_MAX; pages += 1) {
    const page = await store.events.list({
      environment: ENVIRONMENT,
      name: "inngest/function.finished",
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    for (const event of page) {
      const data = field(JSON.parse(event.body), "data");
      const run = field(data, "run_id");
      const known = statuses.get(run) ?? [];
      known.push(field(field(data, "_inngest"), "status"));
      statuses.set(run, known);
    }
    before = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  return statuses;
}
