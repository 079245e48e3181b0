/**
 * `@holdfast/server/testing`: the whole server inside a test, on virtual time. Its rooms and its routes are those of a
 * production server, with every check on; what is not there is a socket, a disk, and waiting.
 */
import type { EventId, RunId } from "@holdfast/protocol";
import { LIMITS } from "@holdfast/protocol";
import { ACCOUNT_ID, createApi, createHandedOn } from "#api";
import { silentAuditLog } from "#audit";
import { mainEnvironment } from "#environments";
import type { Clock, Log, Timer } from "#kernel";
import { createIds, nodeDigest, silentLog, systemClock } from "#kernel";
import { createKeys, createNonceLedger, createTokens } from "#keys";
import { createKeyInventory } from "#payloads";
import { createChannels } from "#realtime";
import { createMemoryDisk } from "#store";
import type { SyncOutcome } from "#sync";
import { createSync } from "#sync";
import type { CallResult, Network, OutgoingCall } from "./in-process-egress.ts";
import { inProcessEgress } from "./in-process-egress.ts";
import { buildRooms } from "./rooms.ts";
import type { RunReport, StepReport } from "./run-report.ts";
import { runReport } from "./run-report.ts";
import { risingRandom, seededRandom } from "./seeded-random.ts";
import type { Progress } from "./virtual-time.ts";
import { createVirtualTime } from "./virtual-time.ts";

export type { CallResult, Network, OutgoingCall, Progress, RunReport, StepReport, SyncOutcome };

/** How a server inside a test is set up. */
export interface InProcessOptions {
  /** Stands for the network: every request that the server makes. */
  readonly call: Network;
  /** When time begins, Unix ms. */
  readonly start: number;
  /** Decides every random choice: ids, jitter, traces. */
  readonly seed: string;
  /** The first signs. At least one: nothing is done without keys. */
  readonly signingKeys: readonly string[];
  readonly eventKeys: readonly string[];
  /** How long, in ms of the machine, the app's code may stand still before one of its timers is taken for the reason; 1000. */
  readonly patienceMs?: number;
  /** After how long it is given up, ms of the machine; 10 000. */
  readonly hangingMs?: number;
  /** What the server has to say; nobody when absent. */
  readonly log?: Log;
}

