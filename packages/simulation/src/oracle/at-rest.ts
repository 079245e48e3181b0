import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import { hasEnded } from "@holdfast/protocol";
import type { JournalEntry, RunRecord, Store } from "@holdfast/server/rooms";
import { stepError } from "../app/ops.ts";
import { replay } from "../app/replay.ts";
import { leavesOf, stepIdOf, stepValue } from "../scenario/program.ts";
import type { EventData, Leaf } from "../scenario/program.ts";
import { slugOf } from "../scenario/registration.ts";
import type { FunctionSpec, Scenario } from "../scenario/scenario.ts";
import type { Oracle } from "./oracle.ts";

/** What the checks at rest read. */
export interface RestWorld {
  readonly scenario: Scenario;
  readonly store: Store;
  readonly oracle: Oracle;
  /** Whether anything went wrong on purpose, so that attempts may have been used up by it. */
  readonly hadFaults: boolean;
  functionId(slug: string): FunctionId | null;
}

/** Runs looked through at most; a scenario makes far fewer. */
const RUN_COUNT_MAX = 10_000;

/** Everything has come to its end, or should have: checks what the store holds against what was promised and done. */
export async function checkAtRest(world: RestWorld): Promise<{ readonly runCount: number }> {
  const { scenario, store, oracle } = world;
  const specs = new Map<FunctionId, FunctionSpec>();
  for (const spec of scenario.functions) {
    const id = world.functionId(slugOf(spec.name));
    if (id !== null) specs.set(id, spec);
  }
  const runs = await allRuns(store);
  for (const run of runs) {
    const spec = specs.get(run.functionId);
    if (spec === undefined)
      oracle.violate("unexpected-error", `run ${run.id} is of a function that nobody registered`);
    else await checkRun(world, run, spec);
  }
  await checkSent(world, runs, specs);
  const { queued, held } = await store.queue.size();
  if (queued > 0)
    oracle.violate("work-left", `${queued} items are queued and ${held} held, with every run at its end`);
  return { runCount: runs.length };
}

