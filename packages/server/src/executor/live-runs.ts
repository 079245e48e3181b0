import type { RunId } from "@holdfast/protocol";
import type { RunSnapshot } from "#store";
import type { Input, Verdict } from "./decision.ts";
import type { LiveRunDeps } from "./live-run.ts";
import { LiveRun } from "./live-run.ts";

/** The runs this process works on: one instance of each at most, for as long as anything uses it. */
export class LiveRuns {
  readonly #deps: LiveRunDeps;
  readonly #live = new Map<RunId, LiveRun>();
  readonly #opening = new Map<RunId, Promise<LiveRun | null>>();

  constructor(deps: LiveRunDeps) {
    this.#deps = deps;
  }

  /** The run: in memory already, given along with the work, or loaded. Null for an unknown one. */
  async open(id: RunId, given: RunSnapshot | null): Promise<LiveRun | null> {
    const known = this.#live.get(id);
    if (known !== undefined) return known;
    if (given !== null) return this.#adopt(given);
    let pending = this.#opening.get(id);
    if (pending === undefined) {
      pending = this.#deps.runs
        .load(id)
        .then((snapshot) => (snapshot === null ? null : (this.#live.get(id) ?? this.#adopt(snapshot))));
      this.#opening.set(id, pending);
      const settled = (): boolean => this.#opening.delete(id);
      pending.then(settled, settled);
    }
    return pending;
  }

  /** Whether work on the run is under way in this process. */
  isUnderWay(id: RunId): boolean {
    return this.#live.get(id)?.isUnderWay === true;
  }

  /** Forgets the run if nothing uses it any more. */
  release(run: LiveRun): void {
    if (run.idle) this.#live.delete(run.id);
  }

  /** Tells a run something from outside its own work. Null for an unknown run. */
  async tell(id: RunId, input: Input): Promise<Verdict | null> {
    const run = await this.open(id, null);
    if (run === null) return null;
    run.users += 1;
    try {
      return await run.submit(input);
    } finally {
      run.users -= 1;
      this.release(run);
    }
  }

  #adopt(snapshot: RunSnapshot): LiveRun {
    const run = new LiveRun(snapshot, this.#deps);
    this.#live.set(run.id, run);
    return run;
  }
}
