import type { AppId, EnvironmentName, FunctionId } from "@holdfast/protocol";
import type { AppRecord } from "#store";

/** What starts a function: an event of this name, or of a name the pattern covers (`app/*`, `user.*`). */
export interface Trigger {
  readonly event: string;
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
  readonly triggers: readonly Trigger[];
  readonly archived: boolean;
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

/** Reads are from memory and synchronous; writes are durable before they show. */
export interface Registry {
  /** Takes a registration as an app sent it (JSON already parsed, nothing else checked). */
  register(registration: unknown, now: number): Promise<RegisterOutcome>;
  /** Functions, not archived, that an event of this name starts; each at most once. */
  startedBy(eventName: string): readonly FunctionDefinition[];
  /** Any function ever registered, archived ones too. */
  function(id: FunctionId): FunctionDefinition | null;
  functionBySlug(slug: string): FunctionDefinition | null;
  functions(): readonly FunctionDefinition[];
  apps(): readonly AppRecord[];
  app(name: string): AppRecord | null;
  noteError(name: string, error: string | null): Promise<void>;
  /** Forgets the app registered under this URL. `false` when there is none. */
  removeByUrl(url: string, now: number): Promise<boolean>;
  readonly environment: EnvironmentName;
}
