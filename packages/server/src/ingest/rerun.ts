import { hash } from "node:crypto";
import type { StepId } from "@holdfast/protocol";
import { canonicalJson } from "@holdfast/protocol";
import { plaintextRefused } from "#payloads";
import type { EventRecord, JournalEntry, NewRun, RunStore } from "#store";
import type { AcceptDeps } from "./accept.ts";
import { admissionOf } from "./admission.ts";
import type { RerunOutcome, RerunRequest } from "./contract.ts";
import { openRun } from "./open-runs.ts";

export interface RerunDeps extends AcceptDeps {
  readonly runs: RunStore;
}

/**
 * Runs a function again for the events of an older run (wire-protocol 15.7). From a step on: what finished before that step
 * began is remembered, the step itself and everything after it happens again. What limits the number of starts is not
 * asked, since an operator wants this one; what limits calls is.
 *
 * @throws HoldfastError `plaintext_refused` for arguments that the environment does not take
 */
export async function rerunRun(deps: RerunDeps, request: RerunRequest): Promise<RerunOutcome> {
  const { clock, queue, registry, runs } = deps;
  const original = await runs.get(request.runId);
  if (original === null) return { kind: "unknown" };
  const definition = registry.function(original.functionId);
  if (definition === null || definition.archived) return { kind: "function_gone" };
  const events = await eventsOf(deps, request.runId);
  const first = events[0];
  if (first === undefined) return { kind: "unknown" };
  if (first.name === "inngest/scheduled.timer") return { kind: "cron" };
  const refusal = deps.payloads.admit(
    [{ position: "rerun-input", value: request.fromStep?.input }],
    definition.appName,
  );
  if (refusal !== null) throw plaintextRefused(refusal);
  const kept =
    request.fromStep === null ? null : remember(await runs.journal(request.runId), request.fromStep);
  if (kept !== null && "kind" in kept) return kept;

  const now = clock.now();
  const event: unknown = JSON.parse(first.body);
  const context = { event, environment: deps.environment, now, digest: deps.digest };
  const session = queue.hasRoom ? queue.session : null;
  const birth = {
    id: deps.ids.run(now),
    now,
    isHeld: session !== null,
    guard: null,
    correlation: null,
    batchId: original.batchId,
  };
  const admission = { ...admissionOf(definition, context), rateLimit: null, singleton: null };
  const fresh = openRun(events, definition, admission, birth, deps.digest);
  const run: NewRun = {
    ...fresh,
    // It happens again now, whenever its event said it would.
    item: { ...fresh.item, dueAt: now, generation: session === null ? 0 : 1 },
    run: {
      ...fresh.run,
      originalRunId: original.id,
      ...(kept === null
        ? {}
        : {
            requestVersion: original.requestVersion,
            stepCount: kept.stepCount,
            stateBytes: fresh.run.stateBytes + kept.stateBytes,
          }),
    },
    journal: kept?.journal ?? [],
  };
  const { runs: results, workDueAt } = await runs.open({
    runs: [run],
    session,
    now,
    ...(request.audit === undefined ? {} : { audit: request.audit }),
  });
  const result = results[0];
  if (result !== undefined) {
    deps.arrivals.runs([{ run, result, bodies: events.map(({ body }) => body) }], workDueAt, now);
  }
  return { kind: "started", runId: run.run.id };
}

async function eventsOf(deps: RerunDeps, runId: RerunRequest["runId"]): Promise<readonly EventRecord[]> {
  const ids = await deps.runs.eventsOf(runId);
  const events = await Promise.all(ids.map((id) => deps.events.get(id)));
  return events.filter((event) => event !== null);
}

interface Remembered {
  readonly journal: readonly JournalEntry[];
  readonly stepCount: number;
  readonly stateBytes: number;
}

/** What a run that begins again at a step remembers: every step that had finished before that one was first heard of. */
function remember(
  journal: readonly JournalEntry[],
  { input, step }: NonNullable<RerunRequest["fromStep"]>,
): Remembered | (RerunOutcome & { readonly kind: "step_unknown" | "step_ambiguous" }) {
  const found = findStep(journal, step);
  if (typeof found !== "string") return found;
  const begun = journal.findIndex((entry) => entry.stepId === found);
  const finished = journal
    .slice(0, begun)
    .filter(({ kind }) => kind === "step.completed" || kind === "step.failed");
  const overridden: JournalEntry[] =
    input === null
      ? []
      : [
          {
            seq: 0,
            kind: "step.input",
            at: journal[begun]?.at ?? 0,
            stepId: found,
            name: journal[begun]?.name ?? null,
            op: null,
            attempt: 0,
            queuedAt: null,
            startedAt: null,
            data: canonicalJson({ input }),
          },
        ];
  return {
    journal: [...finished, ...overridden].map((entry, index) => ({ ...entry, seq: index + 1 })),
    stepCount: finished.length,
    stateBytes: finished.reduce((sum, { data }) => sum + Buffer.byteLength(data ?? ""), 0),
  };
}

/** A step by its hashed id, by the id it has in the user's code, of which that is the hash (8.1), or by its shown name. */
function findStep(
  journal: readonly JournalEntry[],
  step: string,
): StepId | (RerunOutcome & { readonly kind: "step_unknown" | "step_ambiguous" }) {
  const ids = new Set<StepId>();
  const hashed = hash("sha1", step);
  for (const { name, stepId } of journal) {
    if (stepId === null) continue;
    if (stepId === step || stepId === hashed) return stepId;
    if (name === step) ids.add(stepId);
  }
  const [only] = ids;
  if (only === undefined) return { kind: "step_unknown", message: `The run has no step "${step}".` };
  if (ids.size === 1) return only;
  return {
    kind: "step_ambiguous",
    message: `The run has ${ids.size} steps named "${step}"; give the hashed id of the one that is meant.`,
  };
}
