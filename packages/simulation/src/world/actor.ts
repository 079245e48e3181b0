import type { Rooms } from "@holdfast/server/rooms";
import { slugOf } from "../scenario/registration.ts";
import type { Act, SentEvent } from "../scenario/scenario.ts";
import type { Oracle } from "../oracle/oracle.ts";
import type { FaultId, FaultKind } from "./faults.ts";
import type { NetworkWorld } from "./network.ts";
import { requestServer } from "./network.ts";
import { createRng } from "./rng.ts";
import type { Servers } from "./servers.ts";
import type { SimulatedApp } from "./simulated-app.ts";
import type { Timeline } from "./timeline.ts";

export interface ActorWorld {
  readonly seed: string;
  readonly timeline: Timeline;
  readonly network: NetworkWorld;
  readonly servers: Servers;
  readonly app: SimulatedApp;
  readonly oracle: Oracle;
  /** Acts to leave out. */
  readonly left: ReadonlySet<FaultId>;
  wallMs(): number;
  jump(byMs: number): void;
  trace(line: string): void;
}

/** Whoever does things to the server from outside: senders of events, operators, and misfortune. */
export interface Actor {
  perform(act: Act): void;
  /** Sends an event from a step; its id, or null when no answer came. */
  sendFromApp(name: string, k: number): Promise<readonly string[] | null>;
  /** Asks the server for something until it answers. */
  operate<Answer>(ask: (rooms: Rooms) => Promise<Answer>): Promise<Answer>;
  /** Whether nobody waits for an answer. */
  readonly isIdle: boolean;
  readonly faults: ReadonlyMap<FaultKind, number>;
}

/** How often a sender tries, and how long it pauses after the first failure. */
const SEND_TRIES = 6;
const SEND_PAUSE_MS = 500;
/** How long an operator waits before trying again: at first, and at most. */
const OPERATE_PAUSE_MS = 2000;
const OPERATE_PAUSE_MS_MAX = 3_600_000;
/** Numbers of the events that steps send begin here. */
const APP_NUMBERS_FROM = 1_000_000;

export function createActor(world: ActorWorld): Actor {
  const { timeline, network, servers, app, oracle } = world;
  const rng = createRng(`${world.seed}/actor`);
  const faults = new Map<FaultKind, number>();
  let busy = 0;
  let numbered = APP_NUMBERS_FROM;

  const pass = (durationMs: number): Promise<void> =>
    new Promise((resolve) => timeline.after(durationMs, () => resolve()));

  /** As SDKs do: the ids are decided before the first try, so that further tries are known for what they are. */
  async function send(events: readonly SentEvent[]): Promise<readonly string[] | null> {
    const seed = `${world.wallMs()},${Buffer.from(rng.bytes(10)).toString("base64")}`;
    const facts = events.map((event) => oracle.sends(event));
    const body = events.map(({ name, n, k, id, laterMs }) => ({
      name,
      data: { n, k },
      ...(id === null ? {} : { id }),
      ...(laterMs === 0 ? {} : { ts: world.wallMs() + laterMs }),
    }));
    for (let tried = 1; tried <= SEND_TRIES; tried += 1) {
      const outcome = await requestServer(network, SEND_FAULTS, servers.listening, (process) =>
        servers.roomsOf(process).ingest.accept(body, seed),
      );
      if (outcome !== null) {
        if (!outcome.ok) oracle.violate("unexpected-error", `events were refused: ${outcome.message}`);
        facts.forEach((sent, index) => (sent.acknowledged = outcome.ids[index] ?? null));
        return outcome.ids;
      }
      await pass(SEND_PAUSE_MS * 2 ** tried);
    }
    return null;
  }

  async function operate<Answer>(ask: (rooms: Rooms) => Promise<Answer>): Promise<Answer> {
    for (let pauseMs = OPERATE_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, OPERATE_PAUSE_MS_MAX)) {
      const answer = await requestServer(network, null, servers.listening, async (process) => ({
        answer: await ask(servers.roomsOf(process)),
      }));
      if (answer !== null) return answer.answer;
      await pass(pauseMs);
    }
  }

  function count(kind: FaultKind): void {
    faults.set(kind, (faults.get(kind) ?? 0) + 1);
  }

  function isBusyWith(work: Promise<unknown>): void {
    busy += 1;
    void work.then(() => (busy -= 1));
  }

  async function pause(functionName: string, forMs: number): Promise<void> {
    const idOf = (rooms: Rooms): Parameters<Rooms["queue"]["pause"]>[0] | null =>
      rooms.registry.functionBySlug(slugOf(functionName))?.id ?? null;
    await operate(async (rooms) => {
      const id = idOf(rooms);
      if (id !== null) await rooms.queue.pause(id);
    });
    await pass(forMs);
    await operate(async (rooms) => {
      const id = idOf(rooms);
      if (id !== null) await rooms.queue.resume(id);
    });
  }

  function perform(act: Act): void {
    if (world.left.has(act.id)) return;
    world.trace(`${act.id} ${JSON.stringify(act)}`);
    switch (act.kind) {
      case "send":
        isBusyWith(send(act.events));
        return;
      case "signal":
        isBusyWith(operate((rooms) => rooms.executor.signal(act.name, `${act.n}`)));
        return;
      case "cancel": {
        const run = [...oracle.runs.values()].findLast((each) => !each.hasEnded);
        if (run === undefined) return;
        // The id is one that the server sent.
        isBusyWith(
          operate((rooms) => rooms.executor.cancel(run.runId as Parameters<typeof rooms.executor.cancel>[0])),
        );
        return;
      }
      case "pause":
        isBusyWith(pause(act.functionName, act.forMs));
        return;
      case "server-crash":
        count(act.kind);
        servers.crash(act.downMs);
        return;
      case "server-stall":
        count(act.kind);
        servers.stall(act.forMs);
        return;
      case "server-zombie":
        count(act.kind);
        servers.replaceStalled(act.forMs);
        return;
      case "app-down":
        count(act.kind);
        app.stop();
        timeline.after(act.forMs, () => app.start());
        return;
      case "clock-jump":
        count(act.kind);
        world.jump(act.byMs);
    }
  }

  return {
    perform,
    async sendFromApp(name, k) {
      return send([{ name, n: (numbered += 1), k, id: null, laterMs: 0 }]);
    },
    operate,
    get isIdle() {
      return busy === 0;
    },
    faults,
  };
}

const SEND_FAULTS = {
  lost: "event-lost",
  answerLost: "event-answer-lost",
  late: "event-late",
  doubled: "event-doubled",
} as const;
