import type { OcsfFacts } from "@holdfast/protocol";
import { HoldfastError, isHoldfastError } from "@holdfast/protocol";
import type { Clock, Log, Random, Timer } from "#kernel";
import type { LogReader } from "../log-reader.ts";
import { retryDelayMs } from "./back-off.ts";
import type { SinkBatch, SinkFormat, SinkPlace, SinkProgress, SinkTransport } from "./contract.ts";
import type { NextBatch } from "./next-batch.ts";
import { BATCH_ENTRIES_MAX, nextBatch } from "./next-batch.ts";
import { sinkLine } from "./sink-line.ts";

/** How often is looked for what is new. */
const LOOK_MS = 1_000;

export interface SinkWorkerDeps {
  readonly id: string;
  readonly format: SinkFormat;
  readonly transport: SinkTransport;
  readonly logs: () => Promise<readonly LogReader[]>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  /** Keeps how far the sink has come. What is not kept is sent again. */
  readonly keep: (progress: SinkProgress) => Promise<void>;
  /** The sink does not take what it is sent, and why; null: it takes it again. */
  readonly onTurn: (error: string | null) => void;
}

/**
 * Brings every log to one sink: batch after batch, each kept before the next goes out. What fails is sent again, later and
 * later, and is never passed over. Nobody waits for it.
 */
export class SinkWorker {
  readonly #deps: SinkWorkerDeps;
  readonly #stopping = new AbortController();
  #progress: SinkProgress;
  #timer: Timer | null = null;
  #failureCount = 0;
  #pass: Promise<boolean> | null = null;

  constructor(deps: SinkWorkerDeps, progress: SinkProgress) {
    this.#deps = deps;
    this.#progress = progress;
  }

  get progress(): SinkProgress {
    return this.#progress;
  }

  start(): void {
    this.#schedule(0);
  }

  /** Brings out what there is, now. Whether the sink has everything then. */
  async flush(): Promise<boolean> {
    // One that is under way may have looked at a log already.
    await this.#pass;
    return this.#run();
  }

  /** Ends it; a batch that is under way is called off. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.cancel();
    await this.#pass;
  }

  #schedule(delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(delayMs, () => void this.#run());
  }

  /** One pass at a time. */
  #run(): Promise<boolean> {
    this.#pass ??= this.#passOnce().finally(() => {
      this.#pass = null;
      const count = this.#failureCount;
      this.#schedule(count === 0 ? LOOK_MS : retryDelayMs(count, this.#deps.random.fraction()));
    });
    return this.#pass;
  }

  async #passOnce(): Promise<boolean> {
    let error: string | null = null;
    let isRefused = false;
    try {
      for (const reader of await this.#deps.logs()) {
        const outcome = await this.#bring(reader);
        error ??= outcome.error;
        isRefused = outcome.isRefused;
        // Whoever did not take a batch of one log is not asked to take those of the others.
        if (isRefused) break;
      }
    } catch (cause) {
      error = `The logs cannot be brought out: ${String(cause)}.`;
    }
    if (this.#stopping.signal.aborted) return false;
    this.#failureCount = isRefused ? this.#failureCount + 1 : 0;
    await this.#turn(error);
    return error === null;
  }

  /** Everything of one log that is new. */
  async #bring(reader: LogReader): Promise<{ readonly error: string | null; readonly isRefused: boolean }> {
    for (;;) {
      const next = await this.#next(reader);
      if (next.kind === "nothing" || this.#stopping.signal.aborted) return { error: null, isRefused: false };
      if (next.kind === "rewritten") return { error: next.words, isRefused: false };
      const batch = this.#batch(reader.name, next);
      const error = await this.#deps.transport.send(batch, this.#stopping.signal);
      if (error !== null) return { error, isRefused: true };
      const places = { ...this.#progress.places, [reader.name]: next.place };
      await this.#keep({ ...this.#progress, places, deliveredAt: this.#deps.clock.now() });
    }
  }

  async #next(reader: LogReader): Promise<Exclude<NextBatch, { kind: "begin" }>> {
    try {
      const known = this.#progress.places[reader.name] ?? null;
      const next = nextBatch(await stateOf(reader, known));
      if (next.kind !== "begin") return next;
      const anew = nextBatch(await stateOf(reader, null));
      // Retention may go on meanwhile: it is looked at again later.
      return anew.kind === "begin" ? { kind: "nothing" } : anew;
    } catch (error) {
      // An environment that was closed has nothing new; when it is open again, it goes on.
      if (isHoldfastError(error, "store_closed")) return { kind: "nothing" };
      throw error;
    }
  }

  #batch(log: string, { lines, place }: Extract<NextBatch, { kind: "lines" }>): SinkBatch {
    const { clock, format, id, version } = this.#deps;
    const facts: OcsfFacts = { productVersion: version, now: clock.now() };
    return {
      id: `${id}.${log}.${place.seq}.${place.checkpoint}`,
      lines: lines.map((line) => sinkLine(line, format, facts)),
    };
  }

  async #turn(error: string | null): Promise<void> {
    const { clock, onTurn } = this.#deps;
    const { failing } = this.#progress;
    if (error === null ? failing === null : failing?.error === error) return;
    const isNew = (error === null) !== (failing === null);
    try {
      await this.#keep({
        ...this.#progress,
        failing: error === null ? null : { since: failing?.since ?? clock.now(), error },
      });
    } catch (cause) {
      this.#deps.log.error({ error: String(cause) }, "the state of an audit sink could not be kept");
      return;
    }
    if (isNew) onTurn(error);
  }

  async #keep(progress: SinkProgress): Promise<void> {
    await this.#deps.keep(progress);
    this.#progress = progress;
  }
}

async function stateOf(reader: LogReader, place: SinkPlace | null): Promise<Parameters<typeof nextBatch>[0]> {
  const header = place === null ? await reader.header() : null;
  const start = place ?? { seq: (header?.first ?? 1) - 1, checkpoint: (header?.first ?? 1) - 1 };
  // The head first: what is appended meanwhile is behind it, and never before.
  const head = await reader.head();
  const rows = await reader.entries({ after: start.seq, limit: BATCH_ENTRIES_MAX });
  const checkpoints = await reader.checkpoints({ after: start.checkpoint, limit: BATCH_ENTRIES_MAX });
  return { name: reader.name, head, place, header, rows, checkpoints };
}

/** @throws HoldfastError `not_found` */
export function sinkUnknown(id: string): HoldfastError {
  return new HoldfastError("not_found", `There is no audit sink "${id.slice(0, 80)}".`, {
    next: "List them: holdfast audit sinks list.",
  });
}