/** A request of an app to the server's API. */
export interface ApiRequest {
  readonly method: string;
  /** Absolute, or from `/`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** A server that runs inside a test. */
export interface InProcessServer {
  /** Unix ms of virtual time. */
  now(): number;
  /** A timer of the app. While the app's code hangs, it is what time goes on to. */
  after(ms: number, act: () => void): Timer;
  /** Bytes for the app's ids, decided by the seed. */
  random(count: number): Uint8Array;
  /** Marks work of the app that is under way: time does not go on by itself meanwhile. */
  track<Value>(work: Promise<Value>): Promise<Value>;
  /** Answers a request of the app, as the HTTP API does. */
  request(request: ApiRequest): Promise<CallResult>;
  /** Makes the handshake with the app at an address. The first one that succeeds lets the server begin to work. */
  sync(url: string): Promise<SyncOutcome>;
  /** Lets everything happen that is due now. */
  settle(): Promise<void>;
  /** Goes on to an instant, Unix ms. */
  advanceTo(at: number): Promise<void>;
  /** Goes on until something holds, and no further than `limit`, Unix ms. */
  goOnUntil(holds: () => boolean, limit: number): Promise<Progress>;
  /** Everything that happened to a run, or null for an unknown one. */
  report(runId: string): Promise<RunReport | null>;
  /** Runs of a function by its slug, or of all, oldest first. */
  runs(slug?: string): Promise<readonly RunReport[]>;
  /** The ids of runs that an event started, oldest first; with a slug only those of one function. */
  runsOf(eventId: string, slug?: string): Promise<readonly string[]>;
  hasEnded(runId: string): boolean;
  /** How many runs were opened so far. */
  readonly runCount: number;
  /** Events that were accepted, oldest first, as apps receive them; without the server's own. */
  events(): Promise<readonly unknown[]>;
  cancel(runId: string): Promise<"cancelled" | "ended" | "unknown">;
  /** Holds back a function's calls by its slug, or lets them go on. `false`: there is no such function, or nothing changed. */
  pause(slug: string): Promise<boolean>;
  resume(slug: string): Promise<boolean>;
  /** Ends it. Calls that are open are cut. */
  close(): Promise<void>;
}

/** Calls under way at once: none ever waits for a slot that a real server would have. */
const CALL_SLOTS = 2000;
/** Work is held for the life of the process, however far time goes. */
const SESSION_MS = 100 * LIMITS.eventTimestampMaxMs;
const PATIENCE_MS = 1000;
const HANGING_MS = 10_000;
/** Most runs and events that are listed. */
const LISTED_MAX = 100_000;

/**
 * Builds a server on virtual time: memory for a disk, a function for a network, chance from a seed.
 *
 * @throws HoldfastError `key_invalid` for a bad key.
 */
export async function createInProcessServer(options: InProcessOptions): Promise<InProcessServer> {
  const { call, eventKeys, log = silentLog, seed, signingKeys, start } = options;
  const { hangingMs = HANGING_MS, patienceMs = PATIENCE_MS } = options;
  const time = createVirtualTime(start, { hangingMs, patienceMs });
  const { clock } = time;
  const random = seededRandom(`${seed}/server`);
  const appRandom = seededRandom(`${seed}/app`);
  const ids = createIds(clock, risingRandom(`${seed}/ids`));
  // Instants are those of the test; what is timed about this process goes by the machine.
  const machineClock: Clock = { ...systemClock, now: () => clock.now() };
  const keys = createKeys({
    signingKeys,
    eventKeys,
    digest: nodeDigest,
    v2: { random, ledger: createNonceLedger() },
  });
  const store = createMemoryDisk().takeOver();
  const egress = inProcessEgress(call, time);
  const record = mainEnvironment("production", nodeDigest);
  const { name: environment } = record;
  const rooms = await buildRooms({
    store,
    egress,
    keys,
    clock,
    machineClock,
    random,
    ids,
    digest: nodeDigest,
    log,
    environment,
    serverKind: "cloud",
    node: "test",
    callSlots: CALL_SLOTS,
    // Nobody else uses the store: whatever is due was told, and nothing is looked for in between.
    tickMs: Infinity,
    lookMsMax: Infinity,
    sessionMs: SESSION_MS,
    retry: { intervalMs: null },
    cronCatchUpMax: 0,
  });
  const { executor, ingest, payloads, queue, realtime, registry } = rooms;
  const sync = createSync({
    audit: silentAuditLog,
    egress,
    keys,
    registry,
    clock,
    virtualClock: clock,
    random,
    log,
    serverKind: "cloud",
    urls: [],
    pollIntervalMs: null,
    discovery: false,
    ownPort: () => 0,
  });
  const api = createApi({
    audit: silentAuditLog,
    mode: "production",
    environment: record,
    version: "test",
    isOnLan: false,
    keys,
    requireV2: false,
    tokens: createTokens({
      secrets: () => keys.tokenSecrets(),
      environment,
      accountId: ACCOUNT_ID,
      environmentId: record.id,
      digest: nodeDigest,
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
    virtualTime: null,
    ids,
    log,
    handedOn: createHandedOn(),
  });
  await api.ready();

  const ended = new Set<string>();
  let runCount = 0;
  const leave = realtime.follow({}, (updates) => {
    for (const update of updates) {
      if (update.kind === "run.queued") runCount += 1;
      if (update.kind === "journal" && update.entry.kind === "run.ended") ended.add(update.runId);
    }
  });
  let hasStarted = false;

  const slugOf = (functionId: string): string =>
    registry.functions().find(({ id }) => id === functionId)?.slug ?? functionId;
  const functionOf = (slug: string) => registry.functions().find((definition) => definition.slug === slug);

  async function report(runId: string): Promise<RunReport | null> {
    // An id that is none finds no run.
    const history = await executor.history(runId as RunId);
    return history === null ? null : runReport(history, slugOf(history.run.functionId), clock.now());
  }

  async function reports(runIds: readonly string[]): Promise<readonly RunReport[]> {
    return (await Promise.all(runIds.map(report))).filter((one) => one !== null);
  }

  return {
    now: () => clock.now(),
    after: (ms, act) => time.appClock.after(ms, act),
    random: (count) => appRandom.bytes(count),
    track: (work) => time.track(work),
    request: ({ body, headers, method, url }) =>
      time.track(
        (async () => {
          const response = await api.inject({
            // Any method may be asked for; one without a route is answered so.
            method: method as "GET",
            url,
            headers: { ...headers },
            ...(body === null ? {} : { payload: typeof body === "string" ? body : Buffer.from(body) }),
          });
          // What is registered anew may start by the clock, which nobody else would tell.
          if (hasStarted && new URL(url, "http://server").pathname === "/fn/register") ingest.start();
          const named = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
          return {
            status: response.statusCode,
            headers: Object.fromEntries(named) as Record<string, string>,
            body: response.body,
          };
        })(),
      ),
    async sync(url) {
      const outcome = await time.track(sync.sync(url));
      if (!outcome.ok) return outcome;
      if (hasStarted) ingest.start();
      else rooms.start();
      hasStarted = true;
      return outcome;
    },
    async settle() {
      await time.settle();
    },
    advanceTo: (at) => time.advanceTo(at),
    goOnUntil: (holds, limit) => time.goOnUntil(holds, limit),
    report,
    async runs(slug) {
      const definition = slug === undefined ? null : functionOf(slug);
      if (definition === undefined) return [];
      const views = await executor.list({
        limit: LISTED_MAX,
        order: "asc",
        ...(definition === null ? {} : { functionIds: [definition.id] }),
      });
      return reports(views.map(({ run }) => run.id));
    },
    async runsOf(eventId, slug) {
      // An id that is none started no run.
      const runs = await ingest.runsOf(eventId as EventId);
      const wanted = runs.filter(({ functionId }) => slug === undefined || slugOf(functionId) === slug);
      return wanted.map(({ id }) => id);
    },
    hasEnded: (runId) => ended.has(runId),
    get runCount() {
      return runCount;
    },
    async events() {
      const records = await ingest.list({ limit: LISTED_MAX });
      // Canonical JSON of our own making.
      return records.toReversed().map(({ body }) => JSON.parse(body) as unknown);
    },
    // An id that is none finds no run.
    cancel: (runId) => executor.cancel(runId as RunId),
    async pause(slug) {
      const definition = functionOf(slug);
      return definition !== undefined && queue.pause(definition.id);
    },
    async resume(slug) {
      const definition = functionOf(slug);
      return definition !== undefined && queue.resume(definition.id);
    },
    async close() {
      leave();
      await sync.stop();
      ingest.stop();
      executor.abort();
      await queue.stop(0);
      await api.close();
      await store.close();
    },
  };
}
