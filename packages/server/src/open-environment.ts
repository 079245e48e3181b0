import type { AuditAct, Digest } from "@holdfast/protocol";
import type { Api, EnvironmentActs, HandedOn } from "#api";
import { ACCOUNT_ID, createApi } from "#api";
import type { EnvironmentRecord } from "#environments";
import type { Egress, EgressPolicyAdministration } from "#egress";
import type { AdjustableClock, Clock, Ids, Log, Random } from "#kernel";
import type { EventKeys, Keys, SigningKeys } from "#keys";
import { createKeys, createTokens, liveKeys, openEventKeys, openNonceLedger, openSigningKeys } from "#keys";
import { createKeyInventory } from "#payloads";
import { createChannels } from "#realtime";
import { openRetention } from "#retention";
import type { Registry } from "#registry";
import { movesFreely, originOf } from "#registry";
import type { AuditDraft } from "#store";
import type { AppChange, Sync } from "#sync";
import { createSync } from "#sync";
import { openApprovedOrigins } from "./approved-origins.ts";
import type { OpenStore } from "./open-store.ts";
import type { ServerOptions } from "./options.ts";
import { buildRooms } from "./rooms.ts";

/** What an environment is opened with: its own things, and what all share. */
export interface EnvironmentWorld {
  readonly record: EnvironmentRecord;
  readonly options: ServerOptions;
  readonly own: OpenStore;
  readonly egress: Egress;
  readonly egressPolicy: EgressPolicyAdministration;
  /** Of a branch: those of its family, which are not its own to close. */
  readonly family: Pick<OpenEnvironment, "keys" | "acts"> | null;
  readonly clock: Clock;
  readonly machineClock: Clock;
  readonly virtualTime: AdjustableClock | null;
  readonly random: Random;
  readonly digest: Digest;
  readonly ids: Ids;
  readonly log: Log;
  readonly node: string;
  readonly version: string;
  readonly ownPort: () => number;
  readonly onAppChange?: (change: AppChange) => void;
  /** Who was let in at the installation's door. */
  readonly handedOn: HandedOn;
}

/** An environment that is open: its rooms, and its API, which knows no other environment. */
export interface OpenEnvironment {
  readonly record: EnvironmentRecord;
  /** For the dispatch: whose key a request shows. */
  readonly name: string;
  readonly id: string;
  readonly keys: Keys;
  readonly api: Api;
  readonly acts: EnvironmentActs;
  /** When an event or a registration last came in, Unix ms. */
  lastUsedAt(): Promise<number | null>;
  /** Whether runs have not ended. */
  isBusy(): Promise<boolean>;
  /** Begins to take work and to look for apps; until then nobody is called. One in the archive never does. */
  start(): void;
  /** Stops taking work: calls under way have `graceMs` to end, and may still report. The API goes on. */
  halt(graceMs: number): Promise<void>;
  /** Ends the API, and lets go of the files. */
  close(): Promise<void>;
}

