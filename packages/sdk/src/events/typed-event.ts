import type { EventPayload } from "./contract.ts";
import type { EventType } from "./event-type.ts";
import type { StandardSchema } from "./standard-schema.ts";

/**
 * Where an event carries its type. JSON does not show it, and a copy by `{...event}` keeps it, so that a changed event is
 * still checked.
 */
const TYPE = Symbol.for("holdfast.eventType");

/** What `withEventType` adds. */
interface Typed {
  readonly [TYPE]?: CheckedBy;
}

/** What is known of a type when an event is checked: data of no type in particular. */
interface CheckedBy {
  readonly name: string;
  readonly schema: StandardSchema | null;
}

/** An event that is checked by its type when it is sent. */
export function withEventType<Name extends string, Data>(
  event: EventPayload<Name, Data>,
  type: EventType<Name, Data>,
): EventPayload<Name, Data> {
  const typed: EventPayload<Name, Data> & Typed = { ...event, [TYPE]: type };
  return typed;
}

/** The type of an event that was made by one, and still has its name. */
export function typeOfEvent(event: EventPayload): CheckedBy | null {
  // Whatever stands under the symbol was put there above.
  const type = (event as Typed)[TYPE] ?? null;
  return type?.name === event.name ? type : null;
}
