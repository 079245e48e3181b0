import { Header } from "@holdfast/protocol";
import type { EgressOutcome, EgressRequest } from "@holdfast/server/rooms";
import type { Leaf } from "../scenario/program.ts";
import type { FunctionSpec } from "../scenario/scenario.ts";
import { slugOf } from "../scenario/registration.ts";
import type { Call } from "./call.ts";
import { parseCall } from "./call.ts";
import type { Op } from "./ops.ts";
import { foundOp, lazyOps, runOp } from "./ops.ts";
import { replay } from "./replay.ts";
import { stepIdOf } from "../scenario/program.ts";

/** What the app's code can reach. Of an app that crashed nothing is ever answered. */
export interface AppHost {
  /** Milliseconds since the world began. */
  now(): number;
  pass(durationMs: number): Promise<void>;
  /** Posts steps while the call is open; the status, or null when no answer came. */
  checkpoint(call: Call, ops: readonly Op[]): Promise<number | null>;
  /** Sends an event of this name; its ids, or null when no answer came. */
  send(name: string, k: number): Promise<readonly string[] | null>;
  /** User code of a step begins, and later ends. */
  stepBegins(call: Call, leaf: Leaf): void;
  stepEnds(call: Call, leaf: Leaf): void;
}

/** How often a checkpoint is tried before its steps go into the answer (wire-protocol 16.1), and the first pause. */
const CHECKPOINT_TRIES = 5;
const CHECKPOINT_PAUSE_MS = 100;
/** After so long a checkpointing call ends, and asks for another. */
const RUNTIME_MS_MAX = 10_000;

type Answer = EgressOutcome & { readonly kind: "answered" };

/** Answers one call as an SDK would that ran this function (wire-protocol 6 to 8, 15 and 16). */
export async function answerCall(
  functions: readonly FunctionSpec[],
  request: EgressRequest,
  host: AppHost,
): Promise<Answer> {
  const call = parseCall(request);
  const spec = functions.find(({ name }) => slugOf(name) === call.slug);
  if (spec === undefined) {
    return answer(500, { name: "Error", message: `function not found: ${call.slug}` }, 2, {});
  }
  const { program } = spec;
  if (call.memos.size === 0 && call.target === null && call.attempt < program.failures) {
    return failure(spec, `failed at attempt ${call.attempt}`, false);
  }
  return call.target === null ? discover(spec, call, host) : target(spec, call, call.target, host);
}

/** Runs exactly the step that was asked for. */
async function target(spec: FunctionSpec, call: Call, stepId: string, host: AppHost): Promise<Answer> {
  const found = replay(spec.program, call.memos).found.find(({ leaf }) => stepIdOf(leaf.id) === stepId);
  // An SDK waits for the step to turn up before it gives up.
  if (found === undefined) {
    await host.pass(10_000);
    return failure(spec, `requested step ${stepId} was not found`, false);
  }
  return answerOps(spec, [await runOp(spec, call, found, host)]);
}

/** Goes on from what is remembered: runs the next step, or says which there are. */
async function discover(spec: FunctionSpec, call: Call, host: AppHost): Promise<Answer> {
  const memos = new Map(call.memos);
  const begunAt = host.now();
  const checkpoints = spec.checkpoints && !call.mustPlan;
  const lazy = lazyOps(spec, call);
  /** Each turn remembers one more step, so that a call has no more turns than its function has steps. */
  for (;;) {
    const standing = replay(spec.program, memos);
    if (standing.kind === "done") {
      if (lazy.length === 0 && !checkpoints) return answer(200, standing.output, spec.requestVersion, {});
      const complete: Op = { op: "RunComplete", id: stepIdOf("complete"), data: standing.output };
      return answerOps(spec, [...lazy, complete]);
    }
    if (standing.kind === "failed") return failure(spec, standing.message, true);
    const [only] = standing.found;
    const isAlone = standing.found.length === 1 && only !== undefined;
    if (!isAlone || !isRun(only.leaf) || call.mustPlan) {
      return answerOps(spec, [...lazy, ...standing.found.map((found) => foundOp(spec, call, found))]);
    }
    const op = await runOp(spec, call, only, host);
    if (op.op !== "StepRun" || !checkpoints || call.attempt > 0) return answerOps(spec, [...lazy, op]);
    const status = await checkpoint(call, [...lazy, op], host);
    if (status === 409) return failure(spec, "the work was handed out again", true);
    if (status !== 200) return answerOps(spec, [...lazy, op]);
    lazy.length = 0;
    memos.set(stepIdOf(only.leaf.id), { data: op.data });
    if (host.now() - begunAt > RUNTIME_MS_MAX) {
      return answerOps(spec, [{ op: "DiscoveryRequest", id: stepIdOf(`discovery-request-${host.now()}`) }]);
    }
  }
}

async function checkpoint(call: Call, ops: readonly Op[], host: AppHost): Promise<number | null> {
  for (let tried = 1; ; tried += 1) {
    const status = await host.checkpoint(call, ops);
    if (status === 200 || status === 409 || tried === CHECKPOINT_TRIES) return status;
    await host.pass(CHECKPOINT_PAUSE_MS * 2 ** tried);
  }
}

function isRun(leaf: Leaf): boolean {
  return leaf.kind === "run" || leaf.kind === "send";
}

function failure(spec: FunctionSpec, message: string, isFinal: boolean): Answer {
  return answer(isFinal ? 400 : 500, { name: "Error", message, __serialized: true }, spec.requestVersion, {
    [Header.noRetry]: String(isFinal),
  });
}

function answerOps(spec: FunctionSpec, ops: readonly Op[]): Answer {
  const isFinal = ops.some((op) => op.op === "StepFailed");
  return answer(206, ops, spec.requestVersion, isFinal ? { [Header.noRetry]: "true" } : {});
}

function answer(
  status: number,
  body: unknown,
  version: number,
  headers: Readonly<Record<string, string>>,
): Answer {
  return {
    kind: "answered",
    status,
    headers: {
      "content-type": "application/json",
      [Header.sdk]: "sim:v0",
      [Header.requestVersion]: String(version),
      ...headers,
    },
    body: JSON.stringify(body),
  };
}
