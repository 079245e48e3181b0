import type { EventId, FunctionId, RunId } from "@holdfast/protocol";
import type { JournalEntry } from "#store";

/** One thing that became durable a moment ago. */
export type Update =
  | {
      readonly kind: "event.accepted";
      readonly eventId: EventId;
      readonly name: string;
      readonly at: number;
      readonly runIds: readonly RunId[];
    }
  | {
      readonly kind: "run.queued";
      readonly runId: RunId;
      readonly functionId: FunctionId;
      readonly eventId: EventId;
      readonly at: number;
    }
  | {
      readonly kind: "journal";
      readonly runId: RunId;
      readonly functionId: FunctionId;
      readonly eventId: EventId;
      readonly entry: JournalEntry;
    };

export interface FollowFilter {
  readonly runId?: RunId;
  /** Kinds of update or of journal entry (`run.ended`); absent means all. */
  readonly kinds?: ReadonlySet<string>;
}

/** Called with every batch that passes its filter, in order, after the commit. Must not throw and must not block. */
export type Follower = (updates: readonly Update[]) => void;

export interface Realtime {
  /** Whether anybody follows: lets a caller skip building updates that nobody reads. */
  readonly followed: boolean;
  publish(updates: readonly Update[]): void;
  /** Begins to follow; the answer ends it. */
  follow(filter: FollowFilter, follower: Follower): () => void;
}

/** Bytes passed on to whoever reads a channel at that moment (wire-protocol 16.5). */
export interface Channels {
  publish(channel: string, bytes: Uint8Array): void;
  /** Begins to read a channel; the answer ends it. Null when it has as many readers as it may. Must not throw or block. */
  subscribe(channel: string, reader: (bytes: Uint8Array) => void): (() => void) | null;
}
