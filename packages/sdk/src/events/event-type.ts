import type { StandardSchema } from "./standard-schema.ts";
import type { EventMeta, EventPayload } from "./contract.ts";

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
