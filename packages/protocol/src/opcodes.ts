import type { StepId } from "./ids.ts";

/** Every op code an SDK may report, as spelled on the wire. */
export const OP_CODES = [
  "None",
  "Step",
  "StepRun",
  "StepError",
  "StepPlanned",
  "Sleep",
  "WaitForEvent",
  "InvokeFunction",
  "AIGateway",
  "Gateway",
  "WaitForSignal",
  "RunComplete",
  "StepFailed",
  "SyncRunComplete",
  "DiscoveryRequest",
  "DeferAdd",
  "DeferAbort",
  "StepNotFound",
] as const;

export type OpCode = (typeof OP_CODES)[number];

/** An error as it travels: what user code threw, made of plain values. Absent fields are left out, never null. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly data?: unknown;
  readonly cause?: unknown;
  readonly noRetry?: boolean;
}

/** One thing an SDK reports about a run: a step that ran, a sleep that begins, the end of the function. */
export interface Op {
  readonly op: OpCode;
  /** Hashed step id. */
  readonly id: StepId;
  /** What the op carries in its name: a step's label, a sleep's duration, a wait's event. */
  readonly name?: string;
  readonly displayName?: string;
  readonly opts?: Readonly<Record<string, unknown>>;
  /** The step's result. `undefined` when the key was absent. */
  readonly data?: unknown;
  readonly error?: WireError;
  readonly userland?: { readonly id: string; readonly index?: number };
  /** Notes on the step, its attempt or its run: `{kind, scope, op, values}` each. */
  readonly metadata?: readonly unknown[];
}
