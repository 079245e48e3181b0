import { canonicalJson, isHoldfastError, LIMITS, parseDuration } from "@holdfast/protocol";
import type { EventId, FunctionId, WireError } from "@holdfast/protocol";
import { compileExpression, prepareFilter } from "#expressions";
import type { WaitFilter } from "#expressions";
import type { Draft } from "./draft.ts";
import type { InternalEvent } from "./internal-event.ts";
import { timeoutAt } from "./op-rules.ts";
import type { ReportedOp } from "./reported-op.ts";

/**
 * What an op that begins a wait comes to: the step is awaited, or it is finished at once with an error for a memo, or the
 * run must end with an error.
 */
export type WaitOutcome =
  | { readonly kind: "awaited" }
  | { readonly kind: "finished"; readonly error: WireError }
  | { readonly kind: "fatal"; readonly error: WireError };

const AWAITED: WaitOutcome = { kind: "awaited" };

/** `WaitForEvent` (wire-protocol 15.1): the event is named in `opts.event`, or in the op's name. */
export function waitForEvent(draft: Draft, op: ReportedOp): WaitOutcome {
  const eventName = textOf(op.opts["event"]) ?? op.carried ?? "";
  const until = timeoutAt(op, textOf(op.opts["timeout"]) ?? "", draft.now);
  if ("error" in until) return { kind: "fatal", error: until.error };
  const since = lookBackFrom(draft, op);
  if ("error" in since) return { kind: "fatal", error: since.error };
  const condition = textOf(op.opts["if"]);
  const read = filterOf(draft, condition);
  if ("error" in read) return { kind: "fatal", error: read.error };
  const { filter } = read;
  const isNew = draft.schedule({
    kind: "wait",
    id: op.id,
    label: op.label,
    dueAt: until.at,
    note: "step.waiting",
    op: op.op,
    data: canonicalJson({
      event: eventName,
      ...(condition === null ? {} : { if: condition }),
      until: until.at,
    }),
  });
  // A condition that no event can fulfil leaves nothing but the time-out.
  if (isNew && until.at > draft.now && filter !== "never") {
    draft.await({
      effect: "resume",
      key: `step:${op.id}`,
      eventName,
      filter,
      expiresAt: until.at,
      lookBackFrom: since.at,
    });
  }
  return AWAITED;
}

/**
 * From when on an event that is stored already may answer. Unless the wait says otherwise that is a moment ago, and no longer
 * than the run exists: what a step of this run caused may have come before the run got as far as waiting for it. A wait that
 * asks for more (`opts.lookBack`, a duration) may be answered by what came before its run.
 */
function lookBackFrom(draft: Draft, op: ReportedOp): { readonly at: number } | { readonly error: WireError } {
  const asked = op.opts["lookBack"];
  if (asked === undefined || asked === null)
    return { at: Math.max(draft.run.queuedAt, draft.now - LIMITS.waitLookBackMs) };
  const durationMs = typeof asked === "string" ? durationOf(asked) : null;
  const fault =
    durationMs === null || durationMs < 0
      ? "which is not a duration such as 10m"
      : durationMs > LIMITS.waitLookBackMaxMs
        ? `and at most ${LIMITS.waitLookBackMaxMs / 86_400_000} days are allowed`
        : null;
  if (fault === null && durationMs !== null) return { at: draft.now - durationMs };
  const shown = typeof asked === "string" ? `"${asked.slice(0, 40)}"` : typeof asked;
  return {
    error: {
      name: "InvalidLookBack",
      message: `Step "${op.label}" asked to look back for ${shown}, ${fault}.`,
    },
  };
}

function durationOf(text: string): number | null {
  try {
    return Math.ceil(parseDuration(text));
  } catch (error) {
    if (isHoldfastError(error, "duration_invalid")) return null;
    throw error;
  }
}

function filterOf(
  draft: Draft,
  condition: string | null,
): { readonly filter: WaitFilter | "never" | null } | { readonly error: WireError } {
  if (condition === null) return { filter: null };
  try {
    const expression = compileExpression(condition, "filter");
    return { filter: prepareFilter(expression, draft.trigger.event, draft.now) };
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return { error: { name: "InvalidExpression", message: error.message } };
  }
}

/** Finds the end of a child by what it answers to. */
const BY_CORRELATION = "async.data.correlation_id == event.correlation";

