import type { AcceptResult, NewEvent } from "../contract.ts";
import type { Act } from "./act.ts";
import type { Events } from "./events.ts";
import type { Gatherings } from "./gatherings.ts";
import type { OpenRuns } from "./open-runs.ts";
import type { Waits } from "./waits.ts";

export interface AcceptRooms {
  readonly events: Events;
  readonly waits: Waits;
  readonly openRuns: OpenRuns;
  readonly gatherings: Gatherings;
}

/** Stores events one by one: each ends the waits it answers, opens its runs, and joins what is gathered. */
export function acceptEvents(
  act: Act,
  { events, waits, openRuns, gatherings }: AcceptRooms,
  newEvents: readonly NewEvent[],
): AcceptResult["events"] {
  return newEvents.map(({ event, runs, gatherings: joins }) => {
    if (!events.add(event)) {
      return {
        outcome: "duplicate",
        runs: runs.map(() => ({ outcome: "duplicate", existing: null }) as const),
        joined: joins.map(() => false),
      };
    }
    // Before its runs are opened: an event never answers what a run waits for that it starts.
    waits.match(act, event);
    const opened = runs.map((run) => openRuns.open(act, run));
    const joined = joins.map((gathering) => {
      const isJoining = openRuns.isWithinRate(act, gathering);
      if (isJoining) gatherings.join(act, event, gathering);
      return isJoining;
    });
    return { outcome: "accepted", runs: opened, joined };
  });
}
