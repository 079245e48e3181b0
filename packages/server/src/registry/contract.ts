import type { AppId, EnvironmentName, FunctionId } from "@holdfast/protocol";
import type { Expression } from "#expressions";
import type { Cron } from "#schedules";
import type { AuditDraft, AppRecord, AppSignatures } from "#store";
import type { FunctionConfig } from "./function-config.ts";

/** What starts a function: an event of this name, or of a name the pattern covers (`app/*`, `user.*`), if the filter holds. */
export interface EventTrigger {
  readonly event: string;
  readonly filter: Expression | null;
}

/** What starts a function by the clock. */
export interface CronTrigger {
  readonly cron: Cron;
  /** 0 for none. */
  readonly jitterMs: number;
}

/** At most `max` calls (`step`) or runs (`run`) at once, of the function or of everybody who shares the key's value (14.1). */
export interface ConcurrencyRule {
  readonly level: "step" | "run";
  readonly scope: "fn" | "env" | "account";
  readonly key: Expression | null;
  readonly max: number;
  /** Names the rule within its function, across registrations that only change `max`. */
  readonly rule: string;
}

/** When the runs of a function may start, and how many may be under way (wire-protocol section 14). */
export interface FlowControl {
  readonly concurrency: readonly ConcurrencyRule[];
  readonly throttle: {
    readonly limit: number;
    readonly periodMs: number;
    readonly burst: number;
    readonly key: Expression | null;
  } | null;
  /** `idempotency` is one of these: 1 in 24 hours. */
  readonly rateLimit: {
    readonly limit: number;
    readonly periodMs: number;
    readonly key: Expression | null;
  } | null;
  readonly debounce: {
    readonly periodMs: number;
    readonly timeoutMs: number | null;
    readonly key: Expression | null;
  } | null;
  readonly batch: {
    readonly sizeMax: number;
    readonly timeoutMs: number;
    readonly key: Expression | null;
    readonly filter: Expression | null;
  } | null;
  readonly priority: Expression | null;
  /** Whether `rateLimit` comes from `idempotency`, which replaces the guard by the event's id (2.5). */
  readonly hasIdempotencyKey: boolean;
  readonly singleton: { readonly mode: "skip" | "cancel"; readonly key: Expression | null } | null;
}

/** An event that cancels a run of the function (15.5). */
export interface CancelRule {
  readonly event: string;
  readonly filter: Expression | null;
  readonly timeoutMs: number | null;
}

/** A function as the rest of the server uses it: parsed once, looked up often. */
export interface FunctionDefinition {
  readonly id: FunctionId;
  readonly appId: AppId;
  readonly appName: string;
  /** `<app>-<function>`. */
  readonly slug: string;
  readonly name: string;
  readonly version: number;
  /** Where calls go: the registered step URL with `fnId`, on the app's current origin. `stepId` is set per call. */
  readonly url: string;
  /** First try included: retries + 1. */
  readonly attemptsMax: number;
  readonly triggers: readonly EventTrigger[];
  readonly crons: readonly CronTrigger[];
  readonly flowControl: FlowControl;
  readonly cancels: readonly CancelRule[];
  /** From the run's birth to its first call, and from there to its end (14.9); null for no limit. */
  readonly startTimeoutMs: number | null;
  readonly finishTimeoutMs: number | null;
  /** What was registered, in plain form, to be shown: expressions as their source, triggers in their order. */
  readonly configuration: FunctionConfig;
  /** What its app signs and verifies beside the protocol's own. */
  readonly signatures: AppSignatures | null;
  readonly archived: boolean;
}

/** A durable endpoint (16.2), as a request to it tells of it. */
export interface Endpoint {
  /** What `endpointOrigin` gave. */
  readonly origin: string;
  readonly method: string;
  /** `<METHOD> <path>`, or the id its app chose. */
  readonly name: string;
  readonly retries: number;
}

/** Whose durable endpoints may be called, beside those at the origin of an app that registered. */
export interface EndpointPolicy {
  readonly origins: readonly string[];
  /** Any port of this machine (development). */
  readonly thisMachine: boolean;
}

export type RegisterOutcome =
  | { readonly ok: true; readonly modified: boolean; readonly app: AppRecord }
  /** Bad input: nothing was changed. `code` is one of wire-protocol's (4.8); `functions` has one entry per bad function. */
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly functions: readonly { readonly id: string; readonly errors: readonly string[] }[];
    };

/** What a registration changes: functions by their slugs. */
export interface RegistrationChange {
  readonly app: string;
  readonly url: { readonly from: string | null; readonly to: string };
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The entries of the log that go along with a registration, once it is known what it changes. */
export type NoteChange = (change: RegistrationChange) => readonly AuditDraft[];

/** Reads are from memory and synchronous; writes are durable before they show. */
export interface Registry {
  /** Takes a registration as an app sent it (JSON already parsed, nothing else checked). */
  register(registration: unknown, now: number, note?: NoteChange): Promise<RegisterOutcome>;
  /**
   * Functions, not archived, that an event of this name may start, each at most once, with the filters of those of its
   * triggers that cover the name: one that is null, or holds for the event, starts it.
   */
  startedBy(
    eventName: string,
  ): readonly { readonly definition: FunctionDefinition; readonly filters: readonly (Expression | null)[] }[];
  /** Any function ever registered, archived ones too. */
  function(id: FunctionId): FunctionDefinition | null;
  functionBySlug(slug: string): FunctionDefinition | null;
  functions(): readonly FunctionDefinition[];
  /** Apps that registered. Those that only have durable endpoints never do, and nobody asks them to. */
  apps(): readonly AppRecord[];
  app(name: string): AppRecord | null;
  noteError(name: string, error: string | null): Promise<void>;
  /** Forgets the app registered under this URL. `false` when there is none. */
  removeByUrl(url: string, now: number, audit?: readonly AuditDraft[]): Promise<boolean>;
  /**
   * The origin at which a durable endpoint may be called, for the one its app gave, or null when nobody vouched for it.
   * An app learns its origin from the `Host` of whoever calls it: it is not to be taken at its word.
   */
  endpointOrigin(given: string): string | null;
  /** The function of a durable endpoint, made or changed where it has to be. */
  endpoint(endpoint: Endpoint, now: number): Promise<FunctionDefinition>;
  readonly environment: EnvironmentName;
}
