import type { PayloadKind, PayloadPosition } from "holdfast";
import type { SealedForm, SealedPosition } from "./position-text.ts";

/** A part of a position that a seal may be bound to. */
export type PositionPart = Exclude<keyof PayloadPosition, "kind">;

/**
 * How a part is held against the reader's: `exact`, equal or absent on both sides; `written`, equal if the writer knew
 * it; `asked`, equal if the reader knows it.
 */
type Binding = "exact" | "written" | "asked";
type Bindings = Partial<Readonly<Record<PositionPart, Binding>>>;

const IN_FUNCTION = { environment: "exact", app: "exact", functionId: "exact" } as const;
const IN_STEP = { ...IN_FUNCTION, runId: "exact", stepId: "exact", index: "exact" } as const;
/** The parent of a run knows the step to which it replies, others know its run: each asks for what it knows. */
const OUTCOME = { ...IN_FUNCTION, runId: "asked", replyTo: "asked" } as const;

/**
 * What each kind of value is bound to. Parts that are not named are unknown to one of the two sides, as the app that sent
 * an event is to its receivers, and do not stand in the envelope.
 */
const BINDINGS: Readonly<Record<PayloadKind, Bindings>> = {
  // Without an id of its sender's an event gets one from the server, which the sender could not seal.
  event: { environment: "exact", name: "exact", eventId: "written" },
  "step-input": IN_STEP,
  "step-output": IN_STEP,
  "step-error": IN_STEP,
  "function-output": OUTCOME,
  "function-error": OUTCOME,
  // The run that an invoke starts does not know its parent before it has opened this.
  "invoke-input": IN_FUNCTION,
  "deferred-input": IN_FUNCTION,
  signal: { environment: "exact", name: "exact" },
  realtime: { environment: "exact", name: "exact" },
  "endpoint-request": { ...IN_FUNCTION, runId: "asked" },
  "endpoint-response": { ...IN_FUNCTION, runId: "asked" },
  metadata: { ...IN_STEP, name: "exact" },
};

const PARTS: readonly PositionPart[] = [
  "environment",
  "app",
  "functionId",
  "runId",
  "stepId",
  "index",
  "name",
  "eventId",
  "replyTo",
];

/** The position as it is written into an envelope: what the kind is bound to, and nothing else. */
export function boundPosition(at: PayloadPosition, form: SealedForm): SealedPosition {
  const bindings = BINDINGS[at.kind];
  const { functionId, runId, stepId, index, name, eventId, replyTo } = at;
  const isBound = (part: PositionPart, value: unknown): boolean => value !== undefined && part in bindings;
  return {
    form,
    kind: at.kind,
    environment: at.environment,
    app: "app" in bindings ? at.app : "",
    ...(functionId !== undefined && isBound("functionId", functionId) ? { functionId } : {}),
    ...(runId !== undefined && isBound("runId", runId) ? { runId } : {}),
    ...(stepId !== undefined && isBound("stepId", stepId) ? { stepId } : {}),
    ...(index !== undefined && isBound("index", index) ? { index } : {}),
    ...(name !== undefined && isBound("name", name) ? { name } : {}),
    ...(eventId !== undefined && isBound("eventId", eventId) ? { eventId } : {}),
    ...(replyTo !== undefined && isBound("replyTo", replyTo) ? { replyTo } : {}),
  };
}

/** Which part of a position is not the one that the reader expects; null when all are. */
export function misplacedPart(
  written: SealedPosition,
  expected: PayloadPosition,
  form: SealedForm,
): PositionPart | "kind" | "form" | null {
  if (written.form !== form) return "form";
  if (written.kind !== expected.kind) return "kind";
  const bindings = BINDINGS[expected.kind];
  // A reader who knows neither would accept the outcome of any run.
  if (bindings === OUTCOME && expected.runId === undefined && expected.replyTo === undefined) return "runId";
  return PARTS.find((part) => !fits(bindings[part], written, expected, part)) ?? null;
}

function fits(
  binding: Binding | undefined,
  written: SealedPosition,
  expected: PayloadPosition,
  part: PositionPart,
): boolean {
  switch (binding) {
    case undefined:
      return true;
    case "exact":
      return isSame(written, expected, part);
    case "written":
      return written[part] === undefined || isSame(written, expected, part);
    case "asked":
      return expected[part] === undefined || isSame(written, expected, part);
  }
}

function isSame(written: PayloadPosition, expected: PayloadPosition, part: PositionPart): boolean {
  if (part === "replyTo") {
    const [left, right] = [written.replyTo, expected.replyTo];
    return left?.runId === right?.runId && left?.stepId === right?.stepId;
  }
  const [left, right] = [written[part], expected[part]];
  return typeof right === "string" ? left === right.toWellFormed() : left === right;
}
