import type { ReceivedEvent } from "../events/contract.ts";
import type { EventType } from "../events/event-type.ts";
import type { Middleware } from "../middleware/contract.ts";
import type { CronTrigger, InvokeTrigger, Trigger, Triggers } from "./triggers.ts";

/** Data of an event that nothing is known of. */
type AnyData = Readonly<Record<string, unknown>>;

/** What a schedule's event holds; instants as RFC 3339. */
export interface ScheduleData {
  readonly cron: string;
  readonly scheduledAt: string;
  readonly fireAt: string;
}

/** A name with `*` stands for many names. */
type NameOf<Name extends string> = Name extends `${string}*` ? string : Name;

type EventOfTrigger<T> =
  T extends EventType<infer Name, infer Data>
    ? ReceivedEvent<NameOf<Name>, Data>
    : T extends { readonly event: EventType<infer Name, infer Data> }
      ? ReceivedEvent<NameOf<Name>, Data>
      : T extends { readonly event: infer Name extends string }
        ? ReceivedEvent<NameOf<Name>, AnyData>
        : T extends CronTrigger
          ? ReceivedEvent<"inngest/scheduled.timer", ScheduleData>
          : T extends InvokeTrigger<infer Data>
            ? ReceivedEvent<"inngest/function.invoked", Data>
            : never;

type OneOf<T extends Triggers> = T extends readonly Trigger[] ? T[number] : T;

/** The event a handler receives: of several triggers, one of theirs; without any, an invocation with any data. */
export type EventOf<T extends Triggers> = [OneOf<T>] extends [never]
  ? ReceivedEvent<"inngest/function.invoked", AnyData>
  : EventOfTrigger<OneOf<T>>;

type InvokeData<T> = T extends InvokeTrigger<infer Data> ? Data : never;

type DataOf<Event> = Event extends ReceivedEvent<infer _Name, infer Data> ? Data : never;

/** `unknown` for no data, and for data that nothing is known of. */
type Known<Data> = [Data] extends [never] ? unknown : string extends keyof Data ? unknown : Data;

/** What a function is invoked with: what `invoke(…)` says, else the data of its events. */
export type InputOf<T extends Triggers> = [InvokeData<OneOf<T>>] extends [never]
  ? Known<DataOf<Exclude<EventOf<T>, ReceivedEvent<"inngest/scheduled.timer", ScheduleData>>>>
  : InvokeData<OneOf<T>>;

type AddedOf<Entry> =
  Entry extends Middleware<infer Added> ? Added : Entry extends () => Middleware<infer Added> ? Added : never;

/** All of a union at once. */
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** What a list of middleware adds to the context. */
export type AddedBy<Entries extends readonly unknown[]> = Together<AddedOf<Entries[number]>>;