/** Builds the rooms of one environment and its API over its own store. */
export async function openEnvironment(world: EnvironmentWorld): Promise<OpenEnvironment> {
  const { clock, digest, egress, ids, log, machineClock, options, own, random, record } = world;
  const { audit, store, vault } = own;
  // Known only when the rooms are there; nobody asks before.
  let reach: { readonly registry: Registry; readonly sync: Sync } | null = null;
  const made = world.family === null ? await openOwnKeys(world, () => reach) : null;
  const keys = made?.keys ?? world.family?.keys ?? createKeys({ signingKeys: [], eventKeys: [], digest });
  const { name: environment } = record;
  const requireV2 = options.signatures === "v2-only";
  const serverKind = options.mode === "dev" ? "dev" : "cloud";
  const origins = await openApprovedOrigins({
    administration: store.administration,
    draft: (act) => audit.draft(act),
  });
  const mayMove = (app: string, from: string, to: string): boolean => {
    if (movesFreely(from, to) || origins.has(app, originOf(to) ?? "")) return true;
    audit.note({
      action: "app.origin_held",
      authority: {
        actor: { type: "app", id: app, name: null, keyId: null },
        context: { address: null, userAgent: null, requestId: null, via: "api" },
      },
      targets: [{ type: "app", id: app, name: null }],
      result: "denied",
      reason: "origin_held",
      changes: { origin: { from: originOf(from), to: originOf(to) } },
    });
    return false;
  };
  const rooms = await buildRooms({
    store,
    egress,
    keys,
    clock,
    machineClock,
    random,
    ids,
    digest,
    log,
    environment,
    serverKind,
    node: world.node,
    callSlots: options.callSlots,
    // The store is looked at as often by the machine's time, however fast the other runs.
    tickMs: options.tickMs * options.timeScale,
    sessionMs: SESSION_MS,
    retry: { intervalMs: options.retryIntervalMs },
    cronCatchUpMax: options.cronCatchUpMax,
    backlogMax: options.backlogMax ?? BACKLOG_MAX,
    ...(options.payloads === undefined ? {} : { payloads: options.payloads }),
    endpoints: { origins: options.endpointOrigins, thisMachine: options.mode === "dev" },
    requireV2,
    // A development server finds apps wherever they are.
    ...(record.kind === "dev" ? {} : { mayMove }),
  });
  const { registry, realtime, queue, payloads, ingest, executor } = rooms;
  const retention = await openRetention({ store, audit, clock, machineClock, ids, log });
  // Apps that the command names are those of the environment that is always there.
  const isMain = record.kind === "production" || record.kind === "dev";
  const sync = createSync({
    audit,
    egress,
    keys,
    registry,
    clock: machineClock,
    virtualClock: clock,
    random,
    log,
    serverKind,
    urls: isMain ? options.sdkUrls : [],
    discovery: isMain && options.discovery,
    pollIntervalMs: options.pollIntervalMs,
    ownPort: world.ownPort,
    ...(world.onAppChange === undefined ? {} : { onChange: world.onAppChange }),
  });
  reach = { registry, sync };
  const api = createApi({
    audit,
    mode: options.mode,
    environment: record,
    version: world.version,
    isOnLan: !LOOPBACK_HOSTS.has(options.host),
    keys,
    requireV2,
    tokens: createTokens({
      secrets: () => keys.tokenSecrets(),
      environment,
      accountId: ACCOUNT_ID,
      environmentId: record.id,
      digest,
      random,
      ids,
    }),
    payloads,
    sealingKeys: createKeyInventory({
      texts: store.texts,
      clock: machineClock,
      appOf: (functionId) => registry.function(functionId)?.appName ?? null,
    }),
    ingest,
    executor,
    registry,
    sync,
    realtime,
    channels: createChannels(),
    queue,
    clock,
    machineClock,
    virtualTime: world.virtualTime,
    ids,
    log,
    handedOn: world.handedOn,
  });
  await api.ready();
  let hasStarted = false;

  return {
    record,
    name: record.name,
    id: record.id,
    keys,
    api,
    acts: {
      signingKeys: made?.signingKeys ?? world.family?.acts.signingKeys ?? null,
      eventKeys: made?.eventKeys ?? world.family?.acts.eventKeys ?? null,
      audit,
      vault: {
        ...vault,
        async destroy(by, dataKeyId, reason) {
          await vault.destroy(by, dataKeyId, reason);
          // A key is destroyed when no file has it any more.
          await store.history.scrub();
        },
      },
      egress: world.egressPolicy,
      origins,
      retention,
      functionNamed: (named) =>
        (registry.functionBySlug(named) ?? registry.functions().find(({ id }) => id === named))?.id ?? null,
      takeFirstKey: () => made?.signingKeys.takeMade() ?? null,
    },
    async lastUsedAt() {
      const [newest] = await ingest.list({ limit: 1 });
      const instants = [
        ...registry.apps().map(({ syncedAt }) => syncedAt),
        ...(newest === undefined ? [] : [newest.receivedAt]),
      ];
      return instants.length === 0 ? null : Math.max(...instants);
    },
    isBusy: async () => (await queue.size()).queued > 0,
    start() {
      if (hasStarted || record.archivedAt !== null) return;
      hasStarted = true;
      rooms.start();
      retention.start();
      sync.start();
    },
    async halt(graceMs) {
      retention.stop();
      await sync.stop();
      ingest.stop();
      // Apps still need the API while their calls end: checkpoints come in through it.
      await queue.stop(graceMs);
      executor.abort();
    },
    async close() {
      await api.close();
      await egress.close();
      await made?.signingKeys.close();
      await own.close();
    },
  };
}

/** Opens the keys that an environment has in its own store. */
async function openOwnKeys(
  { digest, log, machineClock, options, own, random, record }: EnvironmentWorld,
  reach: () => { readonly registry: Registry; readonly sync: Sync } | null,
): Promise<{ readonly keys: Keys; readonly signingKeys: SigningKeys; readonly eventKeys: EventKeys } | null> {
  // A development server asks for no keys.
  if (record.kind === "dev") return null;
  const { administration } = own.store;
  const draft = (act: AuditAct): AuditDraft => own.audit.draft(act);
  const isMain = record.kind === "production";
  const shared = { administration, draft, clock: machineClock, random, digest };
  const signingKeys = await openSigningKeys({
    ...shared,
    vault: own.vault,
    environment: isMain ? "prod" : record.name,
    log,
    configured: isMain ? options.signingKeys : [],
    quietMs: options.keyQuietMs ?? KEY_QUIET_MS,
    apps: () =>
      reach()
        ?.registry.apps()
        .filter(({ url }) => url !== "") ?? [],
    ask: (url) => reach()?.sync.keysOf(url) ?? Promise.resolve({ error: "the server has only begun" }),
  });
  const eventKeys = await openEventKeys({
    ...shared,
    environment: record.name,
    configured: isMain ? options.eventKeys : [],
  });
  const ledger = await openNonceLedger(own.store.nonces, machineClock.now(), log);
  let version = -1;
  let current: Keys | null = null;
  const keys = liveKeys(() => {
    if (current !== null && version === signingKeys.version) return current;
    version = signingKeys.version;
    current = createKeys({
      signingKeys: signingKeys.accepted(),
      eventKeys: [],
      digest,
      v2: { random, ledger },
      observe: (evidence) => signingKeys.observe(evidence),
      checkEventKey: (use) => eventKeys.check(use),
    });
    return current;
  });
  return { keys, signingKeys, eventKeys };
}

/** Hours of work for any installation: past it, a sender had better know. */
const BACKLOG_MAX = 1_000_000;

/** A day without any use. */
const KEY_QUIET_MS = 24 * 60 * 60 * 1000;

/**
 * How long a session lasts: longer than clocks may leap, or time be moved. A session that ended while its process lives
 * would have the calls under way taken for lost, and made again beside themselves, past every limit. Nobody waits for
 * this session to end: the lock on the data proves to the next process that this one is gone.
 */
const SESSION_MS = 100 * 366 * 24 * 60 * 60 * 1000;

/** Addresses that only this machine reaches. */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);
