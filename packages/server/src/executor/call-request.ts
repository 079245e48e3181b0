import { Header, LIMITS } from "@holdfast/protocol";
import type { FunctionDefinition } from "#registry";
import type { QueueItem } from "#store";
import type { RunState } from "./run-state.ts";

/** The fixed account of a single-tenant server (wire-protocol 1.5). */
const ACCOUNT_ID = "00000000-0000-4000-a000-000000000000";

const HEX = /^[0-9a-f]+$/;

/** A call to an app, ready to be signed and sent. */
export interface CallRequest {
  readonly url: string;
  /** Everything but the signature. */
  readonly headers: Readonly<Record<string, string>>;
  /** Canonical JSON (RFC 8785): what is signed is, byte for byte, what is sent. */
  readonly body: string;
}

/** What makes one call different from the next. */
export interface CallIdentity {
  readonly requestId: string;
  /** W3C trace context of this call, `traceparent`. */
  readonly traceparent: string;
}

/**
 * Builds a call (wire-protocol section 5) by splicing JSON fragments that were made canonical when they arrived:
 * nothing is parsed or serialised again, and the keys are written in canonical order by hand.
 *
 * When the body would pass the inline limit, events and steps are left out and the app is told to fetch them.
 * `isSignedV2` writes down that the call also has a signature of v2, where the protocol's own covers it: whoever takes the
 * one away cannot take the note away.
 */
export function callRequest(
  state: RunState,
  item: QueueItem,
  definition: FunctionDefinition,
  identity: CallIdentity,
  isSignedV2 = false,
): CallRequest {
  const write = (useApi: boolean): string => body(state, item, definition, identity, useApi, isSignedV2);
  const inline = write(false);
  const fits =
    inline.length <= LIMITS.inlineRequestBytes && Buffer.byteLength(inline) <= LIMITS.inlineRequestBytes;
  return {
    url: `${definition.url}${definition.url.includes("?") ? "&" : "?"}stepId=${encodeURIComponent(item.stepId ?? "step")}`,
    headers: callHeaders(state, item, identity),
    body: fits ? inline : write(true),
  };
}

/** The headers of a call: which run and which of its items it is for, and its place in a trace. All but the signature. */
export function callHeaders(
  state: RunState,
  item: QueueItem,
  identity: CallIdentity,
): Record<string, string> {
  const { run } = state;
  const fields: Record<string, string> = {
    "content-type": "application/json",
    [Header.runId]: run.id,
    [Header.requestId]: identity.requestId,
    [Header.generationId]: String(item.generation),
    [Header.jobId]: headerText(jobId(item)),
    [Header.requestVersion]: String(run.requestVersion),
    [Header.accountId]: ACCOUNT_ID,
    traceparent: identity.traceparent,
  };
  if (item.stepId !== null) fields[Header.stepId] = headerText(item.stepId);
  return fields;
}

/** Ids may be any text, and a header may not: what is not visible ASCII travels percent-encoded. */
function headerText(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}

/** Names the item across its retries. */
function jobId(item: QueueItem): string {
  return `${item.runId}:${item.key}`;
}

function body(
  state: RunState,
  item: QueueItem,
  definition: FunctionDefinition,
  identity: CallIdentity,
  useApi: boolean,
  isSignedV2: boolean,
): string {
  const { run, events, steps } = state;
  const stack = stackItems(steps);
  const defers = deferFields(state.defers);
  const ctx =
    `{"attempt":${item.attempt}` +
    `,"disable_immediate_execution":${run.forcePlan}` +
    `,"env":""` +
    functionField(state, definition) +
    `,"generation_id":${item.generation}` +
    `,"job_id":${JSON.stringify(jobId(item))}` +
    `,"max_attempts":${definition.attemptsMax}` +
    `,"qi_id":${JSON.stringify(item.key)}` +
    `,"request_id":"${identity.requestId}"` +
    `,"run_id":"${run.id}"` +
    (isSignedV2 ? `,"signatures":"v2"` : "") +
    `,"stack":{"current":${steps.size},"stack":[${stack}]}` +
    `,"step_id":"step"` +
    `,"use_api":${useApi}}`;
  const event = events[0] ?? "null";
  const eventList = useApi ? "" : events.join(",");
  const memos = useApi ? "" : memoFields(steps, state.inputs);
  return `{"ctx":${ctx}${defers === "" ? "" : `,"defers":{${defers}}`},"event":${event},"events":[${eventList}],"steps":{${memos}},"use_api":${useApi},"version":${run.requestVersion}}`;
}

/**
 * The function's id, which tells SDKs that they may checkpoint. The TypeScript SDK takes an override of a step's arguments
 * (15.7) for the step's result while it does, so it is not told as long as there is one.
 */
function functionField(state: RunState, definition: FunctionDefinition): string {
  return state.inputs.size > 0 ? "" : `,"fn_id":"${definition.id}"`;
}

/** Every memo, and every override of a step's arguments, under its step id, in canonical key order. */
export function memoFields(steps: RunState["steps"], inputs: RunState["inputs"]): string {
  // The default sort compares UTF-16 code units, which is the order RFC 8785 asks for.
  const ids = [...steps.keys(), ...inputs.keys()].sort();
  let fields = "";
  for (const id of ids)
    fields += `${fields === "" ? "" : ","}${quoted(id)}:${steps.get(id) ?? inputs.get(id)}`;
  return fields;
}

/** Deferred functions that may still be called off. */
function deferFields(defers: RunState["defers"]): string {
  let fields = "";
  for (const id of [...defers.keys()].sort()) {
    const isAbortable = defers.get(id)?.isAborted === false;
    fields += `${fields === "" ? "" : ","}${quoted(id)}:{"abortable":${isAbortable}}`;
  }
  return fields;
}

/** The ids of the memoised steps in the order they finished. */
function stackItems(steps: RunState["steps"]): string {
  let items = "";
  for (const id of steps.keys()) items += `${items === "" ? "" : ","}${quoted(id)}`;
  return items;
}

/** Ids that SDKs make are hex and need no escaping; any other text gets what it needs. */
function quoted(id: string): string {
  return HEX.test(id) ? `"${id}"` : JSON.stringify(id);
}
