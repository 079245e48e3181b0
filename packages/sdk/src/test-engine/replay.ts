import type { WireError } from "@holdfast/protocol";
import { canonicalJson, HoldfastError } from "@holdfast/protocol";
import type { Holdfast } from "../client/client.ts";
import type { ClientState } from "../client/contract.ts";
import { stateOf } from "../client/state.ts";
import type { ReceivedEvent } from "../events/contract.ts";
import { execute } from "../execution/execute.ts";
import type { FunctionRecord, HoldfastFunction } from "../functions/contract.ts";
import { recordsOf } from "../functions/records.ts";
import type { Call, CallAnswer } from "../execution/contract.ts";
import type { PayloadStage, ReplyTo } from "../payloads/contract.ts";
import { openEvent } from "../payloads/open-event.ts";
import { passThrough } from "../payloads/pass-through.ts";
import { atOutcome } from "../payloads/run-place.ts";
import { clientFor } from "./client-for.ts";
import type { RunHistory } from "./contract.ts";

/** How a function goes another way than the run that was recorded. */
export interface Divergence {
  /**
   * `step_missing`: the function no longer comes to a step that finished next. `ended_early`: it ends where a step was to
   * come. `not_ended`: it goes on where the run ended. `another_end`: it ends otherwise.
   */
  readonly kind: "step_missing" | "ended_early" | "not_ended" | "another_end";
  /** How many steps had finished. */
  readonly afterSteps: number;
  /** What the record says comes next, and what came. */
  readonly expected: string;
  readonly found: string;
  /** All of it in one sentence. */
  readonly message: string;
}

/** The result of a replay. */
export type ReplayResult =
  | { readonly ok: true; readonly steps: number }
  | ({ readonly ok: false } & Divergence);

/**
 * Holds a function against a run that was recorded, perhaps by an earlier version of it: whether it takes the same way,
 * given what the steps came to then. Nothing is run but the function's own code between its steps; no step is, and nothing
 * leaves this process.
 *
 * @example
 * ```ts
 * const history = JSON.parse(await readFile("tests/shipped.history.json", "utf8"));
 * const result = await replay(history, [ship]);
 * assert.ok(result.ok, result.ok ? "" : result.message);
 * ```
 *
 * @throws HoldfastError `not_found` when none of the functions is the one that was recorded; `request_invalid` for what is
 *   no history.
 */
export async function replay(
  history: RunHistory,
  functions: readonly HoldfastFunction[],
  options: { readonly client?: Holdfast } = {},
): Promise<ReplayResult> {
  const steps = stepsOf(history);
  const record = recordIn(functions, history.function);
  const client = stateOf(clientFor({ ...options, functions }));
  const execution = {
    record: { ...record, checkpointing: null },
    client: { ...client, stage: openingStage(client.stage) },
  };
  /** What was come upon so far: a step that runs beside others is reported once. */
  const found = new Map<string, string>();
  for (let count = 0; count <= steps.length; count += 1) {
    const outcome = outcomeOf(await execute(callOf(history, record, steps.slice(0, count)), execution));
    const next = steps[count];
    if (next === undefined)
      return compareEnd(await openedEnd(history, record, client), outcome, steps.length);
    if (outcome.kind === "ended") {
      return divergence("ended_early", count, quoted(next), `the function ${endText(outcome)}`);
    }
    for (const { id, name } of outcome.steps) found.set(id, name);
    if (!found.has(next.id)) {
      const names = outcome.steps.map(({ name }) => `"${name}"`);
      const what = names.length === 0 ? "no step" : names.join(", ");
      return divergence("step_missing", count, quoted(next), what);
    }
  }
  return { ok: true, steps: steps.length };
}

interface RecordedStep {
  readonly id: string;
  readonly memo: unknown;
  readonly name?: string;
}

/** The recorded steps, in the order in which they finished. */
function stepsOf({ steps }: RunHistory): readonly RecordedStep[] {
  const list: readonly unknown[] = Array.isArray(steps)
    ? steps
    : Object.entries(steps ?? {}).map(([id, memo]) => ({ id, memo }));
  for (const step of list) {
    const isStep = typeof step === "object" && step !== null && "id" in step && typeof step.id === "string";
    if (!isStep) {
      throw new HoldfastError("request_invalid", "Cannot replay the history: a step in it has no id.");
    }
  }
  // Each was just looked at.
  return list as readonly RecordedStep[];
}

function recordIn(functions: readonly HoldfastFunction[], slug: string): FunctionRecord {
  const records = functions.flatMap((fn) => recordsOf(fn));
  const record = records.find((one) => one.slug === slug);
  if (record !== undefined) return record;
  throw new HoldfastError(
    "not_found",
    `Cannot replay a run of ${JSON.stringify(slug)}: the functions are ${records.map((one) => one.slug).join(", ")}.`,
    { next: "Pass the function that was recorded, or correct the name in the history." },
  );
}

