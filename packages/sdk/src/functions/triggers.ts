import type { EventType } from "../events/event-type.ts";
import type { StandardSchema } from "../events/standard-schema.ts";
import type { Duration } from "../steps/contract.ts";

/** An event that starts a function, by name or by type; with `*` at the end of a name, any that begins so. */
export interface EventTrigger<Event extends string | EventType = string | EventType> {
  readonly event: Event;
  /** Whether this one does: CEL over `event`. */
  readonly if?: string;
}

/** A schedule that starts a function: five fields, after a time zone as `TZ=Europe/Berlin`. */
export interface CronTrigger {
  readonly cron: string;
  /** Spreads the starts over so long, 1 s to 5 min. */
  readonly jitter?: Duration;
}

/** Says what a function takes that is invoked. It starts nothing. */
export interface InvokeTrigger<Data = unknown> {
  readonly invoke: StandardSchema<Data>;
}

export type Trigger = EventType | EventTrigger | CronTrigger | InvokeTrigger;

/** As options have them: one, several, or none. */
export type Triggers = Trigger | readonly Trigger[];

/**
 * A schedule as a trigger.
 *
 * @example
 * ```ts
 * client.createFunction({ id: "report", triggers: cron("TZ=Europe/Berlin 30 9 * * MON-FRI") }, send);
 * ```
 */
export function cron(schedule: string): CronTrigger {
  return { cron: schedule };
}

/**
 * The type of what a function takes that is invoked, checked when it starts.
 *
 * @example
 * ```ts
 * const resize = client.createFunction({ id: "resize", triggers: invoke(z.object({ url: z.url() })) }, run);
 * ```
 */
export function invoke<Data>(schema: StandardSchema<Data>): InvokeTrigger<Data> {
  return { invoke: schema };
}
