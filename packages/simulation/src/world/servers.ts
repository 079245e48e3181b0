import type { RunId } from "@holdfast/protocol";
import type { Clock, Disk, Log, Rooms, Store } from "@holdfast/server/rooms";
import { buildRooms, createIds, createKeys, nodeDigest } from "@holdfast/server/rooms";
import { ENVIRONMENT } from "../oracle/rest-world.ts";
import { isCall, parseCall } from "../app/call.ts";
import type { Oracle } from "../oracle/oracle.ts";
import { watchedStore } from "../oracle/watched-store.ts";
import type { Settings } from "../scenario/scenario.ts";
import type { Plant } from "../simulate.ts";
import type { Faults } from "./faults.ts";
import { faultyWriter } from "./faulty-writer.ts";
import type { AppSide, CallWatch, NetworkWorld } from "./network.ts";
import { faultyEgress } from "./network.ts";
import type { SimulatedProcess } from "./process.ts";
import { createProcess } from "./process.ts";
import { createRng } from "./rng.ts";
import type { Timeline } from "./timeline.ts";

export interface ServersWorld {
  readonly seed: string;
  readonly settings: Settings;
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly network: NetworkWorld;
  readonly disk: Disk;
  /** A way to the disk by which nothing goes wrong, for looking. */
  readonly observer: Store;
  readonly oracle: Oracle;
  readonly app: AppSide;
  readonly plant: Plant;
  wallMs(): number;
  trace(line: string): void;
  called(): void;
}

/** The server, through all its lives. */
export interface Servers {
  /** The process that listens, once it is ready. */
  readonly listening: () => SimulatedProcess | null;
  roomsOf(process: SimulatedProcess): Rooms;
  start(): void;
  /** The process that listens dies, and is started again after a while. */
  crash(downMs: number): void;
  stall(forMs: number): void;
  /** The process stands still, another joins, and then the first goes on for a while. */
  replaceStalled(forMs: number): void;
  /** Whatever stands still goes on; of several processes one stays; what is down starts. */
  recover(): void;
}

/** A server that died is started again within this. */
const DOWN_MS_MAX = 10_000;
/** A process that was replaced lives on so long after it went on. */
const OUTLIVED_MS = 60_000;

