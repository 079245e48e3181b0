import type { EventId } from "@holdfast/protocol";
import type { EventQuery, EventRecord, RunRecord } from "#store";

/** What becomes of one request to the event API. */
export type IngestOutcome =
  | { readonly ok: true; readonly ids: readonly EventId[] }
  /** Bad input. `ids` are the events before the bad one, which are stored and started. */
  | { readonly ok: false; readonly code: string; readonly message: string; readonly ids: readonly EventId[] };

export interface Ingest {
  /**
   * Takes the parsed body of a request (one event or an array, nothing checked) and its id seed header.
   * Resolves once the events and the runs they start are on disk.
   */
  accept(body: unknown, idSeed: string | undefined): Promise<IngestOutcome>;
  get(id: EventId): Promise<EventRecord | null>;
  list(query: Omit<EventQuery, "environment">): Promise<readonly EventRecord[]>;
  runsOf(id: EventId): Promise<readonly RunRecord[]>;
}
