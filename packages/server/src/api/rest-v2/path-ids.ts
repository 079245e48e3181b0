import type { EventId, RunId } from "@holdfast/protocol";
import { isUlid } from "@holdfast/protocol";
import { badField, missingField } from "./errors.ts";

/** The run in a path. @throws HoldfastError `request_invalid` (v2 `missing_field`, `invalid_field_format`) */
export function runIdIn(params: { readonly runId: string }): RunId {
  return ulid(params.runId, "runId") as RunId;
}

/** The event in a path. @throws HoldfastError `request_invalid` (v2 `missing_field`, `invalid_field_format`) */
export function eventIdIn(params: { readonly eventId: string }): EventId {
  return ulid(params.eventId, "eventId") as EventId;
}

function ulid(text: string, name: string): string {
  if (text === "") throw missingField(name);
  const id = text.toUpperCase();
  if (!isUlid(id)) throw badField(name, "must be a ULID");
  return id;
}
