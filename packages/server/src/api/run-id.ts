import type { EventId, RunId } from "@holdfast/protocol";
import { HoldfastError, isUlid } from "@holdfast/protocol";

/** The run id in a path. @throws HoldfastError `id_invalid` */
export function runIdOf(text: string): RunId {
  return ulidOf(text, "run") as RunId;
}

/** The event id in a path. @throws HoldfastError `id_invalid` */
export function eventIdOf(text: string): EventId {
  return ulidOf(text, "event") as EventId;
}

function ulidOf(text: string, what: string): string {
  const id = text.toUpperCase();
  if (!isUlid(id)) throw new HoldfastError("id_invalid", `The ${what} id in the path is not a ULID.`);
  return id;
}
