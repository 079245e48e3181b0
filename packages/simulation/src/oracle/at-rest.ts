import type { RunId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type { RunRecord } from "@holdfast/server/rooms";
import type { EventData } from "../scenario/program.ts";
import type { FunctionSpec } from "../scenario/scenario.ts";
import { checkEnd } from "./check-end.ts";
import { checkFinishedEvents } from "./check-finished-events.ts";
import { checkMemos } from "./check-memos.ts";
import { checkSent } from "./check-sent.ts";
import { checkStarts } from "./check-starts.ts";
import { checkWaits } from "./check-waits.ts";
import type { RestRun, RestWorld } from "./rest-world.ts";
import { ENVIRONMENT } from "./rest-world.ts";

/** Runs looked through at most; a scenario makes far fewer. */
const RUN_COUNT_MAX = 10_000;
const PAGE = 500;

/** Everything has come to its end, or should have: checks what the store holds against what was promised and done. */
export async function checkAtRest(world: RestWorld): Promise<{ readonly runCount: number }> {
  const { store, oracle } = world;
  const records = await allRuns(world);
  const runs: RestRun[] = [];
  for (const run of records) {
    const spec = world.specs.get(run.functionId);
    if (spec === undefined)
      oracle.violate("unexpected-error", `run ${run.id} is of a function that nobody registered`);
    else {
      const checked = await checkRun(world, run, spec);
      if (checked !== null) runs.push(checked);
    }
  }
  await checkSent(world, records);
  if (runs.length === records.length) {
    for (const run of runs) await checkWaits(world, runs, run);
    checkStarts(world, runs);
    await checkFinishedEvents(world, runs);
  }
  const stranded = await store.runs.stranded(1);
  if (stranded.length > 0)
    oracle.violate("work-left", `run ${stranded[0]?.run.id} stands still: ${stranded[0]?.why}`);
  const { queued, held } = await store.queue.size();
  if (queued > 0)
    oracle.violate("work-left", `${queued} items are queued and ${held} held, with every run at its end`);
  return { runCount: records.length };
}

async function allRuns({ store }: RestWorld): Promise<readonly RunRecord[]> {
  const all: RunRecord[] = [];
  for (let after: RunId | undefined; all.length < RUN_COUNT_MAX;) {
    const page = await store.runs.list({
      environment: ENVIRONMENT,
      limit: PAGE,
      order: "asc",
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page);
    after = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  return all;
}

/** Null when the run is not as it should be, so that nothing more can be said of it. */
async function checkRun(world: RestWorld, run: RunRecord, spec: FunctionSpec): Promise<RestRun | null> {
  const { store, oracle } = world;
  const what = `run ${run.id} (${spec.name})`;
  const journal = await store.runs.journal(run.id);
  if (journal.some((entry, index) => entry.seq !== index + 1)) {
    oracle.violate("journal-gap", `${what}: its entries are ${journal.map((entry) => entry.seq).join(", ")}`);
  }
  if (!hasEnded(run.status)) {
    const items = await store.runs.items(run.id);
    oracle.violate("never-ended", `${what} is ${run.status}; its items are ${JSON.stringify(items)}`);
    return null;
  }
  const ends = journal.filter((entry) => entry.kind === "run.ended");
  if (ends.length !== 1 || journal.at(-1) !== ends[0]) {
    oracle.violate("ended-twice", `${what} has ${ends.length} ends in its journal of ${journal.length}`);
    return null;
  }
  const event = await store.events.get(run.eventId);
  if (event === null) {
    oracle.violate("event-lost", `${what}: the event ${run.eventId} that started it is gone`);
    return null;
  }
  // The body of every event is JSON text that the store was given; simulated ones have this data.
  const { data } = JSON.parse(event.body) as { readonly data: EventData };
  const checked: RestRun = { run, spec, data, journal, what };
  checkMemos(world, checked);
  checkEnd(world, checked);
  return checked;
}
