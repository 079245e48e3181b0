import type { AuditValue, LogVerdict, Role } from "@holdfast/protocol";
import type { Asking } from "./asking.ts";
import { path } from "./asking.ts";

/** A signing key of an environment. Instants are ISO 8601. */
export interface SigningKeyState {
  readonly id: string;
  readonly state: "pending" | "active" | "retiring" | "revoked";
  readonly prefix: string;
  readonly origin: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

/** Where a rotation stands. */
export interface Rotation {
  readonly keys: readonly SigningKeyState[];
  readonly evidence: readonly {
    readonly app: string;
    readonly key_id: string;
    readonly how: string;
    readonly at: string;
  }[];
  readonly waiting_for: readonly { readonly app: string; readonly last_key_id: string | null }[];
  readonly revocable_at: string | null;
}

/** An event key, as it may be shown. */
export interface EventKeyInfo {
  readonly id: string;
  readonly name: string;
  readonly shown: string;
  readonly origin: string;
  readonly allow_names: readonly string[] | null;
  readonly deny_names: readonly string[];
  readonly allow_addresses: readonly string[] | null;
  readonly allow_origins: readonly string[] | null;
  readonly events_per_second: number | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
  readonly last_used_from: string | null;
}

/** What an event key may do; what is left out is not restricted. */
export interface EventKeyToMake {
  readonly name?: string;
  readonly import?: string;
  readonly expires?: string;
  readonly allow_names?: readonly string[];
  readonly deny_names?: readonly string[];
  readonly allow_addresses?: readonly string[];
  readonly allow_origins?: readonly string[];
  readonly events_per_second?: number;
}

export interface OperatorTokenInfo {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Those it is good in; null: all of them, and the installation. */
  readonly environments: readonly string[] | null;
  /** Whether it may see what events and steps carry. */
  readonly payloads: boolean;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

export interface OperatorTokenToMake {
  readonly name: string;
  readonly role: Role;
  /** Those it is to be good in; all of them, and the installation, when absent. */
  readonly environments?: readonly string[];
  /** Whether it may see what events and steps carry; absent: it may not. */
  readonly payloads?: boolean;
  /** A date, or how long from now; 90 days when absent. */
  readonly expires?: string;
}

/** An entry of an audit log in its place. */
export interface AuditRowInfo {
  readonly seq: number;
  readonly hash: string;
  readonly entry: {
    readonly at: string;
    readonly action: string;
    readonly result: string;
    readonly reason: string | null;
    readonly actor: { readonly type: string; readonly id: string; readonly name_commitment: string | null };
    readonly targets: readonly {
      readonly type: string;
      readonly id: string;
      readonly name_commitment: string | null;
    }[];
    readonly changes: Readonly<Record<string, { readonly from: AuditValue; readonly to: AuditValue }>>;
    readonly context: {
      readonly address: string | null;
      readonly user_agent: string | null;
      readonly via: string;
    };
  };
  readonly openings: Readonly<Record<string, { readonly name: string }>> | null;
}

export interface MasterKeyUse {
  readonly environment: string;
  readonly data_key: string;
  readonly master_key: string;
  readonly created_at: string;
}

/** Where an environment's requests may go. */
export interface EgressPolicyInfo {
  readonly mode: "public" | "listed" | "any";
  readonly allow: readonly string[];
  readonly plain_http: readonly string[];
  /** What a request may take; null: what it says itself. */
  readonly timeout_seconds: number | null;
  readonly answer_bytes: number | null;
  /** Requests under way at once. */
  readonly concurrency: number | null;
}

/** For how many days ended runs and events are kept; null: for ever. */
export interface RetentionInfo {
  readonly days: number | null;
  readonly functions: Readonly<Record<string, number | null>>;
}

export interface LegalHoldInfo {
  readonly id: string;
  readonly scope: "environment" | "function" | "run";
  readonly of: string | null;
  readonly reason: string;
  readonly placed_at: string;
  readonly placed_by: string;
}

/** What was erased; the id is that of the entries in the audit log. */
export interface ErasureInfo {
  readonly id: string;
  readonly events: number;
  readonly runs: number;
  readonly names: number;
}
/** A sink, to which every audit log goes, and how it stands. Instants are ISO 8601. */
export interface AuditSinkInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: "file" | "syslog" | "https";
  readonly target: string;
  readonly format: "jsonl" | "ocsf";
  readonly created_at: string;
  readonly state: "delivering" | "failing";
  readonly failing_since: string | null;
  readonly last_error: string | null;
  readonly last_delivered_at: string | null;
  /** Entries that it has not got yet. */
  readonly behind: number;
  readonly logs: readonly { readonly log: string; readonly seq: number; readonly behind: number }[];
}

export type AuditSinkToMake = Pick<AuditSinkInfo, "name" | "kind" | "target"> & {
  readonly format?: AuditSinkInfo["format"];
};

type Secret = { readonly secret?: string };

/** What operators can do with keys and logs. Needs an operator's token. */
export interface AdministrationMethods {
  rotation(environment: string): Promise<Rotation>;
  beginRotation(environment: string, imported?: string): Promise<{ readonly id: string } & Secret>;
  probeKeys(
    environment: string,
  ): Promise<
    readonly { readonly app: string; readonly key_id: string | null; readonly error: string | null }[]
  >;
  promoteKey(environment: string, forceReason?: string): Promise<Rotation>;
  stepBack(environment: string, reason: string): Promise<Rotation>;
  revokeSigningKey(environment: string, id: string, forceReason?: string): Promise<Rotation & Secret>;
  eventKeys(environment: string): Promise<readonly EventKeyInfo[]>;
  createEventKey(environment: string, key: EventKeyToMake): Promise<EventKeyInfo & Secret>;
  changeEventKey(environment: string, id: string, change: EventKeyToMake): Promise<EventKeyInfo>;
  revokeEventKey(environment: string, id: string, reason?: string): Promise<EventKeyInfo>;
  approveOrigin(environment: string, app: string, origin: string): Promise<void>;
  egressPolicy(environment: string): Promise<EgressPolicyInfo>;
  setEgressPolicy(environment: string, policy: Partial<EgressPolicyInfo>): Promise<EgressPolicyInfo>;
  retention(environment: string): Promise<RetentionInfo>;
  /** @param fn id or slug of a function; null: every other one, and events */
  setRetention(
    environment: string,
    fn: string | null,
    days: number | null | "inherit",
  ): Promise<RetentionInfo>;
  sweep(environment: string): Promise<{ readonly runs: number; readonly events: number }>;
  legalHolds(environment: string): Promise<readonly LegalHoldInfo[]>;
  placeHold(
    environment: string,
    hold: { readonly function?: string; readonly run?: string; readonly reason: string },
  ): Promise<LegalHoldInfo>;
  liftHold(environment: string, id: string, reason: string): Promise<void>;
  erase(
    environment: string,
    erasure: {
      readonly values?: readonly string[];
      readonly events?: readonly string[];
      readonly reason: string;
    },
  ): Promise<ErasureInfo>;
  destroyDataKey(environment: string, id: string): Promise<void>;
  operatorTokens(): Promise<readonly OperatorTokenInfo[]>;
  createOperatorToken(token: OperatorTokenToMake): Promise<{ readonly id: string } & Secret>;
  revokeOperatorToken(id: string, reason?: string): Promise<void>;
  masterKeyUses(): Promise<readonly MasterKeyUse[]>;
  rewrap(): Promise<{ readonly rewrapped: number }>;
  /** Of an environment, or of the installation when it is null. */
  auditRows(
    environment: string | null,
    query: Readonly<Record<string, string>>,
  ): Promise<readonly AuditRowInfo[]>;
  /** Whether the log holds, as the server sees it. */
  verifyAudit(environment: string | null): Promise<LogVerdict>;
  /** Line by line, as they come; JSON lines unless another format is named. */
  exportAudit(
    environment: string | null,
    format?: "jsonl" | "ocsf" | "csv",
  ): Promise<ReadableStream<Uint8Array>>;
  auditSinks(): Promise<readonly AuditSinkInfo[]>;
  /** `secret`: what signs the batches, of a sink over https. */
  createAuditSink(sink: AuditSinkToMake): Promise<AuditSinkInfo & Secret>;
  changeAuditSink(id: string, change: Partial<Omit<AuditSinkToMake, "kind">>): Promise<AuditSinkInfo>;
  removeAuditSink(id: string): Promise<void>;
  /** Sends one line that is no entry, and says whether it arrived. */
  testAuditSink(id: string): Promise<{ readonly delivered: boolean; readonly error: string | null }>;
}

const ROOT = "/holdfast/v1/admin";
const SINKS = `${ROOT}/audit/sinks`;

export function administrationMethods({ answer, data, stream }: Asking): AdministrationMethods {
  const at = (environment: string, ...rest: readonly string[]): string =>
    `${ROOT}/environments${path(environment, ...rest)}`;
  const logOf = (environment: string | null): string =>
    environment === null ? `${ROOT}/audit` : at(environment, "audit");
  const forced = (reason: string | undefined): unknown =>
    reason === undefined ? {} : { force_reason: reason };
  return {
    rotation: (environment) =>
      data({ purpose: "read the signing keys", path: at(environment, "signing-keys"), method: "GET" }),
    beginRotation: (environment, imported) =>
      data({
        purpose: "begin a rotation",
        path: at(environment, "signing-keys", "rotate"),
        method: "POST",
        body: imported === undefined ? {} : { import: imported },
      }),
    probeKeys: (environment) =>
      data({
        purpose: "ask apps for their keys",
        path: at(environment, "signing-keys", "probe"),
        method: "POST",
      }),
    promoteKey: (environment, reason) =>
      data({
        purpose: "let the new key sign",
        path: at(environment, "signing-keys", "promote"),
        method: "POST",
        body: forced(reason),
      }),
    stepBack: (environment, reason) =>
      data({
        purpose: "go back to the earlier key",
        path: at(environment, "signing-keys", "step-back"),
        method: "POST",
        body: { reason },
      }),
    revokeSigningKey: (environment, id, reason) =>
      data({
        purpose: `revoke signing key ${id}`,
        path: at(environment, "signing-keys", id, "revoke"),
        method: "POST",
        body: forced(reason),
      }),
    eventKeys: (environment) =>
      data({ purpose: "list event keys", path: at(environment, "event-keys"), method: "GET" }),
    createEventKey: (environment, key) =>
      data({ purpose: "make an event key", path: at(environment, "event-keys"), method: "POST", body: key }),
    changeEventKey: (environment, id, change) =>
      data({
        purpose: `change event key ${id}`,
        path: at(environment, "event-keys", id),
        method: "PATCH",
        body: change,
      }),
    revokeEventKey: (environment, id, reason) =>
      data({
        purpose: `revoke event key ${id}`,
        path: at(environment, "event-keys", id, "revoke"),
        method: "POST",
        body: reason === undefined ? {} : { reason },
      }),
    async approveOrigin(environment, app, origin) {
      await answer({
        purpose: `approve ${origin} for app "${app}"`,
        path: at(environment, "apps", app, "approve"),
        method: "POST",
        body: { origin },
      });
    },
    egressPolicy: (environment) =>
      data({ purpose: "read the egress policy", path: at(environment, "egress"), method: "GET" }),
    setEgressPolicy: (environment, policy) =>
      data({
        purpose: "change the egress policy",
        path: at(environment, "egress"),
        method: "PUT",
        body: policy,
      }),
    retention: (environment) =>
      data({ purpose: "read the retention", path: at(environment, "retention"), method: "GET" }),
    setRetention: (environment, fn, days) =>
      data({
        purpose: "change the retention",
        path: at(environment, "retention"),
        method: "PUT",
        body: fn === null ? { days } : { function: fn, days },
      }),
    sweep: (environment) =>
      data({ purpose: "remove what is over", path: at(environment, "retention", "sweep"), method: "POST" }),
    legalHolds: (environment) =>
      data({ purpose: "list legal holds", path: at(environment, "legal-holds"), method: "GET" }),
    placeHold: (environment, hold) =>
      data({
        purpose: "place a legal hold",
        path: at(environment, "legal-holds"),
        method: "POST",
        body: hold,
      }),
    async liftHold(environment, id, reason) {
      await answer({
        purpose: `lift legal hold ${id}`,
        path: at(environment, "legal-holds", id, "lift"),
        method: "POST",
        body: { reason },
      });
    },
    erase: (environment, erasure) =>
      data({
        purpose: "erase a subject's data",
        path: at(environment, "erasures"),
        method: "POST",
        body: erasure,
      }),
    async destroyDataKey(environment, id) {
      await answer({
        purpose: `destroy data key ${id}`,
        path: at(environment, "data-keys", id, "destroy"),
        method: "POST",
      });
    },
    operatorTokens: () =>
      data({ purpose: "list operator tokens", path: `${ROOT}/operator-tokens`, method: "GET" }),
    createOperatorToken: (token) =>
      data({
        purpose: "make an operator token",
        path: `${ROOT}/operator-tokens`,
        method: "POST",
        body: token,
      }),
    async revokeOperatorToken(id, reason) {
      await answer({
        purpose: `revoke operator token ${id}`,
        path: `${ROOT}/operator-tokens${path(id, "revoke")}`,
        method: "POST",
        body: reason === undefined ? {} : { reason },
      });
    },
    masterKeyUses: () =>
      data({ purpose: "read the master keys in use", path: `${ROOT}/master-key`, method: "GET" }),
    rewrap: () =>
      data({ purpose: "wrap the data keys anew", path: `${ROOT}/master-key/rewrap`, method: "POST" }),
    auditRows: (environment, query) =>
      data({
        purpose: "read the audit log",
        path: `${logOf(environment)}?${new URLSearchParams(query).toString()}`,
        method: "GET",
      }),
    verifyAudit: (environment) =>
      data({ purpose: "verify the log", path: `${logOf(environment)}/verify`, method: "GET" }),
    exportAudit: (environment, format = "jsonl") =>
      stream({
        purpose: "export the audit log",
        path: `${logOf(environment)}/export`,
        method: "POST",
        body: { format },
      }),
    auditSinks: () => data({ purpose: "list the audit sinks", path: SINKS, method: "GET" }),
    createAuditSink: (sink) =>
      data({ purpose: "make an audit sink", path: SINKS, method: "POST", body: sink }),
    changeAuditSink: (id, change) =>
      data({
        purpose: `change audit sink ${id}`,
        path: `${SINKS}${path(id)}`,
        method: "PATCH",
        body: change,
      }),
    async removeAuditSink(id) {
      await answer({ purpose: `remove audit sink ${id}`, path: `${SINKS}${path(id)}`, method: "DELETE" });
    },
    testAuditSink: (id) =>
      data({ purpose: `test audit sink ${id}`, path: `${SINKS}${path(id, "test")}`, method: "POST" }),
  };
}
