import { formatDuration } from "@holdfast/protocol";
import type { Leaf } from "../scenario/program.ts";
import { leavesOf, stepIdOf, stepValue } from "../scenario/program.ts";
import { slugOf } from "../scenario/registration.ts";
import type { FunctionSpec } from "../scenario/scenario.ts";
import { hash32 } from "../world/rng.ts";
import type { AppHost } from "./app.ts";
import type { Call } from "./call.ts";
import type { Found } from "./replay.ts";

/** An op on its way to the server (wire-protocol 7.1). */
export interface Op {
  readonly op: string;
  readonly id: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly opts?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** Runs the user's code of a step and says how it came out. */
export async function runOp(
  spec: FunctionSpec,
  call: Call,
  { leaf, mode }: Found,
  host: AppHost,
): Promise<Op> {
  const named = { id: stepIdOf(leaf.id), displayName: leaf.id, ...modeOf(mode) };
  host.stepBegins(call, leaf);
  if (leaf.kind === "send") {
    const ids = await host.send(leaf.event, call.data.k);
    host.stepEnds(call, leaf);
    if (ids !== null) return { op: "StepRun", ...named, data: { ids } };
    return failed(call, named, `cannot send ${leaf.event}`, false);
  }
  if (leaf.kind !== "run") throw new TypeError(`A step of kind ${leaf.kind} is not run by the app.`);
  await host.pass(leaf.workMs);
  host.stepEnds(call, leaf);
  if (leaf.isFatal || call.attempt < leaf.failures) return failed(call, named, stepError(leaf), leaf.isFatal);
  return { op: "StepRun", ...named, data: stepValue(spec.name, leaf.id, call.data) };
}

/** The message of a step that fails: the same each time, so that what is remembered of it can be checked. */
export function stepError(leaf: Leaf): string {
  return `step ${leaf.id} failed`;
}

function failed(
  call: Call,
  named: { readonly id: string; readonly displayName: string },
  message: string,
  isFatal: boolean,
): Op {
  const isLast = isFatal || call.attempt + 1 >= call.attemptsMax;
  return { op: isLast ? "StepFailed" : "StepError", ...named, error: { name: "Error", message } };
}

/** Reports a step that was found and is not run now: planned, or what the server does for the app. */
export function foundOp(spec: FunctionSpec, call: Call, { leaf, mode }: Found): Op {
  const named = { id: stepIdOf(leaf.id), displayName: leaf.id };
  switch (leaf.kind) {
    case "run":
    case "send":
      return { op: "StepPlanned", ...named, ...modeOf(mode) };
    case "sleep":
      return { op: "Sleep", ...named, name: formatDuration(leaf.sleepMs), ...modeOf(mode) };
    case "wait":
      return {
        op: "WaitForEvent",
        ...named,
        name: leaf.event,
        opts: {
          timeout: formatDuration(leaf.timeoutMs),
          ...(leaf.sameKey ? { if: "async.data.k == event.data.k" } : {}),
          ...(mode === "race" ? { parallelMode: mode } : {}),
        },
      };
    case "invoke":
      return {
        op: "InvokeFunction",
        ...named,
        opts: {
          function_id: slugOf(leaf.target),
          payload: { data: { n: invokedNumber(spec.name, leaf.id, call.data.n), k: call.data.k } },
          timeout: formatDuration(leaf.timeoutMs),
        },
      };
    case "signal":
      return {
        op: "WaitForSignal",
        ...named,
        opts: {
          signal: signalName(call.data.k),
          timeout: formatDuration(leaf.timeoutMs),
          conflict: leaf.conflict,
        },
      };
    case "fetch":
      return { op: "Gateway", ...named, opts: { url: `http://elsewhere.sim/${leaf.id}`, method: "GET" } };
    case "defer":
      return { op: "None", ...named };
  }
}

/** Functions to start when the run ends, as far as the server does not know of them. */
export function lazyOps(spec: FunctionSpec, call: Call): Op[] {
  return leavesOf(spec.program).flatMap((leaf) => {
    const id = stepIdOf(leaf.id);
    if (leaf.kind !== "defer" || call.defers.has(id)) return [];
    const input = { n: invokedNumber(spec.name, leaf.id, call.data.n), k: call.data.k };
    return [{ op: "DeferAdd", id, displayName: leaf.id, opts: { fn_slug: slugOf(leaf.target), input } }];
  });
}

/** The `n` of the event an invoked or deferred function gets: decided by who asks. */
export function invokedNumber(functionName: string, id: string, n: number): number {
  return hash32(`${functionName}/${id}/${n}/invoked`);
}

/** Runs whose events have the same key wait for the same signal. */
export function signalName(k: number): string {
  return `signal-${k}`;
}

function modeOf(mode: Found["mode"]): { readonly opts?: Readonly<Record<string, unknown>> } {
  return mode === "race" ? { opts: { parallelMode: "race" } } : {};
}
