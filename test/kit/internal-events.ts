import type { StoredEvent } from "@holdfast/client";
import type { RunId } from "@holdfast/protocol";
import { bearerOf } from "./test-keys.ts";
import type { ServerPlace } from "./test-server.ts";

/** An event of the server's own; its data is always an object. */
export interface InternalEvent extends StoredEvent {
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The server's own events of one name, such as `inngest/function.finished`: the 51 newest, newest first. What a run
 * emits at its end is stored in the commit that ends it, so a run that is seen to have ended has emitted everything.
 */
export async function internalEvents(place: ServerPlace, name: string): Promise<readonly InternalEvent[]> {
  const query = new URLSearchParams({ name, internal: "true", limit: "51" });
  const answer = await fetch(`${place.url}/v1/events?${query}`, {
    headers: place.signingKey === null ? {} : { authorization: bearerOf(place.signingKey) },
  });
  // The route answers with events in this envelope.
  const { data } = (await answer.json()) as { data: readonly InternalEvent[] };
  return data;
}

/** Those of them that tell of this run's end. */
export async function eventsAbout(
  place: ServerPlace,
  name: string,
  runId: RunId,
): Promise<readonly InternalEvent[]> {
  return (await internalEvents(place, name)).filter(({ data }) => data["run_id"] === runId);
}
