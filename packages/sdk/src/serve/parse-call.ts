import { Header, HoldfastError, LIMITS } from "@holdfast/protocol";
import type { ReceivedEvent } from "../events/contract.ts";
import type { Call, Memo } from "../execution/contract.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A call, and whether its events and memos are still to be fetched because the request had no room for them. */
export interface ParsedCall {
  readonly call: Call;
  readonly isStateElsewhere: boolean;
}

/** `stepId` of a call that runs whatever comes next. */
const WHOLE_FUNCTION = "step";

/**
 * Reads a verified call (wire-protocol 5.1, 5.2). What the body and a header both say must be the same: of the two only
 * the body is covered by every signature. Fields that are not known are left alone.
 *
 * @throws HoldfastError `request_invalid`, which names the field and not its value.
 */
export function parseCall(request: {
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | null;
  readonly slug: string;
  /** Used when the server does not say how many attempts there are. */
  readonly retries: number;
}): ParsedCall {
  const { query, header } = request;
  const body = fieldsOf(request.body, "the body");
  const ctx = fieldsOf(body["ctx"], "ctx");
  const runId = textOf(ctx["run_id"], "ctx.run_id");
  if (runId === "") throw invalid("ctx.run_id is empty");
  agree(header(Header.runId), runId, Header.runId);
  const generationId = generationOf(ctx["generation_id"], header(Header.generationId));
  const isStateElsewhere = ctx["use_api"] === true || body["use_api"] === true;
  const event = parseEvent(body["event"], "event");
  const events = isStateElsewhere || body["events"] === undefined ? [] : parseEvents(body["events"]);
  const stepId = query.get("stepId") ?? WHOLE_FUNCTION;
  const targetStepId = stepId === WHOLE_FUNCTION || stepId === "" ? null : stepId;
  const isPlanOnly = ctx["disable_immediate_execution"] === true;
  const memos = isStateElsewhere || body["steps"] === undefined ? NO_MEMOS : parseMemos(body["steps"]);
  const attempt = countOf(ctx["attempt"] ?? 0, "ctx.attempt");
  const call: Call = {
    slug: request.slug,
    runId,
    requestId: optionalText(ctx["request_id"], "ctx.request_id") ?? header(Header.requestId) ?? "",
    jobId: optionalText(ctx["job_id"], "ctx.job_id") ?? header(Header.jobId) ?? "",
    attempt,
    maxAttempts: countOf(ctx["max_attempts"] ?? request.retries + 1, "ctx.max_attempts"),
    event,
    events: events.length === 0 ? [event] : events,
    memos,
    stack: stackOf(ctx["stack"], memos),
    abortable: abortableOf(body["defers"]),
    targetStepId,
    isPlanOnly,
    requestVersion: versionOf(body["version"], header(Header.requestVersion)),
    checkpoint: targetStepId !== null || isPlanOnly ? null : checkpointOf(ctx, generationId),
  };
  return { call, isStateElsewhere };
}

/**
 * The events of a call, as an array of `batch` or of the body.
 *
 * @throws HoldfastError `request_invalid`.
 */
export function parseEvents(value: unknown): readonly ReceivedEvent[] {
  if (!Array.isArray(value)) throw invalid("events is not an array");
  return value.map((item, index) => parseEvent(item, `events[${index}]`));
}

/**
 * The finished steps of a run by their hashed ids.
 *
 * @throws HoldfastError `request_invalid`.
 */
export function parseMemos(value: unknown): ReadonlyMap<string, Memo> {
  return new Map(Object.entries(fieldsOf(value, "steps")));
}

const NO_MEMOS: ReadonlyMap<string, Memo> = new Map();

function parseEvent(value: unknown, place: string): ReceivedEvent {
  const event = fieldsOf(value, place);
  const { id, ts, v } = event;
  const user = event["user"] ?? undefined;
  const meta = event["meta"] ?? undefined;
  return {
    name: textOf(event["name"], `${place}.name`),
    data: fieldsOf(event["data"] ?? {}, `${place}.data`),
    id: optionalText(id, `${place}.id`) ?? "",
    ts: ts === undefined || ts === null ? 0 : numberOf(ts, `${place}.ts`),
    ...(typeof v === "string" ? { v } : {}),
    ...(user === undefined ? {} : { user: fieldsOf(user, `${place}.user`) }),
    ...(meta === undefined ? {} : { meta: fieldsOf(meta, `${place}.meta`) }),
  };
}

function stackOf(value: unknown, memos: ReadonlyMap<string, Memo>): readonly string[] {
  const items = value === undefined || value === null ? [] : fieldsOf(value, "ctx.stack")["stack"];
  if (items === undefined || items === null) return [...memos.keys()];
  if (!Array.isArray(items)) throw invalid("ctx.stack.stack is not an array");
  if (items.length > LIMITS.stepsPerRunCount)
    throw invalid(`ctx.stack.stack has more than ${LIMITS.stepsPerRunCount} steps`);
  const stack = items.map((item, index) => textOf(item, `ctx.stack.stack[${index}]`));
  return stack.length === 0 ? [...memos.keys()] : stack;
}

function abortableOf(value: unknown): ReadonlySet<string> {
  if (value === undefined || value === null) return new Set();
  return new Set(
    Object.entries(fieldsOf(value, "defers")).flatMap(([id, defer]) =>
      fieldsOf(defer, "defers")["abortable"] === true ? [id] : [],
    ),
  );
}

/** The header has what was stored with the run; an older server puts it into the body alone. Never 0. */
function versionOf(body: unknown, header: string | null): number {
  if (header === "1" || header === "2") return Number(header);
  const version = body ?? -1;
  if (version === -1 || version === 1 || version === 2) return version;
  throw invalid("version is not -1, 1 or 2");
}

function checkpointOf(ctx: Fields, generationId: number | null): Call["checkpoint"] {
  const functionId = optionalText(ctx["fn_id"], "ctx.fn_id") ?? "";
  const queueItemId = optionalText(ctx["qi_id"], "ctx.qi_id") ?? "";
  return functionId === "" || queueItemId === "" ? null : { functionId, queueItemId, generationId };
}

function generationOf(body: unknown, header: string | null): number | null {
  if (body !== undefined && body !== null) {
    const generation = countOf(body, "ctx.generation_id");
    agree(header, String(generation), Header.generationId);
    return generation;
  }
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function agree(header: string | null, body: string, name: string): void {
  if (header !== null && header !== body) throw invalid(`the header ${name} and the body disagree`);
}

function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`${place} is not an object`);
  // A JSON object may be read by any name; what is found is unknown and checked as such.
  return value as Fields;
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== "string") throw invalid(`${place} is not text`);
  return value;
}

function optionalText(value: unknown, place: string): string | null {
  return value === undefined || value === null ? null : textOf(value, place);
}

function numberOf(value: unknown, place: string): number {
  if (typeof value !== "number") throw invalid(`${place} is not a number`);
  return value;
}

function countOf(value: unknown, place: string): number {
  const count = numberOf(value, place);
  if (!Number.isSafeInteger(count) || count < 0) throw invalid(`${place} is not a count`);
  return count;
}

function invalid(reason: string): HoldfastError {
  return new HoldfastError("request_invalid", `Cannot read the call: ${reason}.`);
}
