import type { AuditLog } from "#audit";
import type { EnvironmentRecord } from "#environments";
import type { Executor } from "#executor";
import type { Ingest } from "#ingest";
import type { AdjustableClock, Clock, Ids, Log } from "#kernel";
import type { Keys, Tokens } from "#keys";
import type { KeyInventory, Payloads } from "#payloads";
import type { Queue } from "#queue";
import type { Channels, Realtime } from "#realtime";
import type { Registry } from "#registry";
import type { Sync } from "#sync";
import type { HandedOn } from "./callers/handed-on.ts";

/** What the routes need of the rest of the house. */
export interface ApiContext {
  /** The log of this environment. */
  readonly audit: AuditLog;
  readonly mode: "dev" | "production";
  /** Whose API this is. Nothing behind it knows another one. */
  readonly environment: EnvironmentRecord;
  readonly version: string;
  /** Whether a development server was deliberately opened to the network it is in. */
  readonly isOnLan: boolean;
  readonly keys: Keys;
  /** Whether a bearer token opens nothing on the routes that apps use. */
  readonly requireV2: boolean;
  readonly tokens: Tokens;
  readonly payloads: Payloads;
  readonly sealingKeys: KeyInventory;
  readonly ingest: Ingest;
  readonly executor: Executor;
  readonly registry: Registry;
  readonly sync: Sync;
  readonly realtime: Realtime;
  readonly channels: Channels;
  readonly queue: Queue;
  /** Time as events and runs have it. */
  readonly clock: Clock;
  /** Time as this machine has it: for connections, and for facts about apps. */
  readonly machineClock: Clock;
  /** What moves `clock`; null in production, where it is the machine's. */
  readonly virtualTime: AdjustableClock | null;
  readonly ids: Ids;
  readonly log: Log;
  /** Requests of people, service accounts and operators, who were let in at another door. */
  readonly handedOn: HandedOn;
}
