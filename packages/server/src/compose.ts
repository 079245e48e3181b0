import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { createDispatch } from "#api";
import { openFrontDoor, watchDisk } from "#front-door";
import { createIds, createLog, nodeDigest, scaledClock, systemClock, systemRandom } from "#kernel";
import type { AppChange } from "#sync";
import type { MasterKey, MasterKeySource } from "#vault";
import { openMasterKey } from "#vault";
import { openInstallation } from "./installation.ts";
import type { ServerOptions } from "./options.ts";
import { checkRetention, checkTimeScale } from "./options.ts";

/** A server that answers. */
export interface RunningServer {
  /** Where it listens, for people and apps on this machine. */
  readonly url: string;
  readonly port: number;
  /** A link for the first owner, good for a quarter of an hour; null once there are people, and in development. */
  setUpLink(): Promise<string | null>;
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

/** How much of the machine's memory the server may use before it turns new work away. */
const MEMORY_SHARE = 0.8;

/** How much of the disk is kept for what was acknowledged: enough to see a full queue to its end. */
const DISK_RESERVE_BYTES = 256 * 1024 * 1024;

/**
 * Builds every room once, hands each what it needs, and begins to listen.
 *
 * @throws HoldfastError `config_invalid` for a time scale that is not for this mode, or TLS files that cannot be used;
 *   `master_key_invalid`, `master_key_mismatch`; `store_locked`, `store_corrupt`, `schema_newer`, … when the data cannot be
 *   opened; `key_invalid` for a bad key. An error of the socket (`EADDRINUSE`, …) when it cannot listen. Nothing is left
 *   running.
 */
export async function startServer(options: ServerOptions, hooks: ServerHooks = {}): Promise<RunningServer> {
  checkTimeScale(options);
  checkRetention(options);
  const machineClock = systemClock;
  const virtualTime = options.mode === "dev" ? scaledClock(machineClock, options.timeScale) : null;
  const clock = virtualTime ?? machineClock;
  const log = createLog(options.logLevel, options.logTo);
  const random = systemRandom;
  const ids = createIds(clock, random);
  let { port } = options;
  const installation = await openInstallation({
    options,
    masterKeys: openMasterKeys(options),
    clock,
    machineClock,
    virtualTime,
    random,
    digest: nodeDigest,
    ids,
    log,
    version: VERSION,
    ownPort: () => port,
    ...(hooks.onAppChange === undefined ? {} : { onAppChange: hooks.onAppChange }),
  });
  const disk = await watchDisk({
    folder: options.dataDir,
    reserveBytes: options.diskReserveBytes ?? DISK_RESERVE_BYTES,
    clock: machineClock,
    log,
  });
  try {
    const { administration, environmentDoor, pages, people, reach, scim } = installation;
    const door = openFrontDoor(
      {
        hosts: { publicUrl: options.publicUrl, allowed: options.allowedHosts ?? [] },
        trustedProxies: options.trustedProxies ?? [],
        ...(options.requestsPerSecond === undefined ? {} : { requestsPerSecond: options.requestsPerSecond }),
        isForSubdomains: options.hstsSubdomains ?? false,
        serverKind: options.mode === "dev" ? "dev" : "cloud",
        clock: machineClock,
        log,
        memoryBytesMax: totalmem() * MEMORY_SHARE,
        spareBytes: () => disk.spareBytes(),
        ...(options.tls === undefined ? {} : { tls: options.tls }),
      },
      createDispatch({
        reach,
        administration,
        environmentDoor,
        people,
        pages,
        scim,
        clock: machineClock,
        log,
      }),
    );
    try {
      port = await door.listen({ host: options.host, port: options.port });
    } catch (error) {
      await door.close();
      throw error;
    }
    // Only now: apps that are called need the API, and a server that cannot listen must not call anybody.
    installation.start();
    const scheme = options.tls === undefined ? "http" : "https";
    return {
      url: `${scheme}://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
      port,
      setUpLink: () => installation.setUpLink(),
      async stop(graceMs) {
        // Apps still need the API while their calls end: checkpoints come in through it.
        await installation.halt(graceMs);
        // The APIs end their streams, so that the door need not wait for those who follow them.
        await Promise.all([installation.endApis(), door.close()]);
        disk.stop();
        await installation.close();
      },
    };
  } catch (error) {
    disk.stop();
    await installation.close();
    throw error;
  }
}

/** Every master key that is to open something; the first wraps. */
function openMasterKeys({ dataDir, masterKeys }: ServerOptions): readonly [MasterKey, ...MasterKey[]] {
  const open = (source: MasterKeySource): MasterKey =>
    openMasterKey(source, (count) => systemRandom.bytes(count));
  const [first, ...others] = masterKeys ?? [
    { kind: "file", path: join(dataDir, "keys", "master-key"), makeWhenMissing: true } as const,
  ];
  return [open(first), ...others.map(open)];
}

/** The version of this package, as its manifest says. */
const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
