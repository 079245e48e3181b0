import { hasEnded } from "@holdfast/protocol";
import type { EnvironmentName, RunId } from "@holdfast/protocol";
import type { EventStore, RunRecord, RunStore } from "#store";
import type { Executor, RunHistory, RunView } from "./contract.ts";

/** Reads runs back: what became of them, and what happened on the way. */
export function createHistory(deps: {
  readonly runs: RunStore;
  readonly events: EventStore;
  readonly environment: EnvironmentName;
  isUnderWay(runId: RunId): boolean;
}): Pick<Executor, "view" | "list" | "history" | "journal" | "state" | "stranded"> {
  const { environment, events, runs } = deps;

  /** A run is stored as Running with what its first call brought; to readers it runs as soon as that call is made (9.2). */
  const asSeen = (run: RunRecord): RunRecord =>
    run.status === "Scheduled" && deps.isUnderWay(run.id) ? { ...run, status: "Running" } : run;

  const viewOf = async (run: RunRecord): Promise<RunView> => ({
    run: asSeen(run),
    end: hasEnded(run.status) ? await runs.end(run.id) : null,
  });

  return {
    async view(runId) {
      const run = await runs.get(runId);
      return run === null ? null : viewOf(run);
    },
    async list(query) {
      const listed = await runs.list({ ...query, environment });
      return Promise.all(listed.map(viewOf));
    },
    async history(runId): Promise<RunHistory | null> {
      const run = await runs.get(runId);
      if (run === null) return null;
      const [eventIds, journal, items] = await Promise.all([
        runs.eventsOf(runId),
        runs.journal(runId),
        runs.items(runId),
      ]);
      const bodies = await Promise.all(eventIds.map((id) => events.get(id)));
      const end = hasEnded(run.status) ? (journal.at(-1) ?? null) : null;
      return { run: asSeen(run), end, events: bodies.filter((event) => event !== null), journal, items };
    },
    journal: (runId) => runs.journal(runId),
    async state(runId) {
      const snapshot = await runs.load(runId);
      if (snapshot === null) return { kind: "unknown" };
      if (hasEnded(snapshot.run.status)) return { kind: "ended" };
      const steps = new Map(snapshot.steps.map((step) => [step.id, step.memo]));
      const inputs = new Map(snapshot.inputs.map((input) => [input.id, input.memo]));
      return {
        kind: "live",
        events: `[${snapshot.events.join(",")}]`,
        steps: `{${stateFields(steps, inputs)}}`,
      };
    },
    stranded: (limit) => runs.stranded(limit),
  };
}

/**
 * Memos in the order in which their steps finished, and then the overrides of arguments. The order is all that an app which
 * fetches them has to tell which of several steps was first.
 */
function stateFields(steps: ReadonlyMap<string, string>, inputs: ReadonlyMap<string, string>): string {
  const overrides = [...inputs].filter(([id]) => !steps.has(id));
  return [...steps, ...overrides].map(([id, memo]) => `${JSON.stringify(id)}:${memo}`).join(",");
}
