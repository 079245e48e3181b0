import type { FunctionRun } from "@holdfast/client";
import { clientOf } from "./run-of.ts";
import type { TestApp } from "./test-app.ts";
import { until } from "./until.ts";

/** More runs than any test of this kind has. */
const RUNS_MAX = 100;

/** An app on a server, whatever it is made of. */
type Place = Pick<TestApp, "id" | "server">;

/** Every run of an app's function, in the order in which they were queued. */
export async function functionRuns(app: Place, functionId: string): Promise<readonly FunctionRun[]> {
  const { entries } = await clientOf(app.server).runs({
    appId: [app.id],
    functionId: [functionId],
    order: "asc",
    limit: RUNS_MAX,
    includeOutput: true,
  });
  return entries;
}

/** The function's runs that are as `isWanted` says, once there are so many. */
export async function runsThat(
  app: Place,
  functionId: string,
  count: number,
  isWanted: (run: FunctionRun) => boolean,
): Promise<readonly FunctionRun[]> {
  return until(`${count} runs of "${functionId}" are as wanted: ${String(isWanted)}`, async () => {
    const found = (await functionRuns(app, functionId)).filter(isWanted);
    return found.length >= count && found;
  });
}

/** The function's completed runs, once there are so many. */
export function completedRuns(
  app: Place,
  functionId: string,
  count: number,
): Promise<readonly FunctionRun[]> {
  return runsThat(app, functionId, count, ({ status }) => status === "COMPLETED");
}

/** When runs were first called, Unix ms, from the first to the last; those that were not are left out. */
export function startsOf(runs: readonly FunctionRun[]): readonly number[] {
  const starts = runs.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [Date.parse(startedAt)]));
  return starts.toSorted((left, right) => left - right);
}

/** The time between each start and the one before it. */
export function gapsOf(runs: readonly FunctionRun[]): readonly number[] {
  const starts = startsOf(runs);
  return starts.slice(1).map((start, index) => start - (starts[index] ?? start));
}
