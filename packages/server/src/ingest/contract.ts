import type { ErrorCode, EventId, RunId } from "@holdfast/protocol";
import type { FunctionDefinition } from "#registry";
import type { createEmitter } from "./emitter.ts";
import type { AuditDraft, EventQuery, EventRecord, RunRecord } from "#store";

/** What becomes of one request to the event API. */
export type IngestOutcome =
  | { readonly ok: true; readonly ids: readonly EventId[] }
  /** Bad input. `ids` are the events before the bad one, which are stored and started. */
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly ids: readonly EventId[];
    };

export interface Ingest {
  /**
   * Takes the parsed body of a request (one event or an array, nothing checked) and its id seed header.
   * Resolves once the events and the runs they start are on disk.
   */
  accept(body: unknown, idSeed: string | undefined): Promise<IngestOutcome>;
  get(id: EventId): Promise<EventRecord | null>;
  list(query: Omit<EventQuery, "environment">): Promise<readonly EventRecord[]>;
  runsOf(id: EventId): Promise<readonly RunRecord[]>;
  /** Starts one function by name (`inngest/function.invoked`), whatever its triggers. `data` and `user` are parsed JSON. */
  invoke(request: InvokeRequest): Promise<InvokeOutcome>;
  /** Starts a run's function again for the same events, from the start or from one of its steps (15.7). */
  rerun(request: RerunRequest): Promise<RerunOutcome>;
  /** Begins to start functions by the clock: cron ticks, debounces, batches. */
  start(): void;
  stop(): void;
  /** Opens the run of a durable endpoint that its app has begun itself (16.2). */
  openEndpoint(request: EndpointRequest): Promise<EndpointOutcome>;
  /** The way in for events that runs cause. */
  readonly emitter: Emitter;
}

export type Emitter = ReturnType<typeof createEmitter>;

export interface InvokeRequest {
  readonly definition: FunctionDefinition;
  readonly data: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  /** Guards against a second run for a day. */
  readonly idempotencyKey?: string;
}

export type InvokeOutcome =
  | { readonly kind: "started"; readonly eventId: EventId; readonly runId: RunId }
  | { readonly kind: "duplicate"; readonly runId: RunId | null }
  | { readonly kind: "skipped"; readonly runId: RunId }
  | { readonly kind: "rate_limited" }
  /** It joined a debounce or a batch: its run is made later. */
  | { readonly kind: "gathered"; readonly eventId: EventId }
  | { readonly kind: "refused"; readonly code: ErrorCode; readonly message: string };

export interface RerunRequest {
  readonly runId: RunId;
  /** Entries of the log that go along. */
  readonly audit?: readonly AuditDraft[];
  readonly fromStep: {
    /** Hashed id, id in the user's code, or name. */
    readonly step: string;
    /** Arguments in place of the step's own. */
    readonly input: readonly unknown[] | null;
  } | null;
}

export type RerunOutcome =
  | { readonly kind: "started"; readonly runId: RunId }
  | { readonly kind: "unknown" }
  /** A cron run has no event to repeat (wire-protocol 15.7). */
  | { readonly kind: "cron" }
  | { readonly kind: "function_gone" }
  | { readonly kind: "step_unknown" | "step_ambiguous"; readonly message: string };

/** A request that came in at a durable endpoint of an app, checked, as its run is opened for it (wire-protocol 16.2). */
export interface EndpointRequest {
  readonly runId: RunId;
  /** `<scheme>://<host>` as the app took it from the request: not to be trusted. */
  readonly domain: string;
  readonly method: string;
  readonly path: string;
  /** The id its app chose for the endpoint, or null. */
  readonly name: string | null;
  readonly retries: number;
  readonly requestVersion: 1 | 2;
  readonly idempotencyKey: string | null;
  /** Everything there is to know of the request, canonical JSON: the event's data. */
  readonly data: string;
}

export type EndpointOutcome =
  | { readonly kind: "opened"; readonly definition: FunctionDefinition }
  /** A run of this id exists, or one for the same idempotency key. */
  | { readonly kind: "exists" }
  /** The function was paused by an operator: the run is stored as skipped. */
  | { readonly kind: "paused" }
  /** Nobody vouched for the origin that the app gave. */
  | { readonly kind: "unvouched" };
