import type { FunctionId, RunId } from "@holdfast/protocol";
import { openDisk } from "@holdfast/server/rooms";
import type { AppHost } from "../app/app.ts";
import { checkAtRest } from "../oracle/at-rest.ts";
import { createOracle } from "../oracle/oracle.ts";
import { registrationOf, slugOf } from "../scenario/registration.ts";
import type { FunctionSpec, Scenario } from "../scenario/scenario.ts";
import type { SimulationOptions, SimulationResult } from "../simulate.ts";
import { createActor } from "./actor.ts";
import { createFaults } from "./faults.ts";
import type { NetworkWorld } from "./network.ts";
import { requestServer } from "./network.ts";
import { createRng } from "./rng.ts";
import { createServers } from "./servers.ts";
import { createSimulatedApp } from "./simulated-app.ts";
import { createTimeline, settle } from "./timeline.ts";

/** When worlds begin: 2026-01-01. */
const EPOCH_MS = Date.UTC(2026, 0, 1);
/** Messages that are late come within this, and must find nothing left to do. */
const LATE_MS = 300_000;
const HOUR_MS = 3_600_000;
/** How many things may happen in one world: one that goes round in circles is stopped. */
const HAPPENED_COUNT_MAX = 200_000;
/** The world is looked at, whether it is at rest, whenever so many things have happened. */
const LOOK_EVERY_COUNT = 20;
/** An app that crashed is up again within this. */
const APP_DOWN_MS_MAX = 30_000;

export interface SimulatedWorld {
  run(): Promise<SimulationResult>;
  close(): void;
}

