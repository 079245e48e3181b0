import { Header, HoldfastError, LIMITS } from "@holdfast/protocol";
import type { EventPayload } from "../events/contract.ts";
import { checkEventData, checkEventForm } from "../events/check-event.ts";
import type { MiddlewareStack } from "../middleware/contract.ts";
import { sealEvent } from "../payloads/seal-event.ts";
import type { World } from "../platform/contract.ts";
import { utf8 } from "../platform/utf8.ts";
import { SDK_NAME } from "../serve/sdk-version.ts";
import type { ApiAnswer, ClientState } from "./contract.ts";
import { rawAnswer, untilAnswered } from "./repeat.ts";

/** What an app that has no event key sends in its place to a development server, as other SDKs do. */
const NO_KEY = "NO_EVENT_KEY_SET";

/** Ids that the server gave, in the order of the events. */
export interface SentEvents {
  readonly ids: readonly string[];
}

/**
 * Sends events, from outside a run and from within: fills in what is missing, lets middleware change them, checks them,
 * seals them, and posts them until the server answers. A repeated request carries the same seed, from which the server
 * makes the ids, so that no event is there twice.
 *
 * @throws HoldfastError `event_…` for an event that cannot be sent, `events_too_many`; then nothing was sent.
 * `unauthenticated`, `server_unreachable`, `request_failed` when the server does not take them. None shows the key.
 */
export async function sendEvents(
  state: ClientState,
  events: readonly EventPayload[],
  options: { readonly stack: MiddlewareStack; readonly environment?: string },
): Promise<SentEvents> {
  const { stack, environment = state.environment } = options;
  for (const event of events) checkEventForm(event);
  const changed = await stack.sendEvents(events.map((event) => withDefaults(event, state.world)));
  for (const event of changed) {
    checkEventForm(event);
    await checkEventData(event);
  }
  if (changed.length === 0) return { ids: [] };
  if (changed.length > LIMITS.eventsPerRequestCount) {
    throw new HoldfastError(
      "events_too_many",
      `Cannot send ${changed.length} events at once: at most ${LIMITS.eventsPerRequestCount} fit one request.`,
    );
  }
  const texts: string[] = [];
  for (const event of changed) texts.push(await writeEvent(event, state, environment));
  return stack.wrapSendEvent(changed, () => post(state, `[${texts.join(",")}]`, environment));
}

/** The event with its own symbol, by which it is checked, and nothing else added but what it lacks. */
function withDefaults(event: EventPayload, world: World): EventPayload {
  return { ...event, data: event.data ?? {}, ts: event.ts ?? world.now() };
}

async function writeEvent(event: EventPayload, state: ClientState, environment: string): Promise<string> {
  const text = JSON.stringify(await sealEvent(event, state.stage, { environment, app: state.app }));
  if (utf8(text).length <= LIMITS.eventBytes) return text;
  throw new HoldfastError(
    "event_too_large",
    `Cannot send the event "${event.name}": it is larger than ${LIMITS.eventBytes} bytes.`,
  );
}

async function post(state: ClientState, body: string, environment: string): Promise<SentEvents> {
  const { world } = state;
  const key = state.eventKey ?? null;
  if (key === null && state.mode === "production") {
    throw new HoldfastError("unauthenticated", "Cannot send events: the client has no event key.", {
      next: "Set HOLDFAST_EVENT_KEY to an event key of the server.",
    });
  }
  const url = `${state.eventOrigin}/e/${encodeURIComponent(key ?? NO_KEY)}`;
  const headers = {
    "content-type": "application/json",
    [Header.sdk]: SDK_NAME,
    [Header.eventIdSeed]: seed(world),
    ...(environment === "" ? {} : { [Header.environment]: environment }),
  };
  const answer = await untilAnswered(world, {
    what: "POST /e/(event key)",
    isRepeatable: true,
    send: async (signal) =>
      rawAnswer(await world.fetch(url, { method: "POST", headers, body, signal, redirect: "manual" })),
  });
  return readAnswer(answer, key);
}

/** An instant and ten random bytes, of which the server makes the ids of this request's events. */
function seed(world: World): string {
  return `${world.now()},${btoa(String.fromCharCode(...world.random(10)))}`;
}

function readAnswer({ status, body }: ApiAnswer, key: string | null): SentEvents {
  const fields: Readonly<Record<string, unknown>> =
    typeof body === "object" && body !== null ? { ...body } : {};
  const { ids, error } = fields;
  if (
    status >= 200 &&
    status < 300 &&
    isTexts(ids) &&
    (error === undefined || error === null || error === "")
  )
    return { ids };
  const said = typeof error === "string" && error !== "" ? withoutKey(error, key) : "it gave no reason";
  const code = status === 401 ? "unauthenticated" : status === 403 ? "forbidden" : "request_failed";
  throw new HoldfastError(code, `The server did not take the events (HTTP ${status}): ${said}.`, {
    details: { status },
    ...(code === "unauthenticated" ? { next: "Set HOLDFAST_EVENT_KEY to an event key of the server." } : {}),
  });
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** What a server says may quote what it was asked. */
function withoutKey(text: string, key: string | null): string {
  const shown = text.replace(/\.$/, "").slice(0, 500);
  return key === null ? shown : shown.replaceAll(key, "(event key)");
}
