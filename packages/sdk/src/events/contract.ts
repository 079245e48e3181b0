/** An event as it travels. */
export interface EventPayload<Name extends string = string, Data = unknown> {
  readonly name: Name;
  readonly data?: Data;
  /** The sender's own id: a second event with it starts nothing. */
  readonly id?: string;
  /** Unix ms. A time to come delays what the event starts. */
  readonly ts?: number;
  /** The version of the event's shape. */
  readonly v?: string;
  readonly meta?: EventMeta;
}

export interface EventMeta {
  /** Labels that group runs; null takes an inherited label away, or all of them. */
  readonly sessions?: Readonly<Record<string, string | number | null>> | null;
  readonly [name: string]: unknown;
}

/** An event as a function receives it. */
export interface ReceivedEvent<Name extends string = string, Data = Record<string, unknown>> {
  readonly name: Name;
  readonly data: Data;
  readonly id: string;
  readonly ts: number;
  readonly v?: string;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly meta?: EventMeta;
}
