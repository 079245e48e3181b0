import type { EnvironmentName, EventId, RunId } from "@holdfast/protocol";
import { silentLog } from "../../packages/server/src/kernel/kernel.ts";
import type { EventRecord, JournalEntry, RunRecord, Store } from "../../packages/server/src/store/store.ts";
import { openSqliteStore } from "../../packages/server/src/store/store.ts";
import { FUNCTIONS, hashOf, resultOf } from "./witness-app.ts";

export interface Inspection {
  /** Everything that is not as the invariants of the design say, in words. */
  readonly problems: readonly string[];
  readonly runs: number;
  readonly steps: number;
}

const ENVIRONMENT = "production" as EnvironmentName;

/** Opens the files of a stopped server and holds every run against the invariants. */
export async function inspect(dataDir: string, acknowledged: ReadonlySet<string>): Promise<Inspection> {
  const store = await openSqliteStore({ dataDir, log: silentLog });
  try {
    const problems: string[] = [];
    const events = await allEvents(store);
    const runs = await allRuns(store);
    const slugs = new Map(
      (await store.apps.functions()).map((definition) => [definition.id, definition.slug]),
    );

    const stored = new Set([...events.values()].map((event) => event.userId));
    for (const id of acknowledged)
      if (!stored.has(id)) problems.push(`event ${id} was answered with 200 and is lost`);

    const perCause = new Map<string, number>();
    let steps = 0;
    for (const run of runs) {
      const slug = slugs.get(run.functionId) ?? "unknown";
      const cause = `${events.get(run.eventId)?.userId} → ${slug}`;
      perCause.set(cause, (perCause.get(cause) ?? 0) + 1);
      const journal = await store.runs.journal(run.id);
      problems.push(
        ...journalProblems(run, slug, journal).map((problem) => `run ${run.id} of ${slug}: ${problem}`),
      );
      steps += journal.filter((entry) => entry.kind === "step.completed").length;
    }
    for (const id of acknowledged) {
      for (const slug of Object.keys(FUNCTIONS)) {
        const count = perCause.get(`${id} → ${slug}`) ?? 0;
        if (count !== 1) problems.push(`event ${id} has ${count} runs of ${slug} instead of 1`);
      }
    }
    const size = await store.queue.size();
    if (size.queued !== 0) problems.push(`${size.queued} queue items are left over`);
    return { problems, runs: runs.length, steps };
  } finally {
    await store.close();
  }
}

function journalProblems(run: RunRecord, slug: string, journal: readonly JournalEntry[]): string[] {
  const problems: string[] = [];
  if (run.status !== "Completed") problems.push(`ended as ${run.status}`);
  journal.forEach((entry, index) => {
    if (entry.seq !== index + 1) problems.push(`journal entry ${index + 1} has number ${entry.seq}`);
  });
  const ends = journal.filter((entry) => entry.kind === "run.ended");
  if (ends.length !== 1 || journal.at(-1)?.kind !== "run.ended") problems.push(`has ${ends.length} ends`);

  const done = journal.filter((entry) => entry.kind === "step.completed");
  const ids = done.map((entry) => entry.stepId);
  if (new Set(ids).size !== ids.length) problems.push("has a step that finished twice");
  for (const name of FUNCTIONS[slug] ?? []) {
    const entry = done.find(({ stepId }) => stepId === hashOf(name));
    const wanted = name === "nap" ? "null" : JSON.stringify({ data: resultOf(run.id, name) });
    if (entry?.data !== wanted) problems.push(`step ${name} holds ${entry?.data ?? "nothing"}`);
  }
  return problems;
}

async function allEvents(store: Store): Promise<ReadonlyMap<EventId, EventRecord>> {
  const events = new Map<EventId, EventRecord>();
  for (let before: EventId | undefined; ;) {
    const page = await store.events.list({
      environment: ENVIRONMENT,
      limit: 500,
      ...(before === undefined ? {} : { before }),
    });
    for (const event of page) events.set(event.id, event);
    before = page.at(-1)?.id;
    if (before === undefined) return events;
  }
}

async function allRuns(store: Store): Promise<readonly RunRecord[]> {
  const runs: RunRecord[] = [];
  for (let before: RunId | undefined; ;) {
    const page = await store.runs.list({
      environment: ENVIRONMENT,
      limit: 500,
      ...(before === undefined ? {} : { before }),
    });
    runs.push(...page);
    before = page.at(-1)?.id;
    if (before === undefined) return runs;
  }
}
