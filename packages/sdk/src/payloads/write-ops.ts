import type { WireError } from "@holdfast/protocol";
import { toWireError } from "../errors/to-wire-error.ts";
import type { DraftNote, DraftOp } from "./draft-op.ts";
import { plainValue } from "./plain-value.ts";
import type { Passage } from "./passage.ts";
import { atOutcome, atStep } from "./run-place.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Ops as the JSON text of an array (wire-protocol 7.1, 7.2), for an answer or a checkpoint alike. Each kind has its list of
 * fields, and every value of the app's passes the stage on its way: there is no other way out for a step.
 *
 * In clear stay what the server must act on: op codes, ids, a sleep's end, the names of events and signals, conditions,
 * time-outs, the function an invoke or a defer names, and what a `Gateway` or `AIGateway` asks for. A stage that seals
 * never sees those two: such steps then run in the app.
 *
 * @throws PayloadFailure what the stage throws; HoldfastError `value_invalid` for a value that is no JSON.
 */
export async function writeOps(ops: readonly DraftOp[], passage: Passage): Promise<string> {
  const written: Fields[] = [];
  for (const op of ops) written.push(await writeOp(op, passage));
  return JSON.stringify(written);
}

/** A function's result as the body of a 200. */
export async function writeOutput(value: unknown, { stage, run }: Passage): Promise<string> {
  const sealed = await stage.seal(
    plainValue(value, "The function's result"),
    atOutcome(run, "function-output"),
  );
  return JSON.stringify(sealed ?? null);
}

/** What a function failed with, as the body of a 500 or 400. */
export async function writeFailure(error: unknown, passage: Passage): Promise<string> {
  const { stage, run, classes } = passage;
  const sealed = await stage.sealError(toWireError(error, classes), atOutcome(run, "function-error"));
  return JSON.stringify(errorFields(sealed));
}

async function writeOp(op: DraftOp, passage: Passage): Promise<Fields> {
  const { stage, run, classes } = passage;
  switch (op.op) {
    case "StepPlanned":
      return { op: op.op, ...(await appStep(op, passage)) };
    case "StepRun": {
      const data = plainValue(op.data, `The result of step "${op.userlandId}"`);
      return {
        op: op.op,
        ...(await appStep(op, passage)),
        data: (await stage.seal(data, atStep(run, "step-output", op.id))) ?? null,
        ...(op.notes.length === 0 ? {} : { metadata: await notes(op.notes, op.id, passage) }),
      };
    }
    case "StepError":
    case "StepFailed": {
      const error = await stage.sealError(toWireError(op.error, classes), atStep(run, "step-error", op.id));
      return { op: op.op, ...(await appStep(op, passage)), error: errorFields(error) };
    }
    case "Sleep":
      return { op: op.op, ...names(op, passage), name: op.until, ...options(parallel(op)) };
    case "WaitForEvent":
      return {
        op: op.op,
        ...names(op, passage),
        name: op.event,
        opts: {
          timeout: op.timeout,
          ...(op.condition === null ? {} : { if: op.condition }),
          ...(op.lookBack === null ? {} : { lookBack: op.lookBack }),
          ...parallel(op),
        },
      };
    case "WaitForSignal":
      return {
        op: op.op,
        ...names(op, passage),
        name: op.signal,
        opts: { signal: op.signal, timeout: op.timeout, conflict: op.conflict, ...parallel(op) },
      };
    case "InvokeFunction":
      return {
        op: op.op,
        ...names(op, passage),
        opts: {
          function_id: `${op.app}-${op.functionId}`,
          payload: {
            data: await targetData(op, "invoke-input", passage),
            ...(op.version === null ? {} : { v: op.version }),
            ...(op.meta === undefined ? {} : { meta: op.meta }),
          },
          ...(op.timeout === null ? {} : { timeout: op.timeout }),
          ...parallel(op),
        },
      };
    case "Gateway": {
      const { url, method, headers, body } = op.request;
      return {
        op: op.op,
        ...names(op, passage),
        opts: { url, method, headers, ...(body === null ? {} : { body }), ...parallel(op) },
      };
    }
    case "AIGateway": {
      const { url, headers, authKey, format, body } = op.request;
      return {
        op: op.op,
        ...names(op, passage),
        opts: { type: "step.ai.infer", url, headers, auth_key: authKey, format, body, ...parallel(op) },
      };
    }
    case "DeferAdd":
      return {
        op: op.op,
        ...names(op, passage),
        opts: {
          fn_slug: `${op.app}-${op.functionId}`,
          input: await targetData(op, "deferred-input", passage),
          ...(op.meta === undefined ? {} : { meta: op.meta }),
        },
      };
    case "DeferAbort":
      return { op: op.op, ...names(op, passage), opts: { target_hashed_id: op.target } };
    case "RunComplete": {
      const data = plainValue(op.data, "The function's result");
      return {
        op: op.op,
        id: op.id,
        data: (await stage.seal(data, atOutcome(run, "function-output"))) ?? null,
      };
    }
    case "DiscoveryRequest":
      return { op: op.op, id: op.id };
  }
}

