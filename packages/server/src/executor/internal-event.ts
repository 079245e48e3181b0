import type { EventId, FunctionId } from "@holdfast/protocol";

/**
 * An event the server itself causes (wire-protocol 2.8), as a decision asks for it: still without the id that it gets, and
 * without what it starts. Stored and matched in the commit that holds the decision.
 */
export interface InternalEvent {
  /** Given where something refers to the event before it is stored; otherwise it gets one then. */
  readonly eventId?: EventId;
  readonly name: string;
  /** The event's `id` as its readers see it, which guards the creation of runs; null for its own. */
  readonly userId: string | null;
  /** Canonical JSON of an object. */
  readonly data: string;
  /** Canonical JSON of an object, or null for none. */
  readonly user: string | null;
  readonly version: string | null;
  /** Sessions it belongs to: named ones, and those of the event that led to it (2.6). */
  readonly meta: { readonly sessions?: unknown; readonly propagated_sessions?: unknown } | null;
  /** The function it starts, whatever its triggers say, and what that run answers to; null for an event like any other. */
  readonly invokes: { readonly functionId: FunctionId; readonly correlation: string } | null;
}

/** The event that started a run, as far as its successors depend on it. */
export interface TriggerEvent {
  readonly name: string;
  readonly sessions: unknown;
  /** The invoke that waits for the run's end, `<run>.<step>`, or null. */
  readonly correlation: string | null;
  /** The whole event, parsed. */
  readonly event: unknown;
}

/** Reads an event that is stored, and so was checked when it arrived. */
export function triggerEvent(body: string | undefined): TriggerEvent {
  const event = body === undefined ? null : (JSON.parse(body) as Fields | null);
  const data = fieldsOf(event?.["data"]);
  const correlation = fieldsOf(data?.["_inngest"])?.["correlation_id"];
  const name = event?.["name"];
  return {
    name: typeof name === "string" ? name : "",
    sessions: fieldsOf(event?.["meta"])?.["sessions"],
    correlation: typeof correlation === "string" && correlation !== "" ? correlation : null,
    event,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
