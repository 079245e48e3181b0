import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { makeToken } from "@holdfast/protocol";
import type { RunningServer, ServerOptions } from "@holdfast/server";
import { startServer } from "@holdfast/server";
import type { CapturedLog } from "./captured-log.ts";
import { createCapturedLog } from "./captured-log.ts";
import { createEventKey, createSigningKey } from "./test-keys.ts";

/** Where a server is and what opens it: all that an app or a reader of runs needs. */
export interface ServerPlace {
  readonly url: string;
  /** Null where nothing is signed (development). */
  readonly signingKey: string | null;
  readonly eventKey: string;
}

/** A real server in this process, on a folder of its own. Disposing of it stops it and removes the folder. */
export interface TestServer extends ServerPlace, AsyncDisposable {
  readonly port: number;
  /** A link for the first owner; null once there are people. */
  setUpLink(): Promise<string | null>;
  /** Opens the operators' API. */
  readonly operatorToken: string;
  readonly dataDir: string;
  readonly log: CapturedLog;
  /** Stops gracefully; calls under way have `graceMs` to end. Nothing when it does not run. */
  stop(graceMs?: number): Promise<void>;
  /** Starts again on the same folder and port, with other options where some are given. */
  start(changes?: Partial<ServerOptions>): Promise<void>;
}

/**
 * Starts a server in production mode with fresh keys on a free port. Failed attempts are repeated after 20 ms, nothing
 * is discovered or polled, and the log is kept for assertions.
 */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "holdfast-test-")));
  const log = createCapturedLog();
  let settings: ServerOptions = {
    mode: "production",
    host: "127.0.0.1",
    port: 0,
    signingKeys: options.mode === "dev" ? [] : [createSigningKey()],
    eventKeys: options.mode === "dev" ? [] : [createEventKey()],
    operatorTokens: [makeToken("op", null, randomBytes)],
    publicUrl: null,
    sdkUrls: [],
    endpointOrigins: [],
    discovery: false,
    pollIntervalMs: null,
    retryIntervalMs: 20,
    callSlots: 1000,
    tickMs: 50,
    cronCatchUpMax: 0,
    timeScale: 1,
    logLevel: "info",
    logTo: log,
    // Hashes that are made in milliseconds.
    passwordCost: { memory: 256, passes: 1 },
    // Most tests are about something else than who has shown what.
    secondFactorRoles: [],
    ...options,
    dataDir,
  };
  let running: RunningServer | null = await startServer(settings);
  settings = { ...settings, port: running.port };

  const stop = async (graceMs = 5000): Promise<void> => {
    const stopping = running;
    running = null;
    await stopping?.stop(graceMs);
  };
  return {
    url: running.url,
    port: running.port,
    operatorToken: settings.operatorTokens?.[0] ?? "",
    dataDir,
    log,
    // A restart may bring other keys.
    get signingKey() {
      return settings.signingKeys[0] ?? null;
    },
    eventKey: settings.eventKeys[0] ?? "any",
    stop,
    setUpLink: async () => running?.setUpLink() ?? null,
    async start(changes = {}) {
      settings = { ...settings, ...changes };
      running = await startServer(settings);
    },
    async [Symbol.asyncDispose]() {
      try {
        await stop(0);
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}