/** `InvokeFunction` (15.2): the child is started by an event of its own, in the commit that begins the wait. */
export function invokeFunction(draft: Draft, op: ReportedOp): WaitOutcome {
  const reference = textOf(op.opts["function_id"]) ?? "";
  const timeout = textOf(op.opts["timeout"]);
  const until = timeout === null ? { at: draft.now + LIMITS.invokeMs } : timeoutAt(op, timeout, draft.now);
  if ("error" in until) return { kind: "fatal", error: until.error };
  const target = draft.terms.target(reference);
  if (target === null) {
    return {
      kind: "finished",
      error: { name: "Error", message: `could not find function with ID: ${reference}` },
    };
  }
  const correlation = `${draft.run.id}.${op.id}`;
  const event = invokedEvent(draft, op, { ...target, correlation, expiresAt: until.at });
  const bytes = Buffer.byteLength(event.data) + Buffer.byteLength(event.user ?? "");
  if (bytes > LIMITS.eventBytes) {
    const message = `Step "${op.label}" invokes with ${bytes} bytes; an event may have at most ${LIMITS.eventBytes}.`;
    return { kind: "finished", error: { name: "Error", message } };
  }
  const key = `step:${op.id}`;
  const isNew = draft.schedule({
    kind: "invoke",
    id: op.id,
    label: op.label,
    dueAt: until.at,
    note: "step.invoking",
    op: op.op,
    data: canonicalJson({ correlation, eventId: event.eventId, functionId: target.id, until: until.at }),
  });
  if (!isNew) return AWAITED;
  draft.await({
    effect: "resume",
    key,
    eventName: "inngest/function.finished",
    filter: {
      source: BY_CORRELATION,
      captured: canonicalJson({ correlation }),
      equality: { path: ["data", "correlation_id"], value: correlation },
    },
    expiresAt: until.at,
    lookBackFrom: null,
  });
  draft.emit(event);
  return AWAITED;
}

/** The event that starts the child (2.8): what it was given, and who waits for it. */
function invokedEvent(
  draft: Draft,
  op: ReportedOp,
  target: {
    readonly id: FunctionId;
    readonly slug: string;
    readonly correlation: string;
    readonly expiresAt: number;
  },
): InternalEvent & { readonly eventId: EventId } {
  const payload = fieldsOf(op.opts["payload"]) ?? {};
  const user = fieldsOf(payload["user"]);
  const own = fieldsOf(payload["meta"]);
  const inherited = own?.["propagated_sessions"] ?? draft.trigger.sessions;
  return {
    eventId: draft.terms.eventId(target.correlation, draft.now),
    name: "inngest/function.invoked",
    userId: null,
    data: canonicalJson({
      ...fieldsOf(payload["data"]),
      _inngest: {
        correlation_id: target.correlation,
        expire: target.expiresAt,
        fn_id: target.slug,
        name: op.label,
        source_app_id: draft.terms.appName,
        source_fn_id: draft.run.functionId,
        source_fn_v: draft.run.functionVersion,
      },
    }),
    user: user === null ? null : canonicalJson(user),
    version: textOf(payload["v"]),
    meta: {
      ...(own?.["sessions"] === undefined ? {} : { sessions: own["sessions"] }),
      ...(inherited === undefined ? {} : { propagated_sessions: inherited }),
    },
    invokes: { functionId: target.id, correlation: target.correlation },
  };
}

/** `WaitForSignal` (15.3): a name that only one run of the environment waits for at a time. */
export function waitForSignal(draft: Draft, op: ReportedOp): WaitOutcome {
  const signal = textOf(op.opts["signal"]) ?? "";
  if (signal === "" || signal.length > LIMITS.signalNameChars) {
    const message = `Step "${op.label}" must name a signal of 1 to ${LIMITS.signalNameChars} characters.`;
    return { kind: "fatal", error: { name: "InvalidSignal", message } };
  }
  const until = timeoutAt(op, textOf(op.opts["timeout"]) ?? "", draft.now);
  if ("error" in until) return { kind: "fatal", error: until.error };
  const conflict = op.opts["conflict"] === "replace" ? "replace" : "fail";
  if (conflict === "fail" && draft.terms.signalsTaken.has(signal)) {
    const message = "Signal conflict; signal wait already exists for another run";
    return { kind: "fatal", error: { name: "InngestErrSignalConflict", message } };
  }
  const isNew = draft.schedule({
    kind: "signal",
    id: op.id,
    label: op.label,
    dueAt: until.at,
    note: "step.waiting",
    op: op.op,
    data: canonicalJson({ signal, until: until.at }),
  });
  if (isNew && until.at > draft.now) draft.awaitSignal({ name: signal, key: `step:${op.id}`, conflict });
  return AWAITED;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