export function createServers(world: ServersWorld): Servers {
  const { timeline, oracle, settings } = world;
  const rng = createRng(`${world.seed}/servers`);
  const rooms = new Map<SimulatedProcess, Rooms>();
  const alive = new Set<SimulatedProcess>();
  let current: SimulatedProcess | null = null;
  let bootCount = 0;
  let isDown = true;

  function boot(isJoining: boolean): void {
    bootCount += 1;
    isDown = false;
    const process = createProcess(`server-${bootCount}`, timeline, () => world.wallMs());
    world.trace(`${process.name} starts`);
    current = process;
    alive.add(process);
    void build(process, isJoining).then(
      (built) => {
        if (!process.isAlive) return;
        rooms.set(process, built);
        built.start();
      },
      (error: unknown) => {
        world.trace(`${process.name} cannot start: ${String(error)}`);
        die(process, rng.integer(0, DOWN_MS_MAX));
      },
    );
  }

  async function build(process: SimulatedProcess, isJoining: boolean): Promise<Rooms> {
    const { disk, plant } = world;
    const through = (inner: Parameters<typeof faultyWriter>[0]): ReturnType<typeof faultyWriter> =>
      faultyWriter(inner, process, {
        timeline,
        faults: world.faults,
        commitMs: settings.commitMs,
        crash: (dying) => die(dying, rng.integer(0, DOWN_MS_MAX)),
        committed: () => undefined,
      });
    const opened = isJoining ? disk.join(through) : disk.takeOver(through);
    // What was committed and not told to anybody is known from here on.
    for (const run of oracle.runs.values()) {
      if (run.hasEnded) continue;
      // The id is one that the server sent.
      const snapshot = await world.observer.runs.load(run.runId as RunId);
      if (snapshot !== null) oracle.found(snapshot);
    }
    const watched = watchedStore(opened, process, oracle, (line) => world.trace(`${process.name} ${line}`));
    const random = createRng(`${world.seed}/${process.name}`);
    return buildRooms({
      store: plant.store === undefined ? watched : plant.store(watched),
      egress: faultyEgress(
        process,
        world.app,
        world.network,
        () => {
          world.called();
          return traced(process.name, oracle.watchCall(process), (line) => world.trace(line));
        },
        () => die(process, rng.integer(0, DOWN_MS_MAX)),
      ),
      keys: createKeys({ signingKeys: [], eventKeys: [], digest: nodeDigest }),
      clock: process.clock,
      machineClock: slowed(process.clock, settings.beatMs / BEAT_MS),
      random,
      ids: createIds(process.clock, random),
      digest: nodeDigest,
      log: logOf(process),
      environment: ENVIRONMENT,
      serverKind: "cloud",
      node: process.name,
      callSlots: settings.callSlots,
      tickMs: settings.tickMs,
      sessionMs: settings.sessionMs,
      lookMsMax: settings.tickMs,
      cronCatchUpMax: 0,
      retry: { intervalMs: settings.retryIntervalMs },
      ...(plant.queue === undefined ? {} : { around: plant.queue }),
    });
  }

  function die(process: SimulatedProcess, downMs: number): void {
    if (!process.isAlive) return;
    world.trace(`${process.name} dies`);
    process.crash();
    oracle.crashed(process);
    alive.delete(process);
    rooms.delete(process);
    if (process !== current) return;
    current = null;
    isDown = true;
    timeline.after(downMs, () => {
      // Somebody may have started it meanwhile. While another process lives on the store cannot be taken from it.
      if (isDown) boot(alive.size > 0);
    });
  }

  function logOf(process: SimulatedProcess): Log {
    const note =
      (level: string) =>
      (facts: Readonly<Record<string, unknown>>, message: string): void => {
        if (!process.isAlive) return;
        world.trace(`${process.name} logs ${level}: ${message} ${JSON.stringify(facts)}`);
        if (UNEXPECTED.has(message))
          oracle.violate("unexpected-error", `${message}: ${JSON.stringify(facts)}`);
      };
    return { debug: () => undefined, info: () => undefined, warn: note("warn"), error: note("error") };
  }

  return {
    listening: () => (current !== null && rooms.has(current) ? current : null),
    roomsOf(process) {
      const built = rooms.get(process);
      if (built === undefined) throw new Error(`Cannot ask ${process.name}: it has not started.`);
      return built;
    },
    start: () => boot(false),
    crash(downMs) {
      if (current !== null) die(current, downMs);
    },
    stall(forMs) {
      const process = current;
      if (process === null) return;
      world.trace(`${process.name} stands still`);
      process.pause();
      timeline.after(forMs, () => process.resume());
    },
    replaceStalled(forMs) {
      const process = current;
      if (process === null || alive.size > 1) return;
      world.trace(`${process.name} stands still, and is replaced`);
      process.pause();
      timeline.after(Math.floor(forMs / 2), () => {
        if (!process.isAlive || current !== process) return;
        oracle.outlived(process);
        boot(true);
      });
      timeline.after(forMs, () => {
        world.trace(`${process.name} goes on`);
        process.resume();
      });
      timeline.after(forMs + OUTLIVED_MS, () => {
        if (process !== current) die(process, 0);
      });
    },
    recover() {
      for (const process of alive) {
        if (process === current) {
          if (process.isPaused) process.resume();
        } else die(process, 0);
      }
      if (isDown) boot(false);
    },
  };
}

/** How often a real server gives a sign of life. */
const BEAT_MS = 10_000;

/** A clock by which signs of life are given: where sessions are long, they are rare. */
function slowed(clock: Clock, factor: number): Clock {
  return { ...clock, after: (delayMs, callback) => clock.after(delayMs * factor, callback) };
}

/** The same watch, telling what it sees. */
function traced(name: string, watch: CallWatch, trace: (line: string) => void): CallWatch {
  let what = "";
  return {
    begins(request) {
      watch.begins(request);
      if (!isCall(request)) {
        trace(`${name} requests ${(what = request.url)}`);
        return;
      }
      const { runId, itemKey, generation, attempt, target, memos } = parseCall(request);
      what = `${runId} ${itemKey}#${generation}`;
      trace(
        `${name} calls ${what}, attempt ${attempt}, ${target === null ? "discovery" : "targeted"}, ${memos.size} memos`,
      );
    },
    ends(outcome) {
      trace(`${name} has ${outcome.kind === "answered" ? outcome.status : outcome.code} for ${what}`);
      watch.ends(outcome);
    },
  };
}

/** What a server never says when it works, whatever goes wrong around it. */
const UNEXPECTED: ReadonlySet<string> = new Set([
  "a decision failed; the attempt is counted as failed",
  "work on a run failed unexpectedly",
  "the store refused what was decided for a run",
]);
