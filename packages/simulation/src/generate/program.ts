import type { Leaf, Node, Program } from "../scenario/program.ts";
import type { Rng } from "../world/rng.ts";
import type { Pace } from "./pace.ts";

/** What programs may ask of the server. */
export interface Capabilities {
  /** Names of functions that may be invoked or deferred; empty for none. */
  readonly targets: readonly string[];
  /** Names of events that may be waited for, or sent by a step. */
  readonly events: readonly string[];
  readonly waits: boolean;
}

/** A program of a few steps. Most are short: many small worlds find more than a few large ones. */
export function generateProgram(rng: Rng, pace: Pace, can: Capabilities): Program {
  const count = rng.pick([0, 1, 1, 2, 2, 3, 4, 6]);
  let named = 0;
  const name = (): string => `s${(named += 1)}`;
  const nodes = Array.from({ length: count }, (): Node => {
    if (!rng.chance(0.25)) return generateLeaf(rng, pace, can, name());
    const branches = Array.from({ length: rng.integer(2, 4) }, () =>
      Array.from({ length: rng.pick([1, 1, 1, 2]) }, () => generateLeaf(rng, pace, can, name())),
    );
    return { kind: "parallel", id: name(), mode: rng.chance(0.3) ? "race" : "wait", branches };
  });
  return { nodes, failures: rng.chance(0.1) ? rng.integer(1, 2) : 0, throws: rng.chance(0.05) };
}

function generateLeaf(rng: Rng, pace: Pace, can: Capabilities, id: string): Leaf {
  const kinds: readonly Leaf["kind"][] = [
    "run",
    "run",
    "run",
    "sleep",
    ...(can.events.length > 0 ? (["send"] as const) : []),
    ...(can.waits && can.events.length > 0 ? (["wait", "signal"] as const) : []),
    ...(can.waits ? (["fetch"] as const) : []),
    ...(can.targets.length > 0 ? (["invoke", "defer"] as const) : []),
  ];
  const kind = rng.pick(kinds);
  switch (kind) {
    case "run":
      return {
        kind,
        id,
        workMs: rng.chance(0.1) ? rng.integer(0, 40_000) : rng.integer(0, 200),
        failures: rng.chance(0.2) ? rng.integer(1, 3) : 0,
        isFatal: rng.chance(0.05),
        isCaught: rng.chance(0.5),
      };
    case "sleep":
      return { kind, id, sleepMs: rng.chance(0.1) ? 0 : rng.integer(1, pace.pauseMsMax) };
    case "wait":
      return {
        kind,
        id,
        event: rng.pick(can.events),
        sameKey: rng.chance(0.6),
        timeoutMs: rng.integer(1000, pace.pauseMsMax),
      };
    case "signal":
      return {
        kind,
        id,
        timeoutMs: rng.integer(1000, pace.pauseMsMax),
        conflict: rng.pick(["fail", "replace"]),
      };
    case "invoke":
      return {
        kind,
        id,
        target: rng.pick(can.targets),
        timeoutMs: rng.integer(1000, pace.pauseMsMax),
        isCaught: rng.chance(0.7),
      };
    case "send":
      return { kind, id, event: rng.pick(can.events) };
    case "fetch":
      return { kind, id };
    case "defer":
      return { kind, id, target: rng.pick(can.targets) };
  }
}