/** Puts a world together: time, disk, network, the server, the app, and who sends it events. */
export function createWorld(scenario: Scenario, options: SimulationOptions): SimulatedWorld {
  const { seed, settings } = scenario;
  const timeline = createTimeline();
  let jumpedMs = 0;
  let callCount = 0;
  const wallMs = (): number => EPOCH_MS + timeline.now + jumpedMs;
  const trace = (line: string): void => options.trace?.(`${clockText(timeline.now)}  ${line}`);
  const faults = createFaults(seed, settings.chances, options.left, (id) => trace(`fault ${id}`));
  const network: NetworkWorld = {
    timeline,
    faults,
    rng: createRng(`${seed}/network`),
    latencyMs: settings.latencyMs,
  };
  const oracle = createOracle(scenario, () => timeline.now);
  const disk = openDisk(options.path);
  const observer = disk.join((writer) => writer);

  const host: AppHost = {
    now: () => timeline.now,
    pass: (durationMs) => new Promise((resolve) => timeline.after(durationMs, () => resolve())),
    async checkpoint(call, ops) {
      const outcome = await requestServer(network, CHECKPOINT_FAULTS, servers.listening, (process) =>
        servers.roomsOf(process).executor.checkpoint({
          // The id is one that the server sent.
          runId: call.runId as RunId,
          itemKey: call.itemKey,
          generation: call.generation,
          requestStartedAt: null,
          steps: ops,
        }),
      );
      if (outcome === null) return null;
      trace(`checkpoint of ${call.runId} ${ops.map(({ op }) => op).join("+")}: ${outcome.kind}`);
      return STATUS_OF[outcome.kind];
    },
    send: (name, k) => actor.sendFromApp(name, k),
    stepBegins: (call, leaf) => trace(`app runs step ${leaf.id} of ${call.runId}, attempt ${call.attempt}`),
    stepEnds: () => undefined,
  };
  const app = createSimulatedApp(scenario.functions, host, () => {
    const struck = faults.strike("app-crash");
    if (struck === null) return false;
    timeline.after(Math.round(struck * APP_DOWN_MS_MAX), () => app.start());
    return true;
  });
  const servers = createServers({
    seed,
    settings,
    timeline,
    faults,
    network,
    disk,
    observer,
    oracle,
    app,
    plant: options.plant ?? {},
    wallMs,
    trace,
    called: () => void (callCount += 1),
  });
  const actor = createActor({
    seed,
    timeline,
    network,
    servers,
    app,
    oracle,
    wallMs,
    jump: (byMs) => void (jumpedMs += byMs),
    left: options.left,
    trace,
  });

  /** Lets the world go on until something holds, or for so long. */
  async function goOn(untilMs: number, holds: () => Promise<boolean>): Promise<void> {
    for (let count = 1; oracle.violation === null; count += 1) {
      const next = timeline.next();
      if (next === null || next > untilMs) return;
      if (timeline.count > HAPPENED_COUNT_MAX) {
        oracle.violate("never-ended", `${HAPPENED_COUNT_MAX} things have happened, and there is no end`);
        return;
      }
      await timeline.step();
      oracle.turnEnds();
      if (count % LOOK_EVERY_COUNT === 0 && (await holds())) return;
    }
  }

  const never = async (): Promise<boolean> => false;
  const isAtRest = async (): Promise<boolean> =>
    actor.isIdle && (await observer.queue.size()).queued === 0 && (await isNothingGathered());

  async function isNothingGathered(): Promise<boolean> {
    const { gatherings } = await observer.schedules.due({ now: Number.MAX_SAFE_INTEGER, limit: 1 });
    return gatherings.length === 0;
  }

  async function specsById(): Promise<ReadonlyMap<FunctionId, FunctionSpec>> {
    const registered = await observer.apps.functions();
    return new Map(
      scenario.functions.flatMap((spec) => {
        const record = registered.find(({ slug }) => slug === slugOf(spec.name));
        return record === undefined ? [] : [[record.id, spec] as const];
      }),
    );
  }

  async function run(): Promise<SimulationResult> {
    servers.start();
    await settle();
    let isRegistered = false;
    void actor
      .operate((rooms) => rooms.registry.register(registrationOf(scenario.functions), wallMs()))
      .then((outcome) => {
        isRegistered = true;
        if (!outcome.ok)
          oracle.violate("unexpected-error", `the registration was refused: ${outcome.message}`);
      });
    while (!isRegistered && (await timeline.step()));
    const beganAt = timeline.now;
    faults.begin();
    for (const act of scenario.acts) timeline.after(act.atMs, () => actor.perform(act));
    await goOn(beganAt + settings.activeMs, never);
    trace("all goes well from here on");
    faults.cease();
    servers.recover();
    app.start();
    const restMs = settings.activeMs + 50 * longestPauseMs(scenario) + setBackMs(scenario) + 24 * HOUR_MS;
    const restAt = timeline.now + restMs;
    do {
      await goOn(restAt, isAtRest);
      await goOn(timeline.now + LATE_MS, never);
      // What came late may have begun something new.
    } while (oracle.violation === null && timeline.now < restAt && !(await isAtRest()));
    let runCount = oracle.runs.size;
    if (oracle.violation === null) {
      ({ runCount } = await checkAtRest({
        scenario,
        store: observer,
        oracle,
        hadFaults: faults.struck.length > 0 || actor.faults.size > 0,
        specs: await specsById(),
      }));
    }
    const { violation } = oracle;
    if (violation !== null) trace(`VIOLATION ${violation.invariant}: ${violation.message}`);
    return {
      violation,
      struck: faults.struck,
      faults: new Map([...faults.counts, ...actor.faults]),
      runCount,
      eventCount: oracle.sent.length,
      callCount,
      happenedCount: timeline.count,
      virtualMs: timeline.now,
    };
  }

  return { run, close: () => disk.close() };
}

const CHECKPOINT_FAULTS = {
  lost: "checkpoint-lost",
  answerLost: "checkpoint-answer-lost",
  late: "checkpoint-late",
  doubled: "checkpoint-doubled",
} as const;

/** What the API answers for each outcome of a checkpoint. */
const STATUS_OF = { saved: 200, stale: 409, ended: 409, unknown: 404, refused: 400 } as const;

/** By how much clocks are set back: what is due at an instant is later by that. */
function setBackMs(scenario: Scenario): number {
  return scenario.acts.reduce(
    (sum, act) => sum + (act.kind === "clock-jump" ? Math.max(0, -act.byMs) : 0),
    0,
  );
}

function longestPauseMs(scenario: Scenario): number {
  let longest = 0;
  for (const { program } of scenario.functions) {
    for (const node of program.nodes) {
      for (const leaf of node.kind === "parallel" ? node.branches.flat() : [node]) {
        if (leaf.kind === "sleep") longest = Math.max(longest, leaf.sleepMs);
        if (leaf.kind === "wait" || leaf.kind === "invoke" || leaf.kind === "signal") {
          longest = Math.max(longest, leaf.timeoutMs);
        }
      }
    }
  }
  return longest;
}

/** Virtual time as people read it: days, then the time of day. */
function clockText(ms: number): string {
  const day = Math.floor(ms / (24 * HOUR_MS));
  return `${day}d ${new Date(ms % (24 * HOUR_MS)).toISOString().slice(11, 23)}`;
}
