import type { EnvironmentName, ErrorCode, EventId } from "@holdfast/protocol";
import { canonicalJson, HoldfastError, isHoldfastError, LIMITS } from "@holdfast/protocol";
import type { EventRecord } from "#store";
import { isReserved } from "./reserved-name.ts";
import { mergeSessions } from "./sessions.ts";

/** What the event is given by whoever received it. */
export interface Reception {
  readonly id: EventId;
  readonly environment: EnvironmentName;
  /** Unix ms. */
  readonly now: number;
}

/** Why an event is not taken, in the words that the protocol's clients know. */
export interface EventRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Turns one raw event into what is stored (wire-protocol 2.1): checks every field, fills in defaults, and drops
 * `data._inngest`, through which only the server speaks. Unknown fields are left out. Pure.
 */
export function parseEvent(raw: unknown, reception: Reception): EventRecord | EventRefusal {
  try {
    return parse(raw, reception);
  } catch (error) {
    if (isHoldfastError(error)) return { code: error.code, message: error.message };
    throw error;
  }
}

function parse(raw: unknown, { id, environment, now }: Reception): EventRecord {
  if (!isObject(raw))
    refuse("event_invalid", "Request body must contain an event object or an array of event objects");
  const name = parseName(raw["name"]);
  const userId = parseUserId(raw["id"]);
  const ts = parseTime(raw["ts"], now);
  const data = withoutInternals(parseFields(raw["data"], "data"));
  const user = parseFields(raw["user"], "user");
  const version = parseText(raw["v"], "v");
  const sessions = mergeSessions(raw["meta"]);

  const body = canonicalJson({
    data,
    id: userId ?? id,
    name,
    ts,
    user,
    ...(version === null ? {} : { v: version }),
    ...(sessions === null ? {} : { meta: { sessions } }),
  });
  const bytes = Buffer.byteLength(body);
  if (bytes > LIMITS.eventBytes) {
    refuse(
      "event_too_large",
      `Event is over the max size: Max ${LIMITS.eventBytes} bytes / Size ${bytes} bytes`,
    );
  }
  return { id, environment, name, userId, receivedAt: now, ts, body };
}

function parseName(value: unknown): string {
  if (value === undefined || value === null || value === "")
    refuse("event_name_invalid", "event name is empty");
  if (typeof value !== "string")
    refuse("event_name_invalid", `event name must be text, not ${kindOf(value)}`);
  if (value.length > LIMITS.eventNameChars) {
    refuse(
      "event_name_invalid",
      `event name has ${value.length} characters; at most ${LIMITS.eventNameChars} are allowed`,
    );
  }
  if (isReserved(value)) {
    refuse("event_name_reserved", `event name is reserved for internal use: ${value}`);
  }
  if (!isPlainText(value))
    refuse("event_name_invalid", "event name must not contain control characters or broken Unicode");
  return value;
}

function parseUserId(value: unknown): string | null {
  const text = parseText(value, "id");
  if (text !== null && text.length > LIMITS.eventIdChars) {
    refuse(
      "event_invalid",
      `event id has ${text.length} characters; at most ${LIMITS.eventIdChars} are allowed`,
    );
  }
  // Broken Unicode has no bytes of its own: two such ids would pass for one, and the second event start nothing.
  if (text !== null && !isPlainText(text))
    refuse("event_invalid", "event id must not contain control characters or broken Unicode");
  return text;
}

/** Whether text can be stored, searched and shown as it is. */
function isPlainText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function parseTime(value: unknown, now: number): number {
  if (value === undefined || value === null || value === 0) return now;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    refuse("event_time_invalid", "event ts must be a whole number of milliseconds");
  }
  if (value < LIMITS.eventTimestampMinMs) refuse("event_time_invalid", "timestamp is before Jan 1, 1980");
  if (value > LIMITS.eventTimestampMaxMs) refuse("event_time_invalid", "timestamp is after Jan 1, 2100");
  return value;
}

function parseFields(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) refuse("event_invalid", `event ${field} must be an object, not ${kindOf(value)}`);
  return value;
}

/** Text, or null for absent and empty. */
function parseText(value: unknown, field: string): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") refuse("event_invalid", `event ${field} must be text, not ${kindOf(value)}`);
  return value;
}

function withoutInternals(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Object.hasOwn(data, "_inngest")) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== "_inngest"));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
}

function refuse(code: ErrorCode, message: string): never {
  throw new HoldfastError(code, message);
}
