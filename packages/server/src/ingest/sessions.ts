import { HoldfastError } from "@holdfast/protocol";

/** Limits of an event's sessions (wire-protocol 2.6). */
const SESSIONS_MAX = 5;
const KEY_BYTES_MAX = 128;
const VALUE_BYTES_MAX = 512;

/**
 * The sessions of an event: those it names, then inherited ones in alphabetical order while there is room. A `null`
 * value removes an inherited session; `sessions: null` removes them all.
 *
 * @returns null when the event belongs to no session
 * @throws HoldfastError `event_session_invalid` naming the rule that was broken
 */
export function mergeSessions(meta: unknown): Readonly<Record<string, string>> | null {
  if (meta === undefined || meta === null) return null;
  const fields = entriesOf(meta, "meta");
  const own = fields.get("sessions");
  const inherited = fields.get("propagated_sessions");

  const merged = new Map<string, string>();
  const removed = new Set<string>();
  if (own !== undefined && own !== null) {
    for (const [key, value] of entriesOf(own, "meta.sessions")) {
      if (value === null) removed.add(key);
      else merged.set(checkedKey(key), checkedValue(key, value));
    }
  }
  if (merged.size > SESSIONS_MAX)
    refuse(`meta.sessions has ${merged.size} entries; at most ${SESSIONS_MAX} are allowed`);
  if (own !== null && inherited !== undefined && inherited !== null) {
    const more = [...entriesOf(inherited, "meta.propagated_sessions")].sort(([left], [right]) =>
      left < right ? -1 : 1,
    );
    for (const [key, value] of more) {
      if (merged.size < SESSIONS_MAX && !merged.has(key) && !removed.has(key) && value !== null) {
        merged.set(checkedKey(key), checkedValue(key, value));
      }
    }
  }
  return merged.size === 0 ? null : Object.fromEntries(merged);
}

function entriesOf(value: unknown, field: string): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(`${field} must be an object`);
  return new Map(Object.entries(value));
}

function checkedKey(key: string): string {
  if (key === "" || Buffer.byteLength(key) > KEY_BYTES_MAX)
    refuse(`a session key must have 1 to ${KEY_BYTES_MAX} bytes`);
  return key;
}

function checkedValue(key: string, value: unknown): string {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text === "" || Buffer.byteLength(text) > VALUE_BYTES_MAX) {
    refuse(`session "${key}" must have a value of 1 to ${VALUE_BYTES_MAX} bytes, text or number`);
  }
  return text;
}

function refuse(message: string): never {
  throw new HoldfastError("event_session_invalid", message);
}
