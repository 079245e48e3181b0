import type { WireError } from "@holdfast/protocol";
import { parseWireError } from "@holdfast/protocol";
import type { ErrorClasses } from "../errors/error-classes.ts";
import { fromWireError } from "../errors/from-wire-error.ts";
import type { ReceivedEvent } from "../events/contract.ts";
import type { FunctionRecord } from "../functions/contract.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What only some kinds of functions find in their context: a failure handler the error, a deferred one its parents. */
export function kindContext(
  kind: FunctionRecord["kind"],
  events: readonly ReceivedEvent[],
  classes: ErrorClasses,
): Fields {
  switch (kind) {
    case "function":
    case "endpoint":
      return {};
    case "failure": {
      const error: WireError = parseWireError(events[0]?.data["error"]);
      return { error: fromWireError(error, classes) };
    }
    case "deferred":
      return { parents: events.map((event) => parentOf(event.data["_inngest"])) };
  }
}

/** The event as a handler sees it: a deferred one without what the server noted in its data. */
export function shownEvent(kind: FunctionRecord["kind"], event: ReceivedEvent): ReceivedEvent {
  if (kind !== "deferred") return event;
  const { _inngest: _routing, ...data } = event.data;
  return { ...event, data };
}

/** Labels of the run: those on which all the events that started it agree. */
export function sessionsOf(events: readonly ReceivedEvent[]): Readonly<Record<string, string>> {
  const [first = {}, ...others] = events.map(({ meta }) => meta?.sessions ?? {});
  const agreed = Object.entries(first).filter(
    ([label, value]) =>
      value !== null && others.every((sessions) => String(sessions[label]) === String(value)),
  );
  return Object.fromEntries(agreed.map(([label, value]) => [label, String(value)]));
}

function parentOf(routing: unknown): { readonly fnSlug: string; readonly runId: string } {
  const fields: Fields = typeof routing === "object" && routing !== null ? { ...routing } : {};
  return { fnSlug: textOf(fields["parent_fn_slug"]), runId: textOf(fields["parent_run_id"]) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
