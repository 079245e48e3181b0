import { HoldfastError, LIMITS } from "@holdfast/protocol";
import type { StandardSchema } from "./standard-schema.ts";
import type { EventMeta, EventPayload } from "./contract.ts";
import { withEventType } from "./typed-event.ts";

/** What may be said about an event beside its data. */
export interface EventOptions {
  readonly id?: string;
  readonly ts?: number;
  readonly v?: string;
  readonly meta?: EventMeta;
}

/** An event by its name, its data's type and, where there is one, the schema that checks it. */
export interface EventType<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly schema: StandardSchema<Data> | null;
  readonly version: string | null;
  /** An event of this type. It is validated when it is sent. */
  create(data: Data, options?: EventOptions): EventPayload<Name, Data>;
}

/**
 * An event by name, for triggers, waits, rules of cancelling, and for making such events. With a schema (any Standard
 * Schema: zod, valibot, arktype) its data is checked when it is sent and when it is received; a schema that changes what it
 * checks does not fit, and the compiler says so. `version` is what events of this type say in `v`.
 *
 * @example
 * ```ts
 * const paid = eventType("order/paid", { schema: z.object({ orderId: z.string() }) });
 * await client.send(paid.create({ orderId: "o1" }));
 * ```
 *
 * @throws HoldfastError `event_name_invalid`, `event_name_reserved`.
 */
export function eventType<const Name extends string, Data = Record<string, unknown>>(
  name: Name,
  options: { readonly schema?: StandardSchema<Data>; readonly version?: string } = {},
): EventType<Name, Data> {
  if (typeof name !== "string" || name === "" || name.length > LIMITS.eventNameChars)
    throw new HoldfastError(
      "event_name_invalid",
      "Cannot make a type of event: its name must be text of 1 to 512 characters.",
    );
  const version = options.version ?? null;
  const type: EventType<Name, Data> = {
    name,
    schema: options.schema ?? null,
    version,
    create: (data, extra = {}) =>
      withEventType({ name, data, ...(version === null ? {} : { v: version }), ...extra }, type),
  };
  return Object.freeze(type);
}

/** Whether a value is a type of events. */
export function isEventType(value: unknown): value is EventType {
  return (
    typeof value === "object" &&
    value !== null &&
    "create" in value &&
    typeof value.create === "function" &&
    "name" in value &&
    typeof value.name === "string" &&
    "schema" in value
  );
}
