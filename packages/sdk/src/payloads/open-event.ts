import type { WireError } from "@holdfast/protocol";
import type { ReceivedEvent } from "../events/contract.ts";
import type { EventData, PayloadStage, ReplyTo } from "./contract.ts";
import { ENDPOINT_EVENT, endpointId, openEndpointRequest } from "./endpoint-request.ts";
import { atEndpointAnswer } from "./run-place.ts";

/** Where an event is read. */
export interface EventPlace {
  readonly environment: string;
  readonly app: string;
  /** The function that reads it, without the app's id; absent where none does. */
  readonly functionId?: string;
  /** The run that reads it, when one does. */
  readonly runId?: string;
}

/** An event, opened, and the step that its sender made it for. */
export interface OpenedEvent {
  readonly event: ReceivedEvent;
  /** Set for the event of an invoke: the run's outcome is for this step. */
  readonly replyTo: ReplyTo | null;
}

/**
 * Opens a received event: `data`, and of the server's own events (wire-protocol 2.8) the parts that apps wrote: the events
 * that started a run, and its outcome. What the server adds to `data` under `_inngest` stays as it is.
 *
 * @throws what the stage throws.
 */
export async function openEvent(
  event: ReceivedEvent,
  stage: PayloadStage,
  at: EventPlace,
): Promise<OpenedEvent> {
  switch (event.name) {
    case "inngest/function.finished":
    case "inngest/function.failed":
    case "inngest/function.cancelled":
      return { event: { ...event, data: await openEnding(event.data, stage, at) }, replyTo: null };
    case "inngest/function.invoked":
      return openInput(event, "invoke-input", stage, at);
    case "inngest/deferred.schedule":
      return openInput(event, "deferred-input", stage, at);
    case ENDPOINT_EVENT:
      return { event: { ...event, data: await openEndpointRequest(event.data, stage, at) }, replyTo: null };
    case "inngest/scheduled.timer":
      // The server's alone: there is nothing in it that an app wrote.
      return { event, replyTo: null };
    default: {
      const { environment, app } = at;
      const opened = await stage.openData(event.data, {
        kind: "event",
        environment,
        app,
        name: event.name,
        eventId: event.id,
      });
      return { event: { ...event, data: opened.data }, replyTo: null };
    }
  }
}

/** What starts a run by itself: written by one app for one function. */
async function openInput(
  event: ReceivedEvent,
  kind: "invoke-input" | "deferred-input",
  stage: PayloadStage,
  { environment, app, functionId = "" }: EventPlace,
): Promise<OpenedEvent> {
  const { _inngest: routing, ...written } = event.data;
  const { data, replyTo } = await stage.openData(written, { kind, environment, app, functionId });
  const whole = routing === undefined ? data : { ...data, _inngest: routing };
  return { event: { ...event, data: whole }, replyTo: replyTo ?? null };
}

/** The end of a run: its events as its function had them, its result or error as it gave them. */
async function openEnding(data: EventData, stage: PayloadStage, at: EventPlace): Promise<EventData> {
  const runId = typeof data["run_id"] === "string" ? data["run_id"] : "";
  const started = data["event"];
  const request = isEvent(started) && started.name === ENDPOINT_EVENT ? started.data : null;
  const { environment } = at;
  // The app that began the run; some servers keep no more of a request than they know.
  const app = typeof request?.["app"] === "string" ? request["app"] : at.app;
  const ended =
    request === null
      ? functionOf(data["function_id"], at)
      : { environment, app, functionId: endpointId(request), runId };
  const first = isEvent(started) ? await openEvent(started, stage, ended) : null;
  const events: unknown[] = [];
  for (const each of Array.isArray(data["events"]) ? data["events"] : []) {
    events.push(isEvent(each) ? (await openEvent(each, stage, ended)).event : each);
  }
  const replyTo = first?.replyTo ?? null;
  const outcome = { ...ended, runId, ...(replyTo === null ? {} : { replyTo }) };
  const { error, result } = data;
  return {
    ...data,
    ...(first === null ? {} : { event: first.event }),
    ...(data["events"] === undefined ? {} : { events }),
    ...(isWireError(error)
      ? { error: await stage.openError(error, { kind: "function-error", ...outcome }) }
      : {}),
    ...(result === undefined
      ? {}
      : {
          result: await stage.open(
            result,
            request === null
              ? { kind: "function-output", ...outcome }
              : atEndpointAnswer({ environment, app, runId }),
          ),
        }),
  };
}

/** The app and the function of a slug: this app's where the slug begins with it, else what is before the first dash. */
function functionOf(slug: unknown, { environment, app }: EventPlace): Required<Omit<EventPlace, "runId">> {
  const text = typeof slug === "string" ? slug : "";
  const end = text.startsWith(`${app}-`) ? app.length : text.indexOf("-");
  return { environment, app: end < 0 ? app : text.slice(0, end), functionId: text.slice(end + 1) };
}

function isEvent(value: unknown): value is ReceivedEvent {
  return isFields(value) && typeof value["name"] === "string" && isFields(value["data"]);
}

function isWireError(value: unknown): value is WireError {
  return isFields(value) && typeof value["name"] === "string" && typeof value["message"] === "string";
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
