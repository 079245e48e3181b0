import type { HoldfastError } from "@holdfast/protocol";
import type { Answer, BatchReply, Command } from "./commands.ts";
import { commandChars } from "./commands.ts";
import { errorOf } from "./failures.ts";
import { BATCH_ACTS_MAX_COUNT, BATCH_TEXT_MAX_CHARS } from "./limits.ts";
import type { Writer } from "./writer.ts";

interface Waiting {
  readonly command: Command;
  readonly chars: number;
  resolve(answer: Answer): void;
  reject(error: HoldfastError): void;
}

/** How much was asked for, and in how many commits it was done. */
export interface CommitStats {
  readonly acts: number;
  readonly batches: number;
  readonly commits: number;
}

/**
 * Lets the acts of many callers share one commit, and so one wait for the disk.
 *
 * One batch is in flight at a time. Nothing is held back to fill a batch: while none is in flight, what is asked for
 * in one turn goes out at the end of that turn; while one is, everything that is asked for collects, and goes out the
 * moment it returns. So a lone act pays one commit and no delay, and under load the batches grow by themselves to
 * what arrives during one commit. A timer would add its delay to every act and gain nothing.
 *
 * Acts take effect in the order of `act` calls: batches are formed from the front and done in order.
 */
export class GroupCommit {
  readonly #writer: Writer;
  #waiting: Waiting[] = [];
  #isBusy = false;
  #idle: (() => void)[] = [];
  #acts = 0;
  #batches = 0;
  #commits = 0;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Why nothing can be done any more, or null. */
  get dead(): HoldfastError | null {
    return this.#writer.deathCause === null ? null : deathOf(this.#writer.deathCause);
  }

  get stats(): CommitStats {
    return { acts: this.#acts, batches: this.#batches, commits: this.#commits };
  }

  /** Does one act. Settles once the commit that holds it is on disk. */
  act(command: Command): Promise<Answer> {
    const { dead } = this;
    if (dead !== null) return Promise.reject(dead);
    this.#acts += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, chars: commandChars(command), resolve, reject });
      if (this.#isBusy) return;
      this.#isBusy = true;
      queueMicrotask(() => this.#send());
    });
  }

  /** Resolves when everything asked for so far, and what came in meanwhile, has settled. */
  drain(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #send(): void {
    const batch = this.#take();
    if (batch.length === 0) {
      this.#isBusy = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#batches += 1;
    this.#writer.execute(batch.map((waiting) => waiting.command)).then(
      (reply) => {
        this.#commits += reply.commits;
        // The next batch first: the disk works while callers go on.
        this.#send();
        settle(batch, reply);
      },
      (error: unknown) => this.#die(batch, error),
    );
  }

  /** The next batch: from the front, up to the limits, one act at least. */
  #take(): readonly Waiting[] {
    let chars = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      chars += waiting.chars;
      if (count > 0 && (count >= BATCH_ACTS_MAX_COUNT || chars > BATCH_TEXT_MAX_CHARS)) break;
      count += 1;
    }
    if (count < this.#waiting.length) return this.#waiting.splice(0, count);
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  #die(batch: readonly Waiting[], error: unknown): void {
    const dead = deathOf(error);
    for (const waiting of [...batch, ...this.#waiting.splice(0)]) waiting.reject(dead);
    this.#send();
  }
}

/** What became of the acts in flight is unknown: the batch may have reached the disk or not. */
function deathOf(cause: unknown): HoldfastError {
  return errorOf({
    code: "store_failed",
    message: `Cannot use the store: its writer is gone (${cause instanceof Error ? cause.message : String(cause)}).`,
    cause,
    next: "Start the server again: the store checks its file and goes on from the last commit.",
  });
}

function settle(batch: readonly Waiting[], reply: BatchReply): void {
  batch.forEach((waiting, position) => {
    const failure = reply.failures?.get(position);
    if (failure === undefined) waiting.resolve(reply.answers[position] ?? null);
    else waiting.reject(errorOf(failure));
  });
}