/** A call after so many steps, which asks what comes next and has nothing run. */
function callOf({ events, runId }: RunHistory, record: FunctionRecord, steps: readonly RecordedStep[]): Call {
  // What was recorded is what an app received.
  const received = events as readonly ReceivedEvent[];
  const [event] = received;
  if (event === undefined) {
    throw new HoldfastError("request_invalid", "Cannot replay the history: it has no event.");
  }
  return {
    slug: record.slug,
    runId: runId ?? "replay",
    requestId: "replay",
    jobId: "replay",
    attempt: 0,
    maxAttempts: record.retries + 1,
    event,
    events: received,
    memos: new Map(steps.map(({ id, memo }) => [id, memo])),
    stack: steps.map(({ id }) => id),
    abortable: new Set(),
    targetStepId: null,
    isPlanOnly: true,
    requestVersion: 2,
    checkpoint: null,
  };
}

/** A stage that opens what was recorded and seals nothing: what is written here goes nowhere. */
function openingStage(stage: PayloadStage): PayloadStage {
  return {
    ...passThrough,
    isSealing: stage.isSealing,
    open: (value, at) => stage.open(value, at),
    openData: (data, at) => stage.openData(data, at),
    openError: (error, at) => stage.openError(error, at),
  };
}

/** The recorded end, opened: it stands with the run, or with the step that invoked it. */
async function openedEnd(
  { end, events, runId }: RunHistory,
  { app, id: functionId }: FunctionRecord,
  { environment, stage }: ClientState,
): Promise<RunHistory["end"]> {
  if (end === undefined || !stage.isSealing) return end;
  const place = { environment, app, functionId };
  let replyTo: ReplyTo | null = null;
  // What was recorded is what an app received.
  for (const event of events as readonly ReceivedEvent[])
    replyTo ??= (await openEvent(event, stage, place)).replyTo;
  const run = { ...place, runId: runId ?? "replay", replyTo };
  return {
    status: end.status,
    ...(end.output === undefined
      ? {}
      : { output: await stage.open(end.output, atOutcome(run, "function-output")) }),
    ...(end.error === undefined
      ? {}
      : // Errors are stored in this form.
        { error: await stage.openError(end.error as WireError, atOutcome(run, "function-error")) }),
  };
}

type Outcome =
  | { readonly kind: "steps"; readonly steps: readonly { readonly id: string; readonly name: string }[] }
  | { readonly kind: "ended"; readonly output?: unknown; readonly error?: unknown };

/** What a call came to. */
function outcomeOf({ body, status }: CallAnswer): Outcome {
  // The execution writes JSON.
  const value = JSON.parse(body) as unknown;
  if (status >= 400) return { kind: "ended", error: value };
  if (status !== 206) return { kind: "ended", output: value };
  // Of a 206 it is a list of ops.
  const ops = value as readonly {
    op: string;
    id: string;
    displayName?: string;
    name?: string;
    data?: unknown;
  }[];
  const end = ops.find(({ op }) => op === "RunComplete");
  if (end !== undefined) return { kind: "ended", output: end.data };
  return {
    kind: "steps",
    steps: ops.map(({ displayName, id, name }) => ({ id, name: displayName ?? name ?? id })),
  };
}

function compareEnd(end: RunHistory["end"], outcome: Outcome, count: number): ReplayResult {
  const isOver = end !== undefined && (end.status === "Completed" || end.status === "Failed");
  // A run that was cancelled ended from outside: nothing is said about what its function would have done.
  if (!isOver) return { ok: true, steps: count };
  const expected = endText(end.status === "Failed" ? { error: end.error } : { output: end.output });
  if (outcome.kind === "steps") {
    const names = outcome.steps.map(({ name }) => `"${name}"`).join(", ");
    return divergence("not_ended", count, `the run's end (it ${expected})`, names === "" ? "nothing" : names);
  }
  const isSame =
    end.status === "Completed"
      ? !("error" in outcome) && sameJson(outcome.output, end.output)
      : "error" in outcome && faultOf(outcome.error) === faultOf(end.error);
  if (isSame) return { ok: true, steps: count };
  return divergence("another_end", count, `that the function ${expected}`, `that it ${endText(outcome)}`);
}

function divergence(
  kind: Divergence["kind"],
  afterSteps: number,
  expected: string,
  found: string,
): ReplayResult {
  const place =
    afterSteps === 0 ? "At its beginning" : `After ${afterSteps} ${afterSteps === 1 ? "step" : "steps"}`;
  const message = `${place} the record says ${expected}; now comes ${found}.`;
  return { ok: false, kind, afterSteps, expected, found, message };
}

function quoted({ id, name }: RecordedStep): string {
  return `step "${name ?? id}"`;
}

function endText(end: { readonly output?: unknown; readonly error?: unknown }): string {
  return "error" in end ? `fails with ${faultOf(end.error)}` : `returns ${shortJson(end.output)}`;
}

/** Name and message: stacks differ from one version to the next. */
function faultOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, name } = error as { readonly name?: unknown; readonly message?: unknown };
  return `${String(name)}: ${String(message)}`;
}

function sameJson(left: unknown, right: unknown): boolean {
  return canonicalJson(left ?? null) === canonicalJson(right ?? null);
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
