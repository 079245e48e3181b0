import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { EnvironmentName } from "@holdfast/protocol";
import { ACCOUNT_ID, createApi, ENVIRONMENT_ID } from "#api";
import { createEgress } from "#egress";
import { createIds, createLog, nodeDigest, scaledClock, systemClock, systemRandom } from "#kernel";
import { createKeys, createTokens, openFloorFile } from "#keys";
import { createKeyInventory } from "#payloads";
import { createChannels } from "#realtime";
import { openSqliteStore } from "#store";
import { createSync } from "#sync";
import type { AppChange } from "#sync";
import type { ServerOptions } from "./options.ts";
import { checkTimeScale } from "./options.ts";
import { buildRooms } from "./rooms.ts";

/** A server that answers. */
export interface RunningServer {
  /** Where it listens, for people and apps on this machine. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops gracefully: no new work is begun, calls under way have `graceMs` to end, everything accepted is on disk.
   * What was cut off is picked up by the next start.
   */
  stop(graceMs: number): Promise<void>;
}

export interface ServerHooks {
  /** Told of apps that were found, changed, refused or lost. */
  readonly onAppChange?: (change: AppChange) => void;
}

/**
 * Builds every room once, hands each what it needs, and begins to listen.
 *
 * @throws HoldfastError `config_invalid` for a time scale that is not for this mode; `store_locked`, `store_corrupt`,
 *   `schema_newer`, … when the data cannot be opened; `key_invalid` for a bad key. An error of the socket (`EADDRINUSE`,
 *   …) when it cannot listen. Nothing is left running.
 */
export async function startServer(options: ServerOptions, hooks: ServerHooks = {}): Promise<RunningServer> {
  checkTimeScale(options);
  const machineClock = systemClock;
  const virtualTime = options.mode === "dev" ? scaledClock(machineClock, options.timeScale) : null;
  const clock = virtualTime ?? machineClock;
  const random = systemRandom;
  const digest = nodeDigest;
  const log = createLog(options.logLevel, options.logTo);
  const ids = createIds(clock, random);
  const environment = (options.mode === "dev" ? "dev" : "production") as EnvironmentName;
  const serverKind = options.mode === "dev" ? "dev" : "cloud";

  const requireV2 = options.signatures === "v2-only";
  const keys = createKeys({
    signingKeys: options.signingKeys,
    eventKeys: options.eventKeys,
    digest,
    v2: {
      random,
      startedAtMs: machineClock.now(),
      floor: openFloorFile(join(options.dataDir, "signature-floor")),
    },
  });
  const store = await openSqliteStore({ dataDir: options.dataDir, log });
  // A call that has a slot does not wait for a connection longer than its app needs to take one up.
  const egress = createEgress({ clock: machineClock, connectionsPerOrigin: options.callSlots });
  const closeBelow = async (): Promise<void> => {
    await egress.close();
    await store.close();
  };

  try {
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
      node: hostname(),
      callSlots: options.callSlots,
      // The store is looked at as often by the machine's time, however fast the other runs.
      tickMs: options.tickMs * options.timeScale,
      sessionMs: SESSION_MS,
      retry: { intervalMs: options.retryIntervalMs },
      cronCatchUpMax: options.cronCatchUpMax,
      ...(options.payloads === undefined ? {} : { payloads: options.payloads }),
      endpoints: { origins: options.endpointOrigins, thisMachine: options.mode === "dev" },
      requireV2,
    });
    const { registry, realtime, queue, payloads, ingest, executor } = rooms;
    const sync = createSync({
      egress,
      keys,
      registry,
      clock: machineClock,
      virtualClock: clock,
      random,
      log,
      serverKind,
      urls: options.sdkUrls,
      discovery: options.discovery,
      pollIntervalMs: options.pollIntervalMs,
      ownPort: () => port,
      ...(hooks.onAppChange === undefined ? {} : { onChange: hooks.onAppChange }),
    });
    const api = createApi({
      mode: options.mode,
      version: VERSION,
      isOnLan: !LOOPBACK_HOSTS.has(options.host),
      keys,
      requireV2,
      tokens: createTokens({
        signingKeys: options.signingKeys,
        environment,
        accountId: ACCOUNT_ID,
        environmentId: ENVIRONMENT_ID,
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
      virtualTime,
      ids,
      log,
    });
    await api.listen({ host: options.host, port: options.port });
    const address = api.server.address();
    const port = typeof address === "object" && address !== null ? address.port : options.port;
    // Only now: apps that are called need the API, and a server that cannot listen must not call anybody.
    rooms.start();
    sync.start();

    return {
      url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
      port,
      async stop(graceMs) {
        await sync.stop();
        ingest.stop();
        // Apps still need the API while their calls end: checkpoints come in through it.
        await queue.stop(graceMs);
        executor.abort();
        await api.close();
        await closeBelow();
      },
    };
  } catch (error) {
    await closeBelow();
    throw error;
  }
}

/**
 * How long a session lasts: longer than clocks may leap, or time be moved. A session that ended while its process lives
 * would have the calls under way taken for lost, and made again beside themselves, past every limit. Nobody waits for
 * this session to end: the lock on the data proves to the next process that this one is gone.
 */
const SESSION_MS = 100 * 366 * 24 * 60 * 60 * 1000;

/** Addresses that only this machine reaches. */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);

/** The version of this package, as its manifest says. */
const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