async function allRuns(store: Store): Promise<readonly RunRecord[]> {
  const all: RunRecord[] = [];
  for (let after: RunId | undefined; all.length < RUN_COUNT_MAX;) {
    // One environment, the production one, is all there is.
    const page = await store.runs.list({
      environment: ENVIRONMENT,
      limit: 500,
      order: "asc",
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page);
    after = page.at(-1)?.id;
    if (page.length < 500) break;
  }
  return all;
}

/** The environment of every simulated thing. */
export const ENVIRONMENT = "production" as RunRecord["environment"];

async function checkRun(world: RestWorld, run: RunRecord, spec: FunctionSpec): Promise<void> {
  const { store, oracle } = world;
  const what = `run ${run.id} (${spec.name})`;
  const journal = await store.runs.journal(run.id);
  if (journal.some((entry, index) => entry.seq !== index + 1)) {
    oracle.violate("journal-gap", `${what}: its entries are ${journal.map((entry) => entry.seq).join(", ")}`);
  }
  if (!hasEnded(run.status)) {
    const items = await store.runs.items(run.id);
    oracle.violate("never-ended", `${what} is ${run.status}; its items are ${JSON.stringify(items)}`);
    return;
  }
  const ends = journal.filter((entry) => entry.kind === "run.ended");
  if (ends.length !== 1 || journal.at(-1) !== ends[0]) {
    oracle.violate("ended-twice", `${what} has ${ends.length} ends in its journal of ${journal.length}`);
    return;
  }
  const event = await store.events.get(run.eventId);
  if (event === null) {
    oracle.violate("event-lost", `${what}: the event ${run.eventId} that started it is gone`);
    return;
  }
  // The body of every event is JSON text that the store was given; simulated ones have this data.
  const { data } = JSON.parse(event.body) as { readonly data: EventData };
  checkMemos(world, what, spec, data, journal);
  checkEnd(world, what, run, spec, journal, ends[0]);
}

/** What is remembered of a step must be what its code came to. */
function checkMemos(
  { oracle }: RestWorld,
  what: string,
  spec: FunctionSpec,
  data: EventData,
  journal: readonly JournalEntry[],
): void {
  const leaves = new Map(leavesOf(spec.program).map((leaf) => [stepIdOf(leaf.id), leaf]));
  const seen = new Set<string>();
  for (const entry of journal) {
    if (entry.stepId === null || (entry.kind !== "step.completed" && entry.kind !== "step.failed")) continue;
    if (seen.has(entry.stepId))
      oracle.violate("step-repeated", `${what}: step ${entry.stepId} finished twice`);
    seen.add(entry.stepId);
    const leaf = leaves.get(entry.stepId);
    const fault =
      leaf === undefined
        ? "is not in the program"
        : memoFault(leaf, spec, data, JSON.parse(entry.data ?? "null"));
    if (fault !== null)
      oracle.violate("memo-wrong", `${what}: step ${leaf?.id ?? entry.stepId} ${fault}: ${entry.data}`);
  }
}

function memoFault(leaf: Leaf, spec: FunctionSpec, data: EventData, memo: unknown): string | null {
  const value = field(memo, "data");
  const error = field(memo, "error");
  switch (leaf.kind) {
    case "run": {
      const mayFail = leaf.isFatal || leaf.failures > spec.retries;
      if (error !== undefined) {
        return mayFail || leaf.failures > 0
          ? field(error, "message") === stepError(leaf)
            ? null
            : "failed with another error"
          : "failed without a cause";
      }
      if (mayFail && leaf.isFatal) return "cannot succeed";
      return value === stepValue(spec.name, leaf.id, data) ? null : "has another value";
    }
    case "sleep":
      return memo === null ? null : "is a sleep, and holds something";
    case "send":
      return error === undefined && !Array.isArray(field(value, "ids")) ? "holds no ids" : null;
    case "wait":
      return memo === null || field(memo, "name") === leaf.event ? null : "was resumed by another event";
    case "signal":
    case "invoke":
    case "fetch":
    case "defer":
      return null;
  }
}

/** Ends that faults bring about: attempts used up by answers that never came. */
const FAULT_ERRORS: ReadonlySet<unknown> = new Set([
  "http_unreachable",
  "request_duration_too_long",
  "Server returned a fatal error",
]);

/** A run must end as its program does with what is remembered. */
function checkEnd(
  { oracle, hadFaults }: RestWorld,
  what: string,
  run: RunRecord,
  spec: FunctionSpec,
  journal: readonly JournalEntry[],
  end: JournalEntry | undefined,
): void {
  const memos = new Map<string, unknown>();
  for (const entry of journal) {
    if (entry.stepId === null || (entry.kind !== "step.completed" && entry.kind !== "step.failed")) continue;
    memos.set(entry.stepId, JSON.parse(entry.data ?? "null"));
  }
  const standing = replay(spec.program, memos);
  // The journal's own text, written by the executor.
  const result = JSON.parse(end?.data ?? "null") as unknown;
  if (run.status === "Completed") {
    const output = field(result, "output");
    if (standing.kind !== "done")
      oracle.violate("output-wrong", `${what} is Completed; its program is ${standing.kind}`);
    else if (output !== standing.output) {
      oracle.violate(
        "output-wrong",
        `${what} returned ${JSON.stringify(output)}, its program ${standing.output}`,
      );
    }
  }
  if (run.status === "Failed") {
    const error = field(result, "error");
    const message = field(error, "message");
    if (standing.kind === "failed" && message === standing.message) return;
    if (field(error, "name") === "InngestErrSignalConflict" && leavesOf(spec.program).some(failsOnConflict))
      return;
    if (hadFaults && FAULT_ERRORS.has(field(error, "name"))) return;
    // Attempts that faults used up count towards the failures that the program asks for.
    if (
      typeof message === "string" &&
      message.startsWith("failed at attempt") &&
      spec.program.failures > spec.retries
    )
      return;
    if (hadFaults && typeof message === "string" && /^requested step|^failed at attempt/.test(message))
      return;
    oracle.violate("failed-without-cause", `${what} failed: ${JSON.stringify(error)}`);
  }
}

function failsOnConflict(leaf: Leaf): boolean {
  return leaf.kind === "signal" && leaf.conflict === "fail";
}

async function checkSent(
  { scenario, store, oracle }: RestWorld,
  runs: readonly RunRecord[],
  specs: ReadonlyMap<FunctionId, FunctionSpec>,
): Promise<void> {
  const started = new Map<string, number>();
  for (const run of runs) {
    const key = `${run.functionId}/${run.eventId}`;
    started.set(key, (started.get(key) ?? 0) + 1);
  }
  for (const [key, count] of started) {
    if (count > 1) oracle.violate("run-doubled", `${count} runs of one function for one event: ${key}`);
  }
  const byChosenId = new Map<string, number>();
  for (const { event, acknowledged } of oracle.sent) {
    if (acknowledged === null) continue;
    // Ids are ULIDs that the server gave out.
    const stored = await store.events.get(acknowledged as EventId);
    if (stored === null) {
      oracle.violate(
        "event-lost",
        `event ${acknowledged} (${event.name}, n ${event.n}) was acknowledged and is gone`,
      );
      continue;
    }
    for (const [functionId, spec] of specs) {
      if (spec.event !== event.name || (spec.onlyKey !== null && spec.onlyKey !== event.k)) continue;
      // A key of the function's own goes before the id that the sender chose.
      if (gathers(spec) || (spec.options.isIdempotent && event.id !== null)) continue;
      const count = started.get(`${functionId}/${acknowledged}`) ?? 0;
      if (event.id !== null) {
        const key = `${functionId}/${event.id}`;
        byChosenId.set(key, (byChosenId.get(key) ?? 0) + count);
      } else if (count === 0 && !isLossy(spec)) {
        oracle.violate(
          "run-missing",
          `event ${acknowledged} (${event.name}, n ${event.n}) started no run of ${spec.name}`,
        );
      }
    }
  }
  for (const [key, count] of byChosenId) {
    if (count > 1) oracle.violate("run-doubled", `${count} runs for one id that the sender chose: ${key}`);
  }
  void scenario;
}

function gathers({ options }: FunctionSpec): boolean {
  return options.debounce !== null || options.batch !== null;
}

function isLossy({ options }: FunctionSpec): boolean {
  return options.rateLimit !== null || options.isIdempotent;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
