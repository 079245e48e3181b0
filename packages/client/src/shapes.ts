import type { AppId, EventId, FunctionId, RunId, RunStatus, StepId } from "@holdfast/protocol";

/** An event as an app sends it. `id` guards against a second run for the same event; `ts` is Unix ms. */
export interface EventToSend {
  readonly name: string;
  readonly data?: unknown;
  readonly id?: string;
  readonly ts?: number;
  readonly user?: unknown;
  readonly v?: string;
}

/** An event as the server keeps it (`GET /v1/events/:id`). */
export interface StoredEvent {
  /** The id the server gave it. */
  readonly internal_id: EventId;
  readonly name: string;
  /** The id the sender chose, if any. */
  readonly id?: string;
  readonly received_at: string;
  readonly ts?: number;
  readonly data?: unknown;
  readonly user?: unknown;
  readonly v?: string;
}

/** A run (`GET /v1/runs/:id`). Times are RFC 3339. */
export interface Run {
  readonly run_id: RunId;
  readonly function_id: FunctionId;
  readonly function_version: number;
  readonly event_id: EventId;
  /** Of a run that was gathered from several events. */
  readonly batch_id?: string;
  /** The run that this one repeats. */
  readonly original_run_id?: RunId;
  /** Of a run that was started by the clock. */
  readonly cron?: string;
  readonly status: RunStatus;
  readonly run_started_at: string;
  readonly ended_at: string | null;
  /** What the function returned, or the error that ended it. Absent while the run goes on. */
  readonly output?: unknown;
}

/** One function of an app. */
export interface AppFunction {
  readonly id: FunctionId;
  /** `<app>-<function>`. */
  readonly slug: string;
  readonly name: string;
  readonly triggers: readonly {
    readonly event?: string;
    readonly cron?: string;
    readonly expression?: string;
  }[];
}

/** An app the server knows. */
export interface App {
  readonly id: AppId;
  readonly name: string;
  readonly url: string;
  readonly sdk: string | null;
  readonly framework: string | null;
  /** How the app and the server sign for each other; absent from a server of before. */
  readonly signatures?: "v1" | "v2" | "v2-ed25519";
  readonly synced_at: string;
  /** Why the last sync failed, as `code: sentence`. */
  readonly error: string | null;
  readonly functions: readonly AppFunction[];
}

/** How a sync went that was asked for. */
export interface AppSync {
  /** Null when the app registered, but the server cannot tell under which name. */
  readonly appName: string | null;
  /** Whether anything is different from before. */
  readonly modified: boolean;
}

/** What `/health` says. */
export interface Health {
  readonly status: number;
  readonly message: string;
}

/** What time it is on a development server (`/dev/clock`). */
export interface ServerClock {
  /** Unix ms, as events and runs have it. */
  readonly now: number;
  /** How many times as fast as on its machine time passes there. */
  readonly scale: number;
  /** By how many ms `now` is ahead of its machine. */
  readonly offsetMs: number;
}

/** One line of a run's history. Times are Unix ms. */
export interface JournalEntry {
  /** Position in the run, from 1, without gaps. */
  readonly seq: number;
  readonly kind:
    | "step.planned"
    | "step.completed"
    | "step.failed"
    | "step.sleeping"
    | "attempt.failed"
    | "run.ended"
    | "step.waiting"
    | "step.invoking"
    | "step.requesting"
    | "step.input"
    | "defer.added"
    | "defer.aborted"
    | "metadata";
  readonly at: number;
  readonly stepId: StepId | null;
  readonly name: string | null;
  readonly op: string | null;
  /** Zero-based. */
  readonly attempt: number;
  readonly queuedAt: number | null;
  readonly startedAt: number | null;
  /** JSON text that depends on `kind`; null when there is none, or when it was not asked for. */
  readonly data: string | null;
}

/** One thing that became durable a moment ago, as `/holdfast/v1/follow` tells it. */
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

/** What of the server's updates a follower wants. */
export interface FollowOptions {
  readonly runId?: RunId;
  /** Kinds of update or journal entry, such as `run.ended`; absent means all. */
  readonly kinds?: readonly string[];
  /** Whether journal entries carry their data. */
  readonly data?: boolean;
  /** Called once nothing that happens from now on can be missed. */
  readonly onFollowing?: () => void;
}
