import { signalName } from "../app/ops.ts";
import type { Act, FunctionSpec, Scenario, SentEvent } from "../scenario/scenario.ts";
import { NO_OPTIONS } from "../scenario/scenario.ts";
import type { Rng } from "../world/rng.ts";
import { createRng } from "../world/rng.ts";
import { generateChances } from "./faults.ts";
import { generateOptions } from "./options.ts";
import type { Pace } from "./pace.ts";
import { DAY_MS, generatePace, YEAR_MS } from "./pace.ts";
import { generateProgram } from "./program.ts";

export interface GeneratorOptions {
  /** How long things happen; 0 leaves it to the seed. */
  readonly years: number;
  readonly withFaults: boolean;
  /** Whether a process that stood still may be replaced, and then go on beside the one that replaced it. */
  readonly withTwoNodes: boolean;
}

const EVENT_NAMES = ["order", "user", "tick"] as const;
/** Whether worlds hold waits, invokes, signals and requests of the server's own; and options of functions. */
const WITH_WAITS = true;
const WITH_OPTIONS = true;
const CANCEL_EVENT = "stop";
/** Events have one of so many keys. */
const KEY_MAX = 2;

/** The world of a seed: a few functions, a few dozen events, and what goes wrong. The same for the same seed, always. */
export function generateScenario(seed: string, options: GeneratorOptions): Scenario {
  const rng = createRng(`${seed}/scenario`);
  const pace = generatePace(rng, options.years);
  const functions = generateFunctions(rng, pace);
  const happenings = options.withFaults ? generateHappenings(rng, pace, options.withTwoNodes) : [];
  const hasTwoNodes = happenings.some((act) => act.kind === "server-zombie");
  return {
    seed,
    settings: {
      activeMs: pace.activeMs,
      retryIntervalMs: rng.chance(0.3) ? null : rng.pick([1000, 5000, 20_000]),
      callSlots: rng.pick([1, 2, 5, 1000, 1000]),
      // With one process everything is woken, and a wake-up that gets lost must show. Of what another process held
      // nobody is told.
      tickMs: hasTwoNodes ? 2000 : 100 * YEAR_MS,
      // One process owns its store, and holds what it holds until it is gone.
      sessionMs: hasTwoNodes ? 3 * pace.beatMs : 100 * YEAR_MS,
      beatMs: pace.beatMs,
      hasTwoNodes,
      commitMs: rng.pick([0, 0, 2, 10]),
      latencyMs: rng.pick([
        [0, 0],
        [1, 20],
        [1, 500],
      ] as const),
      chances: options.withFaults ? generateChances(rng) : {},
    },
    functions,
    acts: [...generateActs(rng, pace, functions), ...happenings],
  };
}

function generateFunctions(rng: Rng, pace: Pace): readonly FunctionSpec[] {
  const shared = { sharedMax: rng.integer(1, 3), cancelEvents: [CANCEL_EVENT] };
  const count = rng.integer(1, 4);
  const functions: FunctionSpec[] = [];
  for (let index = 0; index < count; index += 1) {
    // The first functions are called by the later ones, which keeps them from calling in a circle.
    const targets = WITH_WAITS ? functions.map(({ name }) => name) : [];
    const event = EVENT_NAMES[index % 2] ?? null;
    functions.push({
      name: `f${index}`,
      event,
      onlyKey: WITH_OPTIONS && rng.chance(0.1) ? rng.integer(0, KEY_MAX) : null,
      // Only events that start nothing are sent by steps, or one run would make another for ever.
      program: generateProgram(rng, pace, { targets, events: ["tick", "note"], waits: WITH_WAITS }),
      retries: rng.pick([0, 1, 2, 4]),
      requestVersion: rng.chance(0.5) ? 2 : 1,
      checkpoints: rng.chance(0.4),
      options: WITH_OPTIONS ? generateOptions(rng, pace, shared) : NO_OPTIONS,
    });
  }
  return functions;
}

function generateActs(rng: Rng, pace: Pace, functions: readonly FunctionSpec[]): readonly Act[] {
  let sent = 0;
  const event = (name: string): SentEvent => ({
    name,
    n: (sent += 1),
    k: rng.integer(0, KEY_MAX),
    // A chosen id counts for a day.
    id: pace.activeMs < DAY_MS / 4 && rng.chance(0.1) ? `chosen-${rng.integer(0, 3)}` : null,
    laterMs: rng.chance(0.05) ? rng.integer(1, Math.min(pace.pauseMsMax, 3_600_000)) : 0,
  });
  const acts: Act[] = [];
  const count = rng.integer(2, 24);
  const at = (): number => rng.integer(0, pace.activeMs);
  // Some worlds get everything at once.
  const burstAt = rng.chance(0.4) ? at() : null;
  for (let index = 0; index < count; index += 1) {
    const id = `act${index}`;
    const atMs = burstAt !== null && rng.chance(0.7) ? burstAt + rng.integer(0, 50) : at();
    const which = rng.fraction();
    if (which < 0.75) {
      const names = rng.chance(0.8) ? ["order", "user"] : ["tick", "note", CANCEL_EVENT];
      const events = Array.from({ length: rng.pick([1, 1, 1, 2, 5]) }, () => event(rng.pick(names)));
      acts.push({ id, atMs, kind: "send", events });
    } else if (which < 0.85 && WITH_WAITS) {
      acts.push({ id, atMs, kind: "signal", name: signalName(rng.integer(0, KEY_MAX)), n: index });
    } else if (which < 0.92) {
      acts.push({ id, atMs, kind: "cancel" });
    } else if (WITH_OPTIONS) {
      const forMs = rng.integer(1, Math.max(1, Math.floor(pace.activeMs / 4)));
      acts.push({ id, atMs, kind: "pause", functionName: rng.pick(functions).name, forMs });
    }
  }
  return acts;
}

/** Faults that have an instant of their own. */
function generateHappenings(rng: Rng, pace: Pace, withTwoNodes: boolean): readonly Act[] {
  const acts: Act[] = [];
  const add = (times: number, make: (id: string, atMs: number) => Act): void => {
    for (let index = 0; index < times; index += 1) {
      acts.push(make(`happening${acts.length}`, rng.integer(0, pace.activeMs)));
    }
  };
  const some = (): number => (rng.chance(0.5) ? 0 : rng.integer(1, 3));
  const downMs = (): number => rng.pick([0, 1000, rng.integer(0, pace.activeMs / 4)]);
  add(some(), (id, atMs) => ({ id, atMs, kind: "server-crash", downMs: downMs() }));
  add(some(), (id, atMs) => ({ id, atMs, kind: "app-down", forMs: downMs() }));
  if (rng.chance(0.3)) {
    add(1, (id, atMs) => ({ id, atMs, kind: "server-stall", forMs: rng.integer(1, pace.beatMs * 9) }));
  }
  if (withTwoNodes && rng.chance(0.2) && pace.beatMs <= 10_000) {
    add(1, (id, atMs) => ({ id, atMs, kind: "server-zombie", forMs: rng.integer(1, pace.beatMs * 9) }));
  }
  if (rng.chance(0.3)) {
    const byMs = (): number => rng.pick([-1, 1]) * rng.integer(1, pace.beatMs * 12);
    add(rng.integer(1, 3), (id, atMs) => ({ id, atMs, kind: "clock-jump", byMs: byMs() }));
  }
  return acts;
}