type StepOp = Exclude<DraftOp, { readonly op: "RunComplete" | "DiscoveryRequest" }>;

/** Id and names of a step. */
function names(op: StepOp, { stage, run }: Passage): Fields {
  const at = atStep(run, "metadata", op.id);
  return {
    id: op.id,
    displayName: stage.sealName(op.displayName, at),
    userland: {
      id: stage.sealName(op.userlandId, at),
      ...("index" in op && op.index !== undefined ? { index: op.index } : {}),
    },
  };
}

async function appStep(
  op: DraftOp & { readonly op: "StepPlanned" | "StepRun" | "StepError" | "StepFailed" },
  passage: Passage,
): Promise<Fields> {
  const { stage, run } = passage;
  const input: unknown[] = [];
  for (const [index, value] of (op.input ?? []).entries()) {
    const plain = plainValue(value, `Argument ${index} of step "${op.userlandId}"`);
    input.push(await stage.seal(plain, atStep(run, "step-input", op.id, index)));
  }
  return {
    ...names(op, passage),
    name: stage.sealName(op.userlandId, atStep(run, "metadata", op.id)),
    ...options({
      ...(op.type === null ? {} : { type: op.type }),
      ...(op.input === null ? {} : { input }),
      ...parallel(op),
    }),
  };
}

async function targetData(
  op: DraftOp & { readonly op: "InvokeFunction" | "DeferAdd" },
  kind: "invoke-input" | "deferred-input",
  { stage, run }: Passage,
): Promise<Fields> {
  // An object stays an object in JSON.
  const data = plainValue(op.data, `The data of step "${op.userlandId}"`) as Fields;
  const at = { kind, environment: run.environment, app: op.app, functionId: op.functionId };
  return kind === "invoke-input"
    ? stage.sealData(data, at, { runId: run.runId, stepId: op.id })
    : stage.sealData(data, at);
}

async function notes(all: readonly DraftNote[], stepId: string, { stage, run }: Passage): Promise<Fields[]> {
  const written: Fields[] = [];
  for (const [index, { kind, values }] of all.entries()) {
    const plain = plainValue(values, `A note of kind "${kind}"`);
    const sealed = await stage.seal(plain, atStep(run, "metadata", stepId, index));
    // The server keeps an object; what a stage writes instead of one is put into one.
    const kept =
      typeof sealed === "object" && sealed !== null && !Array.isArray(sealed) ? sealed : { sealed };
    written.push({ kind, scope: "step", op: "set", values: kept });
  }
  return written;
}

function parallel(op: DraftOp): Fields {
  return "parallelMode" in op && op.parallelMode !== undefined ? { parallelMode: op.parallelMode } : {};
}

function options(opts: Fields): Fields {
  return Object.keys(opts).length === 0 ? {} : { opts };
}

/** An error by the fields the protocol has for one. */
function errorFields(error: WireError): Fields {
  const { name, message, stack, data, cause, noRetry } = error;
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(data === undefined ? {} : { data }),
    ...(cause === undefined ? {} : { cause }),
    ...(noRetry === undefined ? {} : { noRetry }),
  };
}
