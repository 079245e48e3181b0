import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { EventPayload } from "./contract.ts";
import { INTERNAL_PREFIX } from "./internal-events.ts";
import { schemaFaults } from "./schema-faults.ts";
import { typeOfEvent } from "./typed-event.ts";

/**
 * Checks the form of an event that is to be sent, as the server would: its name, and the types of its members.
 *
 * @throws HoldfastError `event_invalid`, `event_name_invalid`, `event_name_reserved`, `event_time_invalid`.
 */
export function checkEventForm(event: EventPayload): void {
  if (!isFields(event)) throw new HoldfastError("event_invalid", "Cannot send an event: it is no object.");
  const { name, data, id, ts, v, meta }: Readonly<Record<string, unknown>> = { ...event };
  if (typeof name !== "string" || name === "" || name.length > LIMITS.eventNameChars) {
    throw new HoldfastError(
      "event_name_invalid",
      `Cannot send an event: its name must be text of 1 to ${LIMITS.eventNameChars} characters.`,
    );
  }
  if (name.toLowerCase().startsWith(INTERNAL_PREFIX)) {
    throw new HoldfastError(
      "event_name_reserved",
      `Cannot send the event "${name}": names that begin with ${INTERNAL_PREFIX} are the server's own.`,
    );
  }
  const invalid = (reason: string): HoldfastError =>
    new HoldfastError("event_invalid", `Cannot send the event "${name}": ${reason}.`);
  if (data !== undefined && !isFields(data)) throw invalid("its data must be an object");
  if (id !== undefined && (typeof id !== "string" || id.length > LIMITS.eventIdChars))
    throw invalid(`its id must be text of at most ${LIMITS.eventIdChars} characters`);
  if (v !== undefined && typeof v !== "string") throw invalid("its v must be text");
  if (meta !== undefined && !isFields(meta)) throw invalid("its meta must be an object");
  if (ts !== undefined && !isInstant(ts)) {
    throw new HoldfastError(
      "event_time_invalid",
      `Cannot send the event "${name}": its ts must be whole Unix milliseconds between 1980 and 2100.`,
    );
  }
}

/**
 * Checks the data of an event by the type it was made by, if there is one. To be called before it is sealed.
 *
 * @throws HoldfastError `event_data_invalid`, which names paths and no values.
 */
export async function checkEventData(event: EventPayload): Promise<void> {
  const schema = typeOfEvent(event)?.schema ?? null;
  const faults = schema === null ? null : await schemaFaults(schema, event.data);
  if (faults === null) return;
  throw new HoldfastError(
    "event_data_invalid",
    `Cannot send the event "${event.name}": its data does not fit its schema at ${faults}.`,
  );
}

function isFields(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInstant(ts: unknown): boolean {
  return (
    typeof ts === "number" &&
    Number.isSafeInteger(ts) &&
    ts >= LIMITS.eventTimestampMinMs &&
    ts <= LIMITS.eventTimestampMaxMs
  );
}
