import type { Violation } from "./oracle/violation.ts";
import type { Scenario } from "./scenario/scenario.ts";
import type { FaultId, FaultKind } from "./world/faults.ts";
import { createWorld } from "./world/world.ts";
import type { Rooms, Store } from "@holdfast/server/rooms";

export interface SimulationOptions {
  /** Where the database is: a file, or `":memory:"`. */
  readonly path: string;
  /** Faults to leave out. */
  readonly left: ReadonlySet<FaultId>;
  /** Told of everything that happens, one line each. */
  readonly trace: ((line: string) => void) | null;
  /** Something between the server and its store, or in place of a room: how tests plant bugs. */
  readonly plant?: Plant;
}

/** Changes a part of the server, to see whether the simulation notices. */
export interface Plant {
  readonly store?: (store: Store) => Store;
  readonly queue?: (queue: Rooms["queue"]) => Rooms["queue"];
}

/** What came of one world. */
export interface SimulationResult {
  readonly violation: Violation | null;
  readonly struck: readonly FaultId[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly runCount: number;
  readonly eventCount: number;
  readonly callCount: number;
  /** Things that happened, of any kind. */
  readonly happenedCount: number;
  readonly virtualMs: number;
}

/** Runs a world from its beginning until everything has come to its end, or something went against an invariant. */
export async function simulate(scenario: Scenario, options: SimulationOptions): Promise<SimulationResult> {
  const world = createWorld(scenario, options);
  try {
    return await world.run();
  } finally {
    world.close();
  }
}
