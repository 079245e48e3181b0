import type { Egress } from "#egress";
import type { Clock, Log, Random } from "#kernel";
import type { Registry } from "#registry";
import type { ServerKind } from "@holdfast/protocol";
import type { Announcer } from "./announce.ts";
import type { SyncOutcome } from "./contract.ts";
import type { TaskGroup } from "./task-group.ts";

/** One handshake; `isTransient` as in `handshake.ts`. */
export type SyncOnce = (url: string, options?: { readonly isTransient?: boolean }) => Promise<SyncOutcome>;

/** What keeping in sync needs. */
export interface UpkeepDeps {
  readonly sync: SyncOnce;
  readonly tasks: TaskGroup;
  readonly announcer: Announcer;
  readonly egress: Egress;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly serverKind: ServerKind;
  readonly urls: readonly string[];
  readonly pollIntervalMs: number | null;
  readonly discovery: boolean;
  readonly ownPort: () => number;
  readonly directory?: string;
}
